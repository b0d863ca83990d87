#include "protocols/http1_bytes.h"
#include "protocols/http1_start_line.h"

namespace sluice::http1 {

// "HTTP/1.1 200 OK"; the space behind the status belongs there also without a reason.
Http1Error StatusLine::Parse(const FirstLine& line, const Http1Limits&, const Http1Scan&) {
  constexpr size_t kStatusAt = sizeof "HTTP/1.1 " - 1;
  constexpr size_t kReasonAt = sizeof "HTTP/1.1 200 " - 1;
  const char* const text = line.message + line.at;
  if (line.end - line.at < kReasonAt || text[kStatusAt - 1] != ' ') {
    return Http1Error::kBadStatusLine;
  }
  const Http1Error error = ParseVersion(text, &minor_version);
  if (error != Http1Error::kNone) return error;
  status = 0;
  for (size_t i = kStatusAt; i < kStatusAt + 3; ++i) {
    if (!IsDigit(text[i])) return Http1Error::kBadStatus;
    status = static_cast<uint16_t>(status * 10 + (text[i] - '0'));
  }
  if (text[kReasonAt - 1] != ' ') return Http1Error::kBadStatusLine;
  if (status < 100 || status > 599) return Http1Error::kBadStatus;
  reason_at = static_cast<uint16_t>(line.at + kReasonAt);
  reason_end = static_cast<uint16_t>(line.end);
  return Http1Error::kNone;
}

}  // namespace sluice::http1
