// Conditional requests: RFC 9110 13.
#ifndef SLUICE_PROTOCOLS_HTTP1_CONDITIONAL_H_
#define SLUICE_PROTOCOLS_HTTP1_CONDITIONAL_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocols/http1_message.h"

namespace sluice {

// What tells one state of a representation from another.
struct Http1Validators {
  std::string_view etag;            // as in the field: quotes, and W/ where it is weak
  std::optional<int64_t> modified;  // seconds since 1970
};

enum class Http1Precondition : uint8_t {
  kHolds,
  kNotModified,  // 304
  kFailed,       // 412
};

// In the order of 13.2.2, without If-Range. `current` is nullptr where there is no representation,
// `now` seconds since 1970.
// Dates that are none and tags that are none are passed over, as the RFC wants it.
Http1Precondition EvaluateHttp1Preconditions(const Http1Request& request,
                                             const Http1Validators* current, int64_t now);

// Whether Range is to be heeded: there is no If-Range, or it names the current state. A date does
// so only where it is a strong validator: a second older than `now`, or what
// changed twice within it would pass for one (8.8.2.2).
bool Http1IfRangeHolds(const Http1Request& request, const Http1Validators& current, int64_t now);

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_CONDITIONAL_H_
