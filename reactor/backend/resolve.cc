#include "reactor/backend/resolve.h"

#include <netdb.h>

#include <string>

#include "absl/cleanup/cleanup.h"

namespace sluice {

absl::StatusOr<Endpoint> ResolveEndpoint(std::string_view text) {
  absl::StatusOr<Endpoint> numeric = Endpoint::Parse(text);
  if (numeric.ok()) return numeric;
  absl::StatusOr<HostPort> parts = Endpoint::SplitHostPort(text);
  if (!parts.ok() || parts->host.empty() || text.substr(0, 5) == "unix:") return numeric.status();
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(parts->host.c_str(), nullptr, &hints, &found);
  if (error != 0) {
    return absl::NotFoundError("cannot resolve host \"" + parts->host + "\" of \"" +
                               std::string(text) + "\": " + gai_strerror(error));
  }
  const auto free_found = absl::MakeCleanup([found] { freeaddrinfo(found); });
  Endpoint endpoint = Endpoint::FromSockaddr(found->ai_addr, found->ai_addrlen);
  endpoint.set_port(parts->port);
  return endpoint;
}

}  // namespace sluice
