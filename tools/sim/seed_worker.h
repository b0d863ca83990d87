// The worker's side of RunSeeds: takes trials from a counter that all workers share, and writes
// what they came to into a pipe.
#ifndef SLUICE_TOOLS_SIM_SEED_WORKER_H_
#define SLUICE_TOOLS_SIM_SEED_WORKER_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tools/sim/scenario.h"
#include "tools/sim/seed_runner.h"

namespace sluice::simulate {

inline constexpr uint64_t kNoTrial = UINT64_MAX;

// In memory that all processes of a run see. A trial's number counts seeds, and in each seed its
// scenarios.
struct SharedState {
  std::atomic<uint64_t> next_trial;
  std::atomic<bool> stop;                       // begin no further trial
  std::atomic<uint64_t> trial_of[kWorkersMax];  // under way; kNoTrial: none
};

const Scenario& ScenarioOf(const RunOptions& options, uint64_t trial);
uint64_t SeedOf(const RunOptions& options, uint64_t trial);

// What a worker tells of some trials, a line of JSON.
std::string EncodeTotals(size_t scenario, const Totals& totals);
// False: the line is not one of ours.
bool DecodeTotals(std::string_view line, size_t* scenario, Totals* totals);

// Runs trials until there are none, then exits.
[[noreturn]] void Work(const RunOptions& options, SharedState& shared, int worker, int out);

}  // namespace sluice::simulate

#endif  // SLUICE_TOOLS_SIM_SEED_WORKER_H_
