// http:// addresses, and references to them as a Location has: RFC 3986.
#ifndef SLUICE_PROTOCOLS_HTTP1_URL_H_
#define SLUICE_PROTOCOLS_HTTP1_URL_H_

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

struct Http1Url {
  std::string authority;  // "example.com:8080", as written; lower case
  std::string target;     // "/path?query"; never empty, without a fragment

  // With ":80" where the authority has no port.
  std::string host_and_port() const;
  friend bool operator==(const Http1Url&, const Http1Url&) = default;
};

// "http://example.com:8080/path?query". Nothing where it is another scheme, has user information,
// or has bytes that want escaping.
std::optional<Http1Url> ParseHttp1Url(std::string_view text);

// What `reference` means in an answer from `base`: an absolute URL, "//host/x", "/x", "x", "../x",
// "?x". Nothing as above.
std::optional<Http1Url> ResolveHttp1Reference(const Http1Url& base, std::string_view reference);

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_URL_H_
