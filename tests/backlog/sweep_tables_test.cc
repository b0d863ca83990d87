#include "apps/backlog/sweep_tables.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "apps/backlog/text.h"
#include "apps/backlog/verdict.h"
#include "tools/report/table.h"

namespace sluice::backlog {
namespace {

// The four cells of listen(5) by cookies and abort, as a kernel that keeps its rule answers.
CellGroup FourCells() {
  SweepOptions options;
  options.backlogs = {5};
  options.somaxconns = {4096};
  return PlanSweep(options).front();
}

std::vector<CellResult> Results(const CellGroup& group) {
  std::vector<CellResult> results;
  for (const CellSpec& spec : group.cells) {
    CellResult result;
    result.completed = 6;
    result.timed_out = spec.connects - 6;
    result.queue_limit = 5;
    result.queue_peak = 6;
    result.connect = {50, 60, 70, 80};
    result.counters = {{"TcpExt.ListenOverflows", 128}};
    Judge(spec, result);
    results.push_back(result);
  }
  return results;
}

int CountOf(const std::string& text, const std::string& part) {
  int count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(DescribeGroup, CellsThatAgreeShareALine) {
  const CellGroup group = FourCells();
  ASSERT_EQ(group.cells.size(), 4u);
  const std::string text = DescribeGroup(group, Results(group));
  EXPECT_EQ(CountOf(text, "6 held"), 1);
  EXPECT_EQ(CountOf(text, "0, 1     0, 1"), 1);
  EXPECT_EQ(CountOf(text, "What does the 5 in listen(5) do? Of 70 connects"), 1);
}

TEST(DescribeGroup, ACellThatDiffersHasItsOwnLine) {
  const CellGroup group = FourCells();
  std::vector<CellResult> results = Results(group);
  results[2].completed = 7;
  Judge(group.cells[2], results[2]);
  const std::string text = DescribeGroup(group, results);
  EXPECT_EQ(CountOf(text, "6 held"), 3);
  EXPECT_EQ(CountOf(text, "6 BROKEN"), 1);
  EXPECT_EQ(CountOf(text, "0, 1"), 0);
}

TEST(DescribeGroup, EveryLineFitsTheColumns) {
  for (const CellGroup& group : PlanSweep({})) {
    std::vector<CellResult> results(group.cells.size());
    for (size_t i = 0; i < results.size(); ++i) {
      results[i].completed = 4097;
      results[i].connect = results[i].answer = {100e3, 1e6, 3e6, 3e6};
      results[i].counters = {{"TcpExt.ListenOverflows", 10000}, {"TcpExt.SyncookiesSent", 10000}};
      Judge(group.cells[i], results[i]);
    }
    std::string text = DescribeGroup(group, results);
    while (!text.empty()) {
      const std::string line = text.substr(0, text.find('\n'));
      EXPECT_LE(report::DisplayWidth(line), 110u) << line;
      text.erase(0, line.size() + 1);
    }
  }
}

TEST(DescribeGroup, SaysWhyACellTellsNothing) {
  CellGroup group = FourCells();
  for (CellSpec& spec : group.cells) spec.connects = 6;
  EXPECT_EQ(CountOf(DescribeGroup(group, Results(group)), "a burst of 6 does not reach beyond 6"),
            1);
}

}  // namespace
}  // namespace sluice::backlog
