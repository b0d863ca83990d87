#include "protocols/http1_url.h"

#include "protocols/http1_bytes.h"
#include "protocols/http1_host.h"
#include "protocols/http1_message.h"
#include "protocols/http1_request_writer.h"

namespace sluice {
namespace {

constexpr std::string_view kScheme = "http:";

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& byte : lower) {
    if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte | 0x20);
  }
  return lower;
}

// The scheme and its colon at the front, if there is one (RFC 3986 3.1).
std::string_view SchemeOf(std::string_view text) {
  const size_t end = text.find_first_of(":/?#");
  if (end == 0 || end == std::string_view::npos || text[end] != ':') return {};
  return text.substr(0, end + 1);
}

// RFC 3986 5.2.4, of an absolute path.
std::string RemoveDotSegments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const size_t next = path.find('/', 1);
    const std::string_view segment = path.substr(0, next);
    const bool last = next == std::string_view::npos;
    path.remove_prefix(last ? path.size() : next);
    if (segment == "/..") out.resize(out.empty() ? 0 : out.rfind('/'));
    if (segment != "/." && segment != "/..") {
      out += segment;
    } else if (last) {
      out += '/';
    }
  }
  return out;
}

// `path_and_query` begins with a slash.
std::optional<Http1Url> Make(std::string authority, std::string_view path_and_query) {
  const size_t query_at = path_and_query.find('?');
  Http1Url url{std::move(authority), RemoveDotSegments(path_and_query.substr(0, query_at))};
  if (query_at != std::string_view::npos) url.target += path_and_query.substr(query_at);
  if (!http1::IsAnyHostAndPort(url.authority) || !http1::IsWritableTarget(url.target)) return {};
  return url;
}

// Behind the scheme: "//example.com/path".
std::optional<Http1Url> ParseAuthority(std::string_view text) {
  if (text.substr(0, 2) != "//") return {};
  text.remove_prefix(2);
  const size_t end = text.find_first_of("/?");
  const std::string_view authority = text.substr(0, end);
  const std::string_view rest = end == std::string_view::npos ? "" : text.substr(end);
  const bool rooted = !rest.empty() && rest.front() == '/';
  return Make(Lower(authority), rooted ? std::string(rest) : "/" + std::string(rest));
}

}  // namespace

std::string Http1Url::host_and_port() const {
  const size_t colon = authority.rfind(':');
  const size_t bracket = authority.rfind(']');
  const bool has_port =
      colon != std::string::npos && (bracket == std::string::npos || colon > bracket);
  if (!has_port) return authority + ":80";
  return colon + 1 == authority.size() ? authority + "80" : authority;
}

std::optional<Http1Url> ParseHttp1Url(std::string_view text) {
  const std::string_view scheme = SchemeOf(text);
  if (!Http1EqualNames(scheme, kScheme)) return {};
  return ParseAuthority(text.substr(0, text.find('#')).substr(scheme.size()));
}

std::optional<Http1Url> ResolveHttp1Reference(const Http1Url& base, std::string_view reference) {
  if (!SchemeOf(reference).empty()) return ParseHttp1Url(reference);
  reference = reference.substr(0, reference.find('#'));
  if (reference.empty()) return base;
  if (reference.substr(0, 2) == "//") return ParseAuthority(reference);
  if (reference.front() == '/') return Make(base.authority, reference);
  const std::string_view base_target = base.target;
  const std::string_view path = base_target.substr(0, base_target.find('?'));
  const std::string_view kept =
      reference.front() == '?' ? path : path.substr(0, path.rfind('/') + 1);
  return Make(base.authority, std::string(kept) + std::string(reference));
}

}  // namespace sluice
