#include "tools/cli/endpoints.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cstring>

#include "absl/status/status.h"
#include "reactor/loop.h"
#include "tools/cli/command.h"

namespace sluice::cli {
namespace {

// What people give for an address and the parser would call malformed, or take for something else.
// Empty: nothing of the kind.
std::string Misunderstood(const std::string& text) {
  if (text.rfind("unix:", 0) == 0) return "";
  if (text.find("://") != std::string::npos) {
    return "\"" + text + "\" is a URL: give HOST:PORT, such as 127.0.0.1:80";
  }
  if (text.find(',') != std::string::npos) {
    return "\"" + text + "\" has a comma: one address is wanted";
  }
  return "";
}

// An address that every interface has is none without its interface (RFC 4007).
bool LacksScope(const Endpoint& endpoint) {
  if (endpoint.family() != AF_INET6) return false;
  sockaddr_in6 address;
  std::memcpy(&address, endpoint.address(), sizeof(address));
  return IN6_IS_ADDR_LINKLOCAL(&address.sin6_addr) && address.sin6_scope_id == 0;
}

// bind(2) says EADDRINUSE and connect(2) ECONNREFUSED where a file is that is no socket.
absl::Status CheckUnixFile(const std::string& path) {
  struct stat found {};
  if (path.empty() || stat(path.c_str(), &found) != 0 || S_ISSOCK(found.st_mode)) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError("unix:" + path + " is there and is " +
                                       (S_ISDIR(found.st_mode) ? "a directory" : "a file") +
                                       ", not a socket: choose another path");
}

// `prefix` stands before what is said of bad usage.
absl::StatusOr<Endpoint> EndpointFrom(const std::string& prefix, const std::string& text) {
  if (const std::string wrong = Misunderstood(text); !wrong.empty()) ExitUsage(prefix + wrong);
  absl::StatusOr<Endpoint> endpoint = ResolveEndpoint(text);
  if (absl::IsInvalidArgument(endpoint.status())) {
    ExitUsage(prefix + std::string(endpoint.status().message()));
  }
  if (!endpoint.ok()) return endpoint;
  if (LacksScope(*endpoint)) {
    ExitUsage(prefix + "\"" + text +
              "\" is a link-local address, which needs its interface, as in " +
              "[fe80::1%eth0]:9999");
  }
  if (absl::Status status = CheckUnixFile(endpoint->unix_file()); !status.ok()) return status;
  return endpoint;
}

}  // namespace

absl::StatusOr<Endpoint> EndpointFromFlag(std::string_view flag, const std::string& text) {
  return EndpointFrom("--" + std::string(flag) + ": ", text);
}

absl::StatusOr<Endpoint> EndpointFromArgument(const std::string& text) {
  return EndpointFrom("", text);
}

absl::StatusOr<std::vector<Endpoint>> EndpointsFromFlag(std::string_view flag,
                                                        const std::vector<std::string>& texts) {
  std::vector<Endpoint> endpoints;
  for (const std::string& text : texts) {
    absl::StatusOr<Endpoint> endpoint = EndpointFromFlag(flag, text);
    if (!endpoint.ok()) return endpoint.status();
    endpoints.push_back(*endpoint);
  }
  return endpoints;
}

}  // namespace sluice::cli
