// --backend and --spin_us, for every command with a loop. A program that does not call
// LoopOptionsFromFlags does not have the flags.
#ifndef SLUICE_TOOLS_CLI_LOOP_FLAGS_H_
#define SLUICE_TOOLS_CLI_LOOP_FLAGS_H_

#include "reactor/loop.h"

namespace sluice::cli {

LoopOptions LoopOptionsFromFlags();

}  // namespace sluice::cli

#endif  // SLUICE_TOOLS_CLI_LOOP_FLAGS_H_
