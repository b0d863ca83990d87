// The cells of the grid.
#ifndef SLUICE_TOOLS_SIM_QUEUE_GRID_PLAN_H_
#define SLUICE_TOOLS_SIM_QUEUE_GRID_PLAN_H_

#include <vector>

#include "tools/sim/queue_grid/cell.h"

namespace sluice::queue_grid {

// Path by path. `quick`: a few of each, none of which waits for a second retry.
std::vector<Cell> PlanGrid(bool quick);

}  // namespace sluice::queue_grid

#endif  // SLUICE_TOOLS_SIM_QUEUE_GRID_PLAN_H_
