#include "tools/cli/endpoints.h"

#include "absl/status/status.h"
#include "reactor/loop.h"
#include "tools/cli/command.h"

namespace sluice::cli {

absl::StatusOr<Endpoint> EndpointFromFlag(std::string_view flag, const std::string& text) {
  absl::StatusOr<Endpoint> endpoint = ResolveEndpoint(text);
  if (absl::IsInvalidArgument(endpoint.status())) {
    ExitUsage("--" + std::string(flag) + ": " + std::string(endpoint.status().message()));
  }
  return endpoint;
}

absl::StatusOr<std::vector<Endpoint>> EndpointsFromFlag(std::string_view flag,
                                                        const std::vector<std::string>& texts) {
  std::vector<Endpoint> endpoints;
  for (const std::string& text : texts) {
    absl::StatusOr<Endpoint> endpoint = EndpointFromFlag(flag, text);
    if (!endpoint.ok()) return endpoint.status();
    endpoints.push_back(*endpoint);
  }
  return endpoints;
}

}  // namespace sluice::cli
