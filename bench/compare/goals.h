// What Sluice is to reach in this comparison, and whether it did.
#ifndef SLUICE_BENCH_COMPARE_GOALS_H_
#define SLUICE_BENCH_COMPARE_GOALS_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "bench/compare/results.h"

namespace sluice::compare {

enum class Figure : uint8_t {
  kCpu,        // CPU a message, relative
  kP99,        // of latency, relative
  kFairness,   // of the whole run: it has no spread
  kIdleBytes,  // an idle connection
  kGrowth,     // of CPU a message from the fewest connections to the most, relative
};

struct Goal {
  std::string_view server;  // a contender's id
  std::string_view work;    // a workload's id; of kGrowth that of most connections
  Figure figure;
  double limit;                         // at most; of kFairness at least
  std::string_view against = kFloorId;  // the contender that relative figures are relative to
};

// All of them.
const std::vector<Goal>& Goals();

enum class Outcome : uint8_t {
  kReached,
  kMissedWithinSpread,  // by less than half the distance between the quartiles
  kMissed,
  kNotMeasured,  // it failed, or had too few messages
};

struct Verdict {
  Goal goal;
  size_t row = 0;  // in the results
  size_t column = 0;
  Spread measured{};  // nothing where it was not measured
  Outcome outcome = Outcome::kNotMeasured;
};

// Of the goals whose servers and work are in the results, in the order of Goals().
std::vector<Verdict> Judge(const Results& results);

// CPU a message of `row` at the most connections over that at the fewest, relative to `against`'s;
// nothing without both. The columns are those of the growth series.
std::optional<Spread> RelativeGrowth(const Results& results, size_t row, size_t against);

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_GOALS_H_
