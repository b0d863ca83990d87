// Addresses given on the command line.
#ifndef SLUICE_TOOLS_CLI_ENDPOINTS_H_
#define SLUICE_TOOLS_CLI_ENDPOINTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "reactor/base/endpoint.h"

namespace sluice::cli {

// Looks host names up, and blocks while it does. A malformed endpoint ends the program as bad
// usage, naming `flag`; a host that cannot be found, or a unix-domain path that is no socket, is an
// error that says so.
absl::StatusOr<Endpoint> EndpointFromFlag(std::string_view flag, const std::string& text);
// The same of an argument that is no flag.
absl::StatusOr<Endpoint> EndpointFromArgument(const std::string& text);
absl::StatusOr<std::vector<Endpoint>> EndpointsFromFlag(std::string_view flag,
                                                        const std::vector<std::string>& texts);

}  // namespace sluice::cli

#endif  // SLUICE_TOOLS_CLI_ENDPOINTS_H_
