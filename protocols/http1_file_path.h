// From the path of a request's target to a name beneath a directory.
#ifndef SLUICE_PROTOCOLS_HTTP1_FILE_PATH_H_
#define SLUICE_PROTOCOLS_HTTP1_FILE_PATH_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

enum class Http1PathError : uint8_t {
  kNone,
  kBadEscape,     // '%' without two hex digits behind it
  kNul,           // %00: the name would end there for the kernel
  kEncodedSlash,  // %2F: a slash that is none to whoever looked at the path before us
  kBackslash,     // a separator elsewhere; no file worth serving has one
  kAboveRoot,     // more ".." than segments before them
  kHidden,        // a segment begins with a dot
  kTooLong,       // a segment above NAME_MAX, or a path above kHttp1FilePathBytesMax
};

// "the path has %2F: an escaped slash", for a log.
std::string_view Http1PathErrorText(Http1PathError error);

inline constexpr size_t kHttp1FilePathBytesMax = 4095;  // PATH_MAX without the NUL

struct Http1FilePath {
  Http1PathError error = Http1PathError::kNone;
  // Unescaped, with '/' between its segments, without "." and "..", neither first nor last a slash;
  // empty: the root itself.
  std::string name;
  bool wants_directory = false;  // the path ended with a slash, or with a dot segment
};

enum class Http1HiddenFiles : uint8_t { kRefused, kAllowed };

// `path` is Http1Request::path, escapes and all. Dot segments are taken out as in RFC 3986 5.2.4,
// escaped or not, empty segments with them; the kernel never sees one.
Http1FilePath ResolveHttp1FilePath(std::string_view path, Http1HiddenFiles hidden);

// For a reference in HTML or a Location: everything but unreserved bytes and '/' is escaped.
std::string EscapeHttp1Path(std::string_view name);

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_FILE_PATH_H_
