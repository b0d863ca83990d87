// The listen queues of the simulator against those of the real kernel: the same cells on both.
#ifndef SLUICE_TOOLS_SIM_QUEUE_GRID_QUEUE_GRID_H_
#define SLUICE_TOOLS_SIM_QUEUE_GRID_QUEUE_GRID_H_

#include <cstddef>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "tools/sim/queue_grid/cell.h"

namespace sluice::queue_grid {

struct QueueGridOptions {
  bool quick = false;   // some 50 cells in 2 s instead of some 150 in 9
  size_t at_once = 24;  // cells under way at a time; those that wait for retries do nothing else
};

// The kernel's side runs in private namespaces; where the host forbids them, only the simulator's
// does, and the result says so. `on_news` hears how many cells of how many are done. The process
// must have one thread. Blocking.
absl::StatusOr<GridResult> RunQueueGrid(const QueueGridOptions& options,
                                        absl::FunctionRef<void(size_t done, size_t cells)> on_news);

}  // namespace sluice::queue_grid

#endif  // SLUICE_TOOLS_SIM_QUEUE_GRID_QUEUE_GRID_H_
