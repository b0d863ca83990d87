#include <gtest/gtest.h>

#include "apps/backlog/cell.h"
#include "nlohmann/json.hpp"

namespace sluice::backlog {
namespace {

CellResult Sample() {
  CellResult result;
  result.backend = "epoll";
  result.completed = 6;
  result.timed_out = 64;
  result.reset = 1;
  result.failed = 2;
  result.answered = 3;
  result.connect = {1.5, 2, 3, 4};
  result.answer = {5, 6, 7, 8};
  result.queue_limit = 5;
  result.queue_peak = 6;
  result.half_open_peak = 9;
  result.syns_sent = 10;
  result.ghosts = 11;
  result.syn_backlog_drops = 12;
  result.counters = {{"TcpExt.ListenOverflows", 128}};
  result.verdict = Verdict{"the rule", 6, 7, false, "a remark"};
  return result;
}

// What the cell's process writes is what the sweep reads, every field of it.
TEST(CellJson, SurvivesTheWayBack) {
  const CellSpec spec{.backlog = 5, .connects = 70};
  for (const bool judged : {true, false}) {
    CellResult result = Sample();
    if (!judged) {
      result.verdict.reset();
      result.untested = "why";
    }
    const nlohmann::json there = CellAsJson(spec, result);
    const absl::StatusOr<CellResult> back = ResultFromJson(there.dump());
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(CellAsJson(spec, *back), there);
    EXPECT_EQ(back->verdict.has_value(), judged);
  }
}

TEST(CellJson, NamesThingsForMachines) {
  const CellSpec spec{.kind = CellKind::kSlowAccept,
                      .backlog = 5,
                      .connects = 70,
                      .timeout = std::chrono::milliseconds(1500),
                      .accept_rate = AcceptRate::Unlimited()};
  const nlohmann::json cell = CellAsJson(spec, Sample());
  EXPECT_EQ(cell["kind"], "slow_accept");
  EXPECT_EQ(cell["timeout_ms"], 1500);
  EXPECT_TRUE(cell["accepts_per_second"].is_null());
  EXPECT_EQ(cell["connect"]["p50_us"], 1.5);
  EXPECT_EQ(cell["counters"]["TcpExt.ListenOverflows"], 128);
  EXPECT_EQ(cell["rule"]["held"], false);
}

TEST(CellJson, RefusesWhatIsNone) {
  EXPECT_FALSE(ResultFromJson("").ok());
  EXPECT_FALSE(ResultFromJson("[]").ok());
  EXPECT_FALSE(ResultFromJson("{\"completed\":").ok());
}

}  // namespace
}  // namespace sluice::backlog
