#include "apps/backlog/sweep_plan.h"

#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "apps/backlog/verdict.h"

namespace sluice::backlog {
namespace {

using Texts = std::vector<std::string>;

TEST(ParseNumbers, KeepsOrderAndDropsRepeats) {
  EXPECT_EQ(*ParseNumbers({"5", "0", "5", "-1"}, -1, 10), (std::vector<int>{5, 0, -1}));
  EXPECT_TRUE(ParseNumbers({}, 0, 1)->empty());
}

TEST(ParseNumbers, NamesWhatIsNone) {
  for (const char* text : {"x", "", "1x", " 1", "2", "-1", "99999999999999"}) {
    const auto numbers = ParseNumbers({"1", text}, 0, 1);
    ASSERT_FALSE(numbers.ok()) << text;
    EXPECT_EQ(numbers.status().message(), "\"" + std::string(text) + "\" is no number from 0 to 1");
  }
}

const CellGroup* Find(const std::vector<CellGroup>& plan, CellKind kind) {
  for (const CellGroup& group : plan) {
    if (group.kind == kind) return &group;
  }
  return nullptr;
}

TEST(PlanSweep, TriesEveryCombinationOnce) {
  SweepOptions options;
  options.backlogs = {1, 2, 3};
  options.somaxconns = {10, 2};
  options.syncookies = {0, 1, 2};
  options.aborts_on_overflow = {0, 1};
  const std::vector<CellGroup> plan = PlanSweep(options);
  const CellGroup* group = Find(plan, CellKind::kNobodyAccepts);
  ASSERT_NE(group, nullptr);
  EXPECT_EQ(group->cells.size(), 3u * 2 * 3 * 2);
  std::set<std::tuple<int, int64_t, int, int>> seen;
  for (const CellSpec& spec : group->cells) {
    seen.insert({spec.backlog, spec.somaxconn, spec.syncookies, spec.abort_on_overflow});
    EXPECT_TRUE(spec.accept_rate.never());
    EXPECT_EQ(spec.syns_per_second, 0u);
  }
  EXPECT_EQ(seen.size(), group->cells.size());
}

TEST(PlanSweep, EveryDefaultBurstReachesBeyondTheRule) {
  for (const bool quick : {false, true}) {
    SweepOptions options;
    options.quick = quick;
    for (const CellGroup& group : PlanSweep(options)) {
      if (group.kind != CellKind::kNobodyAccepts) continue;
      for (const CellSpec& spec : group.cells) EXPECT_GT(spec.connects, ExpectedOf(spec));
    }
  }
}

TEST(PlanSweep, QuickIsAPartOfTheWhole) {
  const std::vector<CellGroup> whole = PlanSweep({});
  SweepOptions options;
  options.quick = true;
  const std::vector<CellGroup> quick = PlanSweep(options);
  ASSERT_EQ(quick.size(), whole.size()) << "it shows every effect";
  for (size_t i = 0; i < whole.size(); ++i) {
    EXPECT_EQ(quick[i].kind, whole[i].kind);
    EXPECT_LE(quick[i].cells.size(), whole[i].cells.size());
  }
}

TEST(PlanSweep, LeavesOutWhatWasSwitchedOff) {
  SweepOptions options;
  options.accept_rate = AcceptRate::Never();
  options.syns_per_second = 0;
  const std::vector<CellGroup> plan = PlanSweep(options);
  EXPECT_EQ(Find(plan, CellKind::kSlowAccept), nullptr);
  EXPECT_EQ(Find(plan, CellKind::kHalfOpen), nullptr);
  EXPECT_NE(Find(plan, CellKind::kNobodyAccepts), nullptr);
}

TEST(PlanSweep, TakesBurstTimeoutAndRate) {
  SweepOptions options;
  options.burst = 77;
  options.timeout = std::chrono::seconds(2);
  options.accept_rate = AcceptRate::PerSecond(10);
  options.service_time = std::chrono::milliseconds(3);
  const std::vector<CellGroup> plan = PlanSweep(options);
  for (const CellKind kind : {CellKind::kNobodyAccepts, CellKind::kSlowAccept}) {
    for (const CellSpec& spec : Find(plan, kind)->cells) {
      EXPECT_EQ(spec.connects, 77u);
      EXPECT_EQ(spec.timeout, std::chrono::seconds(2));
    }
  }
  EXPECT_EQ(Find(plan, CellKind::kSlowAccept)->cells[0].accept_rate, AcceptRate::PerSecond(10));
  EXPECT_EQ(Find(plan, CellKind::kSlowAccept)->cells[0].service_time, std::chrono::milliseconds(3));
}

TEST(SocketsOf, CountsBothEndsOfTheLargestCell) {
  const std::vector<CellGroup> plan = {
      {CellKind::kNobodyAccepts, {{.connects = 900}}},
      {CellKind::kSlowAccept,
       {{.connects = 500, .accept_rate = AcceptRate::PerSecond(1)}, {.connects = 10}}}};
  EXPECT_EQ(SocketsOf(plan), 1000u);
}

}  // namespace
}  // namespace sluice::backlog
