#include "protocols/http1_host.h"

#include <arpa/inet.h>

#include <cstdint>

#include "protocols/http1_bytes.h"

namespace sluice::http1 {
namespace {

bool IsIpv6(std::string_view text) {
  char terminated[INET6_ADDRSTRLEN];
  if (text.size() >= sizeof terminated) return false;
  terminated[text.copy(terminated, sizeof terminated - 1)] = '\0';
  in6_addr address;
  return inet_pton(AF_INET6, terminated, &address) == 1;
}

// The bytes of a reg-name at the front of `text`; stops at what is none.
size_t NameBytes(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    if (Is(kHostByte, text[at])) [[likely]] {
      ++at;
    } else if (IsEscape(text.substr(at))) {
      at += 3;
    } else {
      break;
    }
  }
  return at;
}

// Bytes of the host at the front of `text`; 0 when there is none.
size_t HostBytes(std::string_view text) {
  if (!text.starts_with('[')) return NameBytes(text);
  const size_t close = text.find(']');
  if (close == std::string_view::npos || !IsIpv6(text.substr(1, close - 1))) return 0;
  return close + 1;
}

}  // namespace

bool IsPort(std::string_view text) {
  uint32_t port = 0;
  for (const char byte : text) {
    if (!IsDigit(byte)) return false;
    port = port * 10 + static_cast<uint32_t>(byte - '0');
    if (port > UINT16_MAX) return false;
  }
  return text.size() <= 5;
}

bool IsAnyHostAndPort(std::string_view text) {
  const size_t host = HostBytes(text);
  if (host == 0) return false;
  return host == text.size() || (text[host] == ':' && IsPort(text.substr(host + 1)));
}

bool IsHostWithPort(std::string_view text) {
  const size_t host = HostBytes(text);
  if (host == 0 || host == text.size() || text[host] != ':') return false;
  const std::string_view port = text.substr(host + 1);
  return IsPort(port) && port.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace sluice::http1
