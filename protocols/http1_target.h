// The target of a request line.
#ifndef SLUICE_PROTOCOLS_HTTP1_TARGET_H_
#define SLUICE_PROTOCOLS_HTTP1_TARGET_H_

#include "protocols/http1_error.h"
#include "protocols/http1_limits.h"
#include "protocols/http1_scan.h"
#include "protocols/http1_start_line.h"

namespace sluice::http1 {

// Judges the target of `line`, whose method and target are set, and sets form, authority and path.
// A line that holds another space than the two it should is one whose target has it.
Http1Error ParseTarget(const char* message, const Http1Limits& limits, const Http1Scan& scan,
                       RequestLine* line);

}  // namespace sluice::http1

#endif  // SLUICE_PROTOCOLS_HTTP1_TARGET_H_
