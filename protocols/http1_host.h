// Whom a message is for: host and port of Host fields and targets.
#ifndef SLUICE_PROTOCOLS_HTTP1_HOST_H_
#define SLUICE_PROTOCOLS_HTTP1_HOST_H_

#include <string_view>

#include "protocols/http1_find.h"
#include "protocols/http1_scan.h"

namespace sluice::http1 {

// RFC 3986 3.2 without user information: a name, an IPv4 address or an [IPv6] one, and an optional
// port up to 65,535. Stricter than the grammar: the host is not empty, and no comma is in it, which
// is what a repeated field looks like after somebody joined it.
bool IsAnyHostAndPort(std::string_view text);
// Digits of a port; none is what RFC 3986 allows for the default one.
bool IsPort(std::string_view text);
// `host_bytes` of them at its front are what Http1Scan::find_not_host passes over.
inline bool IsHostAndPort(std::string_view text, size_t host_bytes) {
  if (host_bytes == 0) return IsAnyHostAndPort(text);
  if (host_bytes == text.size()) [[likely]]
    return true;
  return text[host_bytes] == ':' ? IsPort(text.substr(host_bytes + 1)) : IsAnyHostAndPort(text);
}
inline bool IsHostAndPort(std::string_view text, const Http1Scan& scan) {
  return IsHostAndPort(text, FindNotHost(scan, text.data(), text.size()));
}

// As above, and the port is there and not 0.
bool IsHostWithPort(std::string_view text);

}  // namespace sluice::http1

#endif  // SLUICE_PROTOCOLS_HTTP1_HOST_H_
