// Accept-Encoding: RFC 9110 12.5.3.
#ifndef SLUICE_PROTOCOLS_HTTP1_ACCEPT_ENCODING_H_
#define SLUICE_PROTOCOLS_HTTP1_ACCEPT_ENCODING_H_

#include <string_view>

namespace sluice::http1 {

// How welcome a coding is, in thousandths; 0: not acceptable. `value` is the field's, several of
// them one after the other. "identity" is acceptable where it is not refused by name or by "*";
// another coding where it is named, or "*" is.
int QualityOfEncoding(std::string_view value, std::string_view coding);

}  // namespace sluice::http1

#endif  // SLUICE_PROTOCOLS_HTTP1_ACCEPT_ENCODING_H_
