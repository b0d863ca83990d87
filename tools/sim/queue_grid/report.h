// The grid's outcome for people and for machines.
#ifndef SLUICE_TOOLS_SIM_QUEUE_GRID_REPORT_H_
#define SLUICE_TOOLS_SIM_QUEUE_GRID_REPORT_H_

#include <string>

#include "nlohmann/json_fwd.hpp"
#include "tools/sim/queue_grid/cell.h"

namespace sluice::queue_grid {

// A row a cell, "KERNEL = SIMULATOR" or "KERNEL != SIMULATOR" a count. `colour` marks the unequal
// ones for a terminal.
std::string GridText(const GridResult& result, bool colour);
nlohmann::json GridJson(const GridResult& result);

// 0: every count that could be compared is equal; 1: not.
int GridExitCode(const GridResult& result);

// Prints it on standard output, in colour where that is a terminal that wants it.
void PrintGrid(const GridResult& result, bool json);

}  // namespace sluice::queue_grid

#endif  // SLUICE_TOOLS_SIM_QUEUE_GRID_REPORT_H_
