// What is said of a grid: fabricated counts, so that there is a difference to be told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "nlohmann/json.hpp"
#include "tools/sim/queue_grid/report.h"

namespace sluice::queue_grid {
namespace {

using testing::HasSubstr;
using testing::Not;

// Two cells over loopback, 129 established in each.
GridResult Fabricated() {
  GridResult result{.kernel = "Linux 9.9", .cells = {}, .skipped = {}};
  for (const int backlog : {128, 200}) {
    CellResult cell{.cell = {.backlog = backlog, .connects = 192}};
    At(cell.simulated, Count::kEstablished) = 129;
    At(cell.simulated, Count::kListenDrops) = 63;
    cell.kernel = cell.simulated;
    result.cells.push_back(cell);
  }
  return result;
}

TEST(GridReport, EqualCountsAreSaidToBe) {
  const GridResult result = Fabricated();
  const std::string text = GridText(result, true);
  EXPECT_THAT(text, HasSubstr("129 = 129"));
  EXPECT_THAT(text, HasSubstr("63 = 63"));
  EXPECT_THAT(text, HasSubstr("28 of 28 count cells equal: 2 cells of 14 counts each"));
  EXPECT_THAT(text, Not(HasSubstr("\033")));
  EXPECT_EQ(GridExitCode(result), 0);
}

TEST(GridReport, AnUnequalCountIsMarkedAndFails) {
  GridResult result = Fabricated();
  At(result.cells[1].simulated, Count::kEstablished) = 128;
  const std::string text = GridText(result, false);
  EXPECT_THAT(text, HasSubstr("129 = 129"));
  EXPECT_THAT(text, HasSubstr("129 != 128"));
  EXPECT_THAT(text, HasSubstr("27 of 28 count cells equal"));
  EXPECT_THAT(text, Not(HasSubstr("\033")));
  EXPECT_EQ(GridExitCode(result), 1);
  EXPECT_THAT(GridText(result, true), HasSubstr(" \033[1;31m129 != 128\033[0m "));
}

// 0 on one side only is a difference as any other, not a column to leave out.
TEST(GridReport, NothingAgainstSomethingIsUnequal) {
  GridResult result = Fabricated();
  At(*result.cells[0].kernel, Count::kEmbryonicRsts) = 7;
  EXPECT_THAT(GridText(result, false), HasSubstr("7 != 0"));
  EXPECT_EQ(GridExitCode(result), 1);
}

TEST(GridReport, WithoutTheKernelsSideNothingIsCompared) {
  GridResult result = Fabricated();
  for (CellResult& cell : result.cells) cell.kernel.reset();
  result.skipped.push_back("The kernel's side was skipped: this host forbids it");
  const std::string text = GridText(result, false);
  EXPECT_THAT(text, HasSubstr("The kernel's side was skipped: this host forbids it\n"));
  EXPECT_THAT(text, HasSubstr("Nothing was compared"));
  EXPECT_THAT(text, Not(HasSubstr("129 =")));
  EXPECT_EQ(GridExitCode(result), 0);
}

TEST(GridReport, JsonHasTheSetUpAndBothSidesOfEveryCount) {
  GridResult result = Fabricated();
  At(result.cells[1].simulated, Count::kEstablished) = 128;
  result.cells[0].kernel.reset();
  const nlohmann::json json = nlohmann::json::parse(GridJson(result).dump());
  EXPECT_EQ(json["kernel"], "Linux 9.9");
  EXPECT_EQ(json["counts_compared"], 14);
  EXPECT_EQ(json["counts_equal"], 13);
  EXPECT_TRUE(json["skipped"].is_array());
  ASSERT_EQ(json["cells"].size(), 2u);
  const nlohmann::json& cell = json["cells"][1];
  EXPECT_EQ(cell["path"], "loopback");
  EXPECT_EQ(cell["backlog"], 200);
  EXPECT_EQ(cell["tcp_syncookies"], 1);
  EXPECT_EQ(cell["connects"], 192);
  EXPECT_EQ(cell["read_at_ms"], 0);
  EXPECT_EQ(cell["counts"].size(), 14u);
  EXPECT_EQ(cell["counts"]["established"]["kernel"], 129);
  EXPECT_EQ(cell["counts"]["established"]["simulated"], 128);
  EXPECT_EQ(cell["counts"]["ListenDrops"]["kernel"], 63);
  EXPECT_TRUE(json["cells"][0]["counts"]["established"]["kernel"].is_null());
}

}  // namespace
}  // namespace sluice::queue_grid
