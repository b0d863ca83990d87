// Seeds as they are named on a command line: "7", "1..1000", "500..".
#ifndef SLUICE_TOOLS_SIM_SEED_RANGE_H_
#define SLUICE_TOOLS_SIM_SEED_RANGE_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"

namespace sluice::simulate {

struct SeedRange {
  uint64_t first = 1;
  uint64_t last = 1;  // included; UINT64_MAX: no end
};

absl::StatusOr<SeedRange> ParseSeedRange(std::string_view text);

}  // namespace sluice::simulate

#endif  // SLUICE_TOOLS_SIM_SEED_RANGE_H_
