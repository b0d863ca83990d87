// Runs servers side by side: all of them up, with their connections open, each given its slice of
// load in an order that rotates from cycle to cycle.
#ifndef SLUICE_BENCH_COMPARE_COMPARISON_H_
#define SLUICE_BENCH_COMPARE_COMPARISON_H_

#include <functional>
#include <string>
#include <vector>

#include "bench/compare/results.h"
#include "bench/compare/runner.h"

namespace sluice::compare {

class Comparison {
 public:
  // `rows`: the floor first. `progress` is called often with what is going on.
  Comparison(std::vector<Contender> rows, Settings settings,
             std::function<void(const std::string&)> progress);

  // Ends early, with what there is, after cli::Interrupted().
  Column Measure(const Workload& workload);

  // How long Measure will take.
  Duration Estimate(const Workload& workload) const;

 private:
  Column MeasureSlices(const Workload& workload);
  Column MeasureMemory(const Workload& workload);
  SlicePlan PlanOf(const Workload& workload) const;

  std::vector<Contender> rows_;
  Settings settings_;
  std::function<void(const std::string&)> progress_;
};

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_COMPARISON_H_
