// The figures drawn from slices: medians with their spread, ratios inside a cycle, fairness.
#ifndef SLUICE_BENCH_COMPARE_STATISTICS_H_
#define SLUICE_BENCH_COMPARE_STATISTICS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace sluice::compare {

struct Spread {
  double median = 0;
  double low = 0;   // first quartile
  double high = 0;  // third quartile
  size_t count = 0;

  double half_width() const { return (high - low) / 2; }
};

// Between two values the quantile is interpolated; `values` must not be empty.
double Quantile(std::vector<double> values, double fraction);

// All zero for no values.
Spread SpreadOf(const std::vector<double>& values);

// By cycle; a cycle in which there was no figure has none.
using ByCycle = std::vector<std::optional<double>>;

// values[i] / floor[i] of the cycles that have both: what changed the machine from one cycle to the
// next changed both alike, and cancels out.
std::vector<double> RatiosInCycles(const ByCycle& values, const ByCycle& floor);

std::vector<double> Present(const ByCycle& values);

// Messages of the least served over those of the most served. Nothing where nobody was served often
// enough: the round that the end of a slice cuts short makes a difference of one.
inline constexpr uint64_t kFairnessMessagesMin = 100;
std::optional<double> Fairness(const std::vector<uint64_t>& messages);

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_STATISTICS_H_
