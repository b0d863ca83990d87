// The first lines of requests and responses.
#ifndef SLUICE_PROTOCOLS_HTTP1_START_LINE_H_
#define SLUICE_PROTOCOLS_HTTP1_START_LINE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "protocols/http1_error.h"
#include "protocols/http1_limits.h"
#include "protocols/http1_message.h"
#include "protocols/http1_scan.h"

namespace sluice::http1 {

// A whole line, [at, end) of `message`, with its CRLF behind it and without control bytes but tabs.
struct FirstLine {
  const char* message;
  size_t at;
  size_t end;
  uint64_t not_token;      // of its first bytes, as Http1Index::NotTokenFrom gives it
  const Http1Masks* look;  // at `message`, all of the line within it; nullptr: there was none
};

// Offsets count from the first byte of the message.
struct RequestLine {
  static constexpr bool kMayFollowEmptyLine = true;
  static size_t BytesMax(const Http1Limits& limits) {
    return limits.method_bytes_max + limits.target_bytes_max + sizeof "  HTTP/1.1" - 1;
  }
  // What of a line is too long that has more than BytesMax.
  static Http1Error TooLong(const char* line, const Http1Limits& limits);
  Http1Error Parse(const FirstLine& line, const Http1Limits& limits, const Http1Scan& scan);

  Http1Method method = Http1Method::kOther;
  Http1TargetForm form = Http1TargetForm::kOrigin;
  uint8_t minor_version = 1;
  uint16_t method_at = 0;
  uint16_t method_bytes = 0;
  uint16_t target_at = 0;
  uint16_t target_end = 0;
  uint16_t authority_at = 0;  // of kAbsolute; it ends where the path starts
  uint16_t path_at = 0;
  uint16_t path_end = 0;  // short of target_end, the query follows one byte further

 private:
  bool IsPlainPath(const Http1Masks& look, const char* message) const;
};

struct StatusLine {
  static constexpr bool kMayFollowEmptyLine = false;
  static size_t BytesMax(const Http1Limits& limits) { return limits.status_line_bytes_max; }
  static Http1Error TooLong(const char*, const Http1Limits&) {
    return Http1Error::kStatusLineTooLong;
  }
  Http1Error Parse(const FirstLine& line, const Http1Limits& limits, const Http1Scan& scan);

  uint8_t minor_version = 1;
  uint16_t status = 0;
  uint16_t reason_at = 0;
  uint16_t reason_end = 0;
};

// "HTTP/1.1" and its like: 8 bytes. The minor version above 1 is 1, since nothing above it differs.
Http1Error ParseAnyVersion(const char* bytes, uint8_t* minor_version);
inline Http1Error ParseVersion(const char* bytes, uint8_t* minor_version) {
  *minor_version = 1;
  if (std::memcmp(bytes, "HTTP/1.1", 8) == 0) [[likely]]
    return Http1Error::kNone;
  return ParseAnyVersion(bytes, minor_version);
}

}  // namespace sluice::http1

#endif  // SLUICE_PROTOCOLS_HTTP1_START_LINE_H_
