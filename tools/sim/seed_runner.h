// Runs scenarios over many seeds, each worker a process of its own: a violation, a failed check, a
// sanitizer's report or a hang ends one trial and is reported; the others go on.
#ifndef SLUICE_TOOLS_SIM_SEED_RUNNER_H_
#define SLUICE_TOOLS_SIM_SEED_RUNNER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "reactor/base/time.h"
#include "tools/sim/scenario.h"

namespace sluice::simulate {

inline constexpr int kWorkersMax = 256;

struct RunOptions {
  std::vector<const Scenario*> scenarios;
  uint64_t first_seed = 1;
  uint64_t last_seed = 1000;
  Duration duration{0};  // begin no further trial after so long; 0: all seeds
  int workers = 1;
  size_t violations_max = 10;                          // then it stops
  Duration trial_timeout = std::chrono::seconds(120);  // of wall time: it hangs
};

struct Violation {
  const Scenario* scenario = nullptr;
  uint64_t seed = 0;
  std::string what;  // "violation: ..." as the trial said it, or how its process ended
};

struct RunReport {
  std::vector<Totals> by_scenario;  // as in RunOptions
  std::vector<Violation> violations;
  Duration wall{0};
  bool interrupted = false;  // by a signal
  bool complete = true;      // false: time was up, or there were too many violations

  Totals Sum() const;
};

// Calls `progress` some times a second with what is known so far. SIGINT and SIGTERM end the run
// early, with a report. One at a time, in a process without other threads.
absl::StatusOr<RunReport> RunSeeds(const RunOptions& options,
                                   absl::FunctionRef<void(const RunReport&)> progress);

}  // namespace sluice::simulate

#endif  // SLUICE_TOOLS_SIM_SEED_RUNNER_H_
