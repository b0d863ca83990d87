// The command line of sluice-sim.
#ifndef SLUICE_TOOLS_SIM_FLAGS_H_
#define SLUICE_TOOLS_SIM_FLAGS_H_

#include <string>

#include "tools/sim/replay.h"
#include "tools/sim/seed_runner.h"

namespace sluice::simulate {

// These exit with 2, saying why, where the flags have no meaning.
RunOptions RunOptionsFromFlags();
RunOptions DigestOptionsFromFlags();

ReplayOptions ReplayOptionsFromFlags();

bool JsonFromFlags();
// Exits with 2 where a flag is not one of `queues` or `list`.
void RefuseFlagsOfTrials(const std::string& subcommand);
bool QuickFromFlags();

}  // namespace sluice::simulate

#endif  // SLUICE_TOOLS_SIM_FLAGS_H_
