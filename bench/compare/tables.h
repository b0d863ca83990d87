// The tables of every report, as text, however a report draws them.
#ifndef SLUICE_BENCH_COMPARE_TABLES_H_
#define SLUICE_BENCH_COMPARE_TABLES_H_

#include <string>
#include <vector>

#include "bench/compare/results.h"

namespace sluice::compare {

struct ReportTable {
  struct Row {
    std::vector<std::string> cells;  // as many as titles, or fewer
    bool ours = false;               // stands out
  };
  std::string heading{};
  std::string about{};  // sentences
  std::vector<std::string> titles{};
  std::vector<Row> rows{};
};

// CPU a message relative to the floor, of the columns from `first` to before `end`.
ReportTable SummaryTable(const Results& results, size_t first, size_t end);

// Each goal, and whether it is reached; `about` counts them.
ReportTable GoalsTable(const Results& results);
// Rate, latency and fairness at echo over standing connections, one column each.
ReportTable BesideTable(const Results& results);
// CPU a message as connections grow; without rows where fewer than two kinds of work show that.
ReportTable GrowthTable(const Results& results);
// One a kind of work that is not measured in CPU time alone: bursts, several loops.
std::vector<ReportTable> OtherTables(const Results& results);
// One a kind of work whose CPU time is measured: every figure of every server.
std::vector<ReportTable> DetailTables(const Results& results);

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_TABLES_H_
