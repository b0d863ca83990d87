#include "protocols/http1_limits.h"

#include <string>
#include <string_view>

namespace sluice {
namespace {

constexpr uint64_t kCeiling = INT64_MAX;  // sums of two limits cannot wrap

struct Range {
  std::string_view name;
  uint64_t value;
  uint64_t low;
  uint64_t high;
};

}  // namespace

absl::Status ValidateHttp1Limits(const Http1Limits& limits) {
  const Range ranges[] = {
      // Offsets in a head are 16 bits; "GET / HTTP/1.0" and an empty line are 18 bytes.
      {"head_bytes_max", limits.head_bytes_max, 18, UINT16_MAX},
      {"method_bytes_max", limits.method_bytes_max, 1, UINT16_MAX},
      {"target_bytes_max", limits.target_bytes_max, 1, UINT16_MAX},
      {"status_line_bytes_max", limits.status_line_bytes_max, 13, UINT16_MAX},
      {"field_line_bytes_max", limits.field_line_bytes_max, 2, UINT16_MAX},
      {"fields_max", limits.fields_max, 1, kHttp1FieldCapacity},
      {"body_bytes_max", limits.body_bytes_max, 0, kCeiling},
      {"chunk_line_bytes_max", limits.chunk_line_bytes_max, 1, UINT32_MAX},
      {"chunk_framing_bytes_free", limits.chunk_framing_bytes_free, 5, kCeiling},
      {"chunk_framing_ratio_max", limits.chunk_framing_ratio_max, 0, UINT16_MAX},
      {"trailer_bytes_max", limits.trailer_bytes_max, 2, UINT16_MAX},
      {"trailers_max", limits.trailers_max, 0, UINT16_MAX},
  };
  for (const Range& range : ranges) {
    if (range.value >= range.low && range.value <= range.high) continue;
    return absl::InvalidArgumentError(
        "Http1Limits: " + std::string(range.name) + " is " + std::to_string(range.value) +
        "; give " + std::to_string(range.low) + " to " + std::to_string(range.high));
  }
  return absl::OkStatus();
}

}  // namespace sluice
