// What a sweep shows to people: for each group of cells a question, a table, the counters that
// moved, and one measured sentence of explanation.
#ifndef SLUICE_APPS_BACKLOG_SWEEP_TABLES_H_
#define SLUICE_APPS_BACKLOG_SWEEP_TABLES_H_

#include <string>
#include <vector>

#include "apps/backlog/cell.h"
#include "apps/backlog/sweep_plan.h"

namespace sluice::backlog {

// `results` are those of `group.cells`, in order.
std::string DescribeGroup(const CellGroup& group, const std::vector<CellResult>& results);

// The question a group answers, in a line.
std::string GroupTitle(CellKind kind);

// What its columns mean.
std::string GroupLegend(CellKind kind);

// The answer, with what was measured, in a sentence or a few.
std::string ExplainGroup(const CellGroup& group, const std::vector<CellResult>& results);

}  // namespace sluice::backlog

#endif  // SLUICE_APPS_BACKLOG_SWEEP_TABLES_H_
