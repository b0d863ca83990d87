#include "protocols/http1_client_options.h"

#include <algorithm>

namespace sluice {

absl::Status ValidateHttp1ClientOptions(const Http1ClientOptions& options) {
  if (absl::Status status = ValidateHttp1Limits(options.limits); !status.ok()) return status;
  if (options.connections_max == 0) {
    return absl::InvalidArgumentError(
        "connections_max is 0: no request could be sent; give at least 1");
  }
  if (options.depth == 0) {
    return absl::InvalidArgumentError("depth is 0: no request could be sent; 1 is no pipelining");
  }
  const Duration shortest =
      std::min({options.idle_timeout, options.connect_timeout, options.continue_timeout,
                options.answer_timeout, options.body_idle_timeout, options.whole_timeout});
  if (shortest < Duration(0)) {
    return absl::InvalidArgumentError("a timeout is below 0; 0 is no limit");
  }
  if (options.connection.output_low_water_bytes > options.connection.output_high_water_bytes) {
    return absl::InvalidArgumentError(
        "connection.output_low_water_bytes is above output_high_water_bytes");
  }
  return absl::OkStatus();
}

}  // namespace sluice
