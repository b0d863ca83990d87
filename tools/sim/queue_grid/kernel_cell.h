// The kernel's side of a cell.
#ifndef SLUICE_TOOLS_SIM_QUEUE_GRID_KERNEL_CELL_H_
#define SLUICE_TOOLS_SIM_QUEUE_GRID_KERNEL_CELL_H_

#include <string>

#include "absl/status/statusor.h"
#include "tools/netlab/private_namespace.h"
#include "tools/sim/queue_grid/cell.h"

namespace sluice::queue_grid {

// What differs between kernels and the simulator can follow.
struct KernelRules {
  bool syn_queue_full_at_limit = false;  // as kernels before January 2025; now: above it
  bool has_syn_linear_timeouts = true;   // since Linux 6.5
  std::string no_delay;                  // why the delayed path cannot be made; empty: it can
};

// Finds them out. Uses the namespace up.
absl::StatusOr<KernelRules> MeasureRules(const netlab::PrivateNamespace& ns);

// Runs `cell` in the namespace the process is in, which must be fresh. DeadlineExceeded: the
// machine was too busy to take the counts between one retry and the next; try again.
absl::StatusOr<Counts> RunKernelCell(const netlab::PrivateNamespace& ns, const Cell& cell);

}  // namespace sluice::queue_grid

#endif  // SLUICE_TOOLS_SIM_QUEUE_GRID_KERNEL_CELL_H_
