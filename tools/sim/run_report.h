// What a run came to, for people and for machines.
#ifndef SLUICE_TOOLS_SIM_RUN_REPORT_H_
#define SLUICE_TOOLS_SIM_RUN_REPORT_H_

#include <string>

#include "tools/sim/seed_runner.h"

namespace sluice::simulate {

std::string ProgressLine(const RunOptions& options, const RunReport& report);
std::string ReportText(const RunOptions& options, const RunReport& report);
std::string ReportJson(const RunOptions& options, const RunReport& report);
std::string ReplayCommand(const Violation& violation);

}  // namespace sluice::simulate

#endif  // SLUICE_TOOLS_SIM_RUN_REPORT_H_
