// Dates in the fields of a request: RFC 9110 5.6.7.
#ifndef SLUICE_PROTOCOLS_HTTP1_DATE_PARSE_H_
#define SLUICE_PROTOCOLS_HTTP1_DATE_PARSE_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice {

// Seconds since 1970, UTC, of any of the three forms that are sent:
//   Sun, 06 Nov 1994 08:49:37 GMT
//   Sunday, 06-Nov-94 08:49:37 GMT    its year is the one at most 50 years after `now`
//   Sun Nov  6 08:49:37 1994
// Nothing for any other text, an impossible date among it. The day of the week is not looked at.
std::optional<int64_t> ParseHttp1Date(std::string_view text, int64_t now);

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_DATE_PARSE_H_
