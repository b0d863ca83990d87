#include "bench/compare/statistics.h"

#include <algorithm>
#include <cmath>

#include "reactor/base/check.h"

namespace sluice::compare {

double Quantile(std::vector<double> values, double fraction) {
  SLUICE_CHECK(!values.empty(), "no values have no quantile");
  SLUICE_CHECK(fraction >= 0 && fraction <= 1, "a quantile lies between 0 and 1");
  std::sort(values.begin(), values.end());
  const double position = fraction * static_cast<double>(values.size() - 1);
  const auto below = static_cast<size_t>(std::floor(position));
  const size_t above = std::min(below + 1, values.size() - 1);
  const double weight = position - static_cast<double>(below);
  return values[below] * (1 - weight) + values[above] * weight;
}

Spread SpreadOf(const std::vector<double>& values) {
  if (values.empty()) return {};
  return {.median = Quantile(values, 0.5),
          .low = Quantile(values, 0.25),
          .high = Quantile(values, 0.75),
          .count = values.size()};
}

std::vector<double> RatiosInCycles(const ByCycle& values, const ByCycle& floor) {
  std::vector<double> ratios;
  for (size_t cycle = 0; cycle < std::min(values.size(), floor.size()); ++cycle) {
    if (values[cycle] && floor[cycle] && *floor[cycle] > 0) {
      ratios.push_back(*values[cycle] / *floor[cycle]);
    }
  }
  return ratios;
}

std::vector<double> Present(const ByCycle& values) {
  std::vector<double> present;
  for (const std::optional<double>& value : values) {
    if (value) present.push_back(*value);
  }
  return present;
}

std::optional<double> Fairness(const std::vector<uint64_t>& messages) {
  if (messages.empty()) return std::nullopt;
  const auto [least, most] = std::minmax_element(messages.begin(), messages.end());
  if (*most < kFairnessMessagesMin) return std::nullopt;
  return static_cast<double>(*least) / static_cast<double>(*most);
}

}  // namespace sluice::compare
