// One trial again, with what it tells of itself.
#ifndef SLUICE_TOOLS_SIM_REPLAY_H_
#define SLUICE_TOOLS_SIM_REPLAY_H_

#include <cstdint>
#include <string>

#include "tools/sim/scenario.h"
#include "tools/sim/seed_runner.h"

namespace sluice::simulate {

struct ReplayOptions {
  const Scenario* scenario = nullptr;
  uint64_t seed = 1;
  bool trace = false;
  std::string pcap_file;  // empty: none
};

// Exit codes: 0 it held, 1 it broke a rule (as before) or could not be run.
int Replay(const ReplayOptions& options);

// One line a trial: scenario, seed, a hash of everything that happened in it.
int PrintDigests(const RunOptions& options);

}  // namespace sluice::simulate

#endif  // SLUICE_TOOLS_SIM_REPLAY_H_
