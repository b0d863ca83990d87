// `sluice-backlog sweep`: runs the planned cells and reports them.
#ifndef SLUICE_APPS_BACKLOG_SWEEP_H_
#define SLUICE_APPS_BACKLOG_SWEEP_H_

#include <cstddef>

#include "apps/backlog/sweep_plan.h"
#include "reactor/loop.h"

namespace sluice::backlog {

// Returns the exit code: 0 when every cell was measured, whatever the rules did, and where the host
// forbids namespaces, having said why; 1 having said what failed, or that it was interrupted.
int Sweep(const SweepOptions& options, const LoopOptions& loop_options, size_t cells_at_once,
          bool json);

}  // namespace sluice::backlog

#endif  // SLUICE_APPS_BACKLOG_SWEEP_H_
