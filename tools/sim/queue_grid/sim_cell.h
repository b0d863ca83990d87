// The simulator's side of a cell.
#ifndef SLUICE_TOOLS_SIM_QUEUE_GRID_SIM_CELL_H_
#define SLUICE_TOOLS_SIM_QUEUE_GRID_SIM_CELL_H_

#include "tools/sim/queue_grid/cell.h"

namespace sluice::queue_grid {

// As a kernel would whose SYN queue is full at its limit (before January 2025), or above it.
Counts RunSimCell(const Cell& cell, bool syn_queue_full_at_limit);

}  // namespace sluice::queue_grid

#endif  // SLUICE_TOOLS_SIM_QUEUE_GRID_SIM_CELL_H_
