// The first line of an answer.
#ifndef SLUICE_PROTOCOLS_HTTP1_STATUS_H_
#define SLUICE_PROTOCOLS_HTTP1_STATUS_H_

#include <string_view>

namespace sluice {

// "Not Found" (RFC 9110 15); "" for a status without a name.
std::string_view Http1StatusText(int status);

namespace http1 {

// "HTTP/1.1 404 Not Found\r\n", for 100 to 599. Lives as long as the program.
std::string_view StatusLineText(int status);

}  // namespace http1
}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_STATUS_H_
