// The same cells in the simulator and in the real kernel: every count equal.
#include "tools/sim/queue_grid/queue_grid.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/netlab/in_namespace.h"
#include "tools/sim/queue_grid/plan.h"
#include "tools/sim/queue_grid/report.h"

namespace sluice::queue_grid {
namespace {

TEST(QueueGrid, TheSimulatorCountsWhatTheKernelCounts) {
  SLUICE_SKIP_WITHOUT_NAMESPACES();
  absl::StatusOr<GridResult> result = RunQueueGrid({.quick = true}, [](size_t, size_t) {});
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  for (const CellResult& cell : result->cells) {
    EXPECT_TRUE(cell.kernel || (cell.cell.path == Path::kDelayed && !result->skipped.empty()));
  }
  EXPECT_GT(result->compared(), 0u);
  EXPECT_EQ(result->equal(), result->compared()) << GridText(*result, false);
}

TEST(QueueGrid, BothPlansTakeEveryPathWithAndWithoutRetries) {
  for (const bool quick : {false, true}) {
    SCOPED_TRACE(quick ? "quick" : "whole");
    std::set<std::pair<Path, int>> cookies;
    std::set<std::pair<Path, bool>> waits;
    for (const Cell& cell : PlanGrid(quick)) {
      cookies.insert({cell.path, cell.syncookies});
      waits.insert({cell.path, cell.read_at > Duration(0)});
    }
    EXPECT_EQ(cookies.size(), 4u * 3u);
    EXPECT_EQ(waits.size(), 4u * 2u);
  }
}

}  // namespace
}  // namespace sluice::queue_grid
