#include "reactor/base/endpoint.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstring>

#include "reactor/base/check.h"

namespace sluice {
namespace {

constexpr std::string_view kUnixPrefix = "unix:";
constexpr size_t kUnixPathOffset = offsetof(sockaddr_un, sun_path);
constexpr size_t kUnixPathBytes = sizeof(sockaddr_un::sun_path);

absl::Status Malformed(std::string_view text, std::string_view what) {
  return absl::InvalidArgumentError(
      "malformed endpoint \"" + std::string(text) + "\": " + std::string(what) +
      " (expected HOST:PORT, [IPV6]:PORT, :PORT, unix:/PATH or unix:@NAME)");
}

absl::StatusOr<uint16_t> ParsePort(std::string_view text, std::string_view digits) {
  unsigned port = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, port);
  if (digits.empty()) return Malformed(text, "the port is missing");
  if (error != std::errc() || stop != end || port > 65535) {
    return Malformed(text, "the port must be a number from 0 to 65535");
  }
  return static_cast<uint16_t>(port);
}

// "fe80::1" or "fe80::1%2", with the interface's index (RFC 4007).
bool ParseIpv6(std::string_view text, sockaddr_in6& address) {
  const size_t percent = text.find('%');
  if (percent != std::string_view::npos) {
    const std::string_view scope = text.substr(percent + 1);
    const char* end = scope.data() + scope.size();
    const auto [stop, error] = std::from_chars(scope.data(), end, address.sin6_scope_id);
    if (error != std::errc() || stop != end) return false;
  }
  address.sin6_family = AF_INET6;
  return inet_pton(AF_INET6, std::string(text.substr(0, percent)).c_str(), &address.sin6_addr) == 1;
}

}  // namespace

Endpoint::Endpoint() {
  std::memset(&storage_, 0, sizeof(storage_));
  storage_.v4.sin_family = AF_INET;
  size_ = sizeof(sockaddr_in);
}

Endpoint Endpoint::Any(int family) {
  SLUICE_CHECK(family == AF_INET || family == AF_INET6, "only IP has an address for all of them");
  Endpoint endpoint;
  if (family == AF_INET) return endpoint;
  endpoint.storage_.v6.sin6_family = AF_INET6;
  endpoint.size_ = sizeof(sockaddr_in6);
  return endpoint;
}

bool Endpoint::is_any() const {
  if (family() == AF_INET) return storage_.v4.sin_addr.s_addr == INADDR_ANY;
  return family() == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&storage_.v6.sin6_addr);
}

absl::StatusOr<HostPort> Endpoint::SplitHostPort(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return Malformed(text, "it holds a NUL byte");
  std::string_view host;
  std::string_view rest;
  if (!text.empty() && text.front() == '[') {
    const size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) return Malformed(text, "'[' without ']'");
    host = text.substr(1, bracket - 1);
    if (host.empty()) return Malformed(text, "nothing between the brackets");
    rest = text.substr(bracket + 1);
    if (rest.empty() || rest.front() != ':') return Malformed(text, "the port is missing");
  } else {
    const size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return Malformed(text, "the port is missing");
    host = text.substr(0, colon);
    if (host.find(':') != std::string_view::npos) {
      return Malformed(text, "an IPv6 address needs brackets, as in [::1]:80");
    }
    rest = text.substr(colon);
  }
  absl::StatusOr<uint16_t> port = ParsePort(text, rest.substr(1));
  if (!port.ok()) return port.status();
  return HostPort{std::string(host), *port};
}

absl::StatusOr<Endpoint> Endpoint::Parse(std::string_view text) {
  Endpoint endpoint;
  if (text.find('\0') != std::string_view::npos) return Malformed(text, "it holds a NUL byte");
  if (text.substr(0, kUnixPrefix.size()) == kUnixPrefix) {
    std::string path(text.substr(kUnixPrefix.size()));
    if (path.empty() || path == "@") return Malformed(text, "the path is missing");
    // One byte stays for the terminating NUL of a path (unix(7)); an abstract name starts with NUL.
    if (path.size() >= kUnixPathBytes) return Malformed(text, "the path is longer than 107 bytes");
    const bool abstract = path.front() == '@';
    if (abstract) path.front() = '\0';
    endpoint.storage_.local.sun_family = AF_UNIX;
    std::memcpy(endpoint.storage_.local.sun_path, path.data(), path.size());
    endpoint.size_ = static_cast<socklen_t>(kUnixPathOffset + path.size() + (abstract ? 0 : 1));
    return endpoint;
  }
  absl::StatusOr<HostPort> parts = SplitHostPort(text);
  if (!parts.ok()) return parts.status();
  if (parts->host.empty() ||
      inet_pton(AF_INET, parts->host.c_str(), &endpoint.storage_.v4.sin_addr) == 1) {
    endpoint.set_port(parts->port);
    return endpoint;
  }
  if (sockaddr_in6 v6{}; ParseIpv6(parts->host, v6)) {
    endpoint.storage_.v6 = v6;
    endpoint.size_ = sizeof(sockaddr_in6);
    endpoint.set_port(parts->port);
    return endpoint;
  }
  return Malformed(text, "\"" + parts->host + "\" is not a numeric address");
}

Endpoint Endpoint::FromSockaddr(const sockaddr* address, socklen_t size) {
  Endpoint endpoint;
  if (address == nullptr || size < sizeof(sa_family_t)) return endpoint;
  SLUICE_CHECK(size <= sizeof(Storage), "an address longer than its family has");
  std::memcpy(&endpoint.storage_, address, size);
  endpoint.size_ = size;
  return endpoint;
}

uint16_t Endpoint::port() const {
  if (family() == AF_INET) return ntohs(storage_.v4.sin_port);
  if (family() == AF_INET6) return ntohs(storage_.v6.sin6_port);
  return 0;
}

void Endpoint::set_port(uint16_t port) {
  SLUICE_CHECK(is_ip(), "only an IP endpoint has a port");
  if (family() == AF_INET) {
    storage_.v4.sin_port = htons(port);
  } else {
    storage_.v6.sin6_port = htons(port);
  }
}

std::string Endpoint::unix_file() const {
  if (!is_unix() || size_ <= kUnixPathOffset || storage_.local.sun_path[0] == '\0') return "";
  const char* path = storage_.local.sun_path;
  return std::string(path, strnlen(path, size_ - kUnixPathOffset));
}

std::string Endpoint::ToString() const {
  if (is_unix()) {
    if (size_ <= kUnixPathOffset) return "unix:(unnamed)";
    if (storage_.local.sun_path[0] != '\0') return "unix:" + unix_file();
    return "unix:@" + std::string(storage_.local.sun_path + 1, size_ - kUnixPathOffset - 1);
  }
  char text[INET6_ADDRSTRLEN] = "";
  if (family() == AF_INET) {
    inet_ntop(AF_INET, &storage_.v4.sin_addr, text, sizeof(text));
    return std::string(text) + ":" + std::to_string(port());
  }
  inet_ntop(AF_INET6, &storage_.v6.sin6_addr, text, sizeof(text));
  const uint32_t scope = storage_.v6.sin6_scope_id;
  return "[" + std::string(text) + (scope == 0 ? "" : "%" + std::to_string(scope)) +
         "]:" + std::to_string(port());
}

bool operator==(const Endpoint& a, const Endpoint& b) {
  return a.size_ == b.size_ && std::memcmp(&a.storage_, &b.storage_, a.size_) == 0;
}

}  // namespace sluice
