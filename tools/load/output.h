// The results of a run, for people and for machines.
#ifndef SLUICE_TOOLS_LOAD_OUTPUT_H_
#define SLUICE_TOOLS_LOAD_OUTPUT_H_

#include <string>

#include "tools/load/options.h"
#include "tools/load/results.h"

namespace sluice::load {

// Lines, each ending in "\n".
std::string DescribeResults(const LoadOptions& options, int threads, const Results& results);

// One JSON object; keys are added over time, never renamed:
//   {"requests", "errors", "rate_per_second",
//    "latency": {"p50_us", "p90_us", "p99_us", "p999_us", "max_us", "mean_us"}, ...}
std::string ResultsAsJson(const LoadOptions& options, int threads, const Results& results);

}  // namespace sluice::load

#endif  // SLUICE_TOOLS_LOAD_OUTPUT_H_
