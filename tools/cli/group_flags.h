// --threads (and --backend), for commands that run one loop a thread.
#ifndef SLUICE_TOOLS_CLI_GROUP_FLAGS_H_
#define SLUICE_TOOLS_CLI_GROUP_FLAGS_H_

#include "reactor/group.h"

namespace sluice::cli {

// Ends the program as bad usage where --threads has no meaning. The result's `threads` is at least
// 1: what 0 stands for is counted here.
GroupOptions GroupOptionsFromFlags();

}  // namespace sluice::cli

#endif  // SLUICE_TOOLS_CLI_GROUP_FLAGS_H_
