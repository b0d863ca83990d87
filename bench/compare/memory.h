// What connections take of a server's own memory (growth of Rss; the kernel's is not in it).
#ifndef SLUICE_BENCH_COMPARE_MEMORY_H_
#define SLUICE_BENCH_COMPARE_MEMORY_H_

#include "absl/status/statusor.h"
#include "bench/compare/contender.h"
#include "bench/compare/results.h"
#include "bench/compare/workload.h"

namespace sluice::compare {

// Of work that measures memory.
absl::StatusOr<MemoryFigures> MeasureMemoryOf(const Contender& contender, const Workload& workload,
                                              const Settings& settings);
Duration MemoryEstimate(const Workload& workload, const Settings& settings);

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_MEMORY_H_
