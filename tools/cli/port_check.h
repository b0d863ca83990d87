// Is a port still to be had? Several loops share one through SO_REUSEPORT, and the kernel then lets
// a second program of the same user in as well, which takes half of the clients without a word.
#ifndef SLUICE_TOOLS_CLI_PORT_CHECK_H_
#define SLUICE_TOOLS_CLI_PORT_CHECK_H_

#include "absl/status/status.h"
#include "reactor/base/endpoint.h"

namespace sluice::cli {

// AlreadyExists when a socket has it, shared or not. `socket_type`: SOCK_STREAM or SOCK_DGRAM. Any
// other trouble is left for the real bind to report. OK for port 0.
absl::Status CheckPortIsFree(const Endpoint& endpoint, int socket_type);

}  // namespace sluice::cli

#endif  // SLUICE_TOOLS_CLI_PORT_CHECK_H_
