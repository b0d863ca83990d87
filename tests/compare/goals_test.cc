#include "bench/compare/goals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "bench/compare/contender.h"
#include "bench/compare/reports.h"
#include "bench/compare/tables.h"
#include "bench/compare/workload.h"

namespace sluice::compare {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Cell CellAt(ByCycle cpu_us) {
  Cell cell;
  cell.cpu_us_by_cycle = cell.p99_us_by_cycle = std::move(cpu_us);
  return cell;
}

// The floor and Sluice on epoll at one kind of work.
Results ResultsAt(const char* work, Cell floor, Cell ours) {
  Results results;
  results.rows = {{std::string(kFloorId), "raw epoll", ContenderKind::kFloor, {"a"}},
                  {"sluice-epoll", "Sluice epoll", ContenderKind::kOurs, {"b"}}};
  results.columns = {{Workload{.id = work, .title = work}, {std::move(floor), std::move(ours)}}};
  return results;
}

Outcome OutcomeOf(const Results& results, Figure figure) {
  for (const Verdict& verdict : Judge(results)) {
    if (verdict.goal.figure == figure) return verdict.outcome;
  }
  ADD_FAILURE() << "there is no such goal";
  return Outcome::kNotMeasured;
}

TEST(GoalsTest, NameContendersAndWorkThatExist) {
  const std::vector<Contender> contenders = AllContenders("/somewhere");
  for (const Goal& goal : Goals()) {
    for (const std::string_view server : {goal.server, goal.against}) {
      EXPECT_TRUE(std::any_of(contenders.begin(), contenders.end(),
                              [&](const Contender& contender) { return contender.id == server; }))
          << server;
    }
    EXPECT_TRUE(std::any_of(Workloads().begin(), Workloads().end(), [&](const Workload& workload) {
      return workload.id == goal.work;
    })) << goal.work;
  }
}

TEST(GoalsTest, CpuIsReachedOrMissedByMoreOrLessThanItsSpread) {
  const Cell floor = CellAt({10.0, 20.0, 10.0});  // the goal: at most 1.03 of it
  const auto outcome = [&](ByCycle ours) {
    return OutcomeOf(ResultsAt("conns64", floor, CellAt(std::move(ours))), Figure::kCpu);
  };
  EXPECT_EQ(outcome({10.3, 20.6, 10.3}), Outcome::kReached);
  EXPECT_EQ(outcome({10.4, 20.8, 10.4}), Outcome::kMissed);
  EXPECT_EQ(outcome({9.0, 20.8, 12.0}), Outcome::kMissedWithinSpread);
  EXPECT_EQ(outcome({}), Outcome::kNotMeasured);
}

TEST(GoalsTest, FairnessIsAtLeast) {
  Cell ours = CellAt({10.0});
  ours.fairness = 0.95;
  EXPECT_EQ(OutcomeOf(ResultsAt("conns64", CellAt({10.0}), ours), Figure::kFairness),
            Outcome::kReached);
  ours.fairness = 0.94;
  EXPECT_EQ(OutcomeOf(ResultsAt("conns64", CellAt({10.0}), ours), Figure::kFairness),
            Outcome::kMissed);
}

TEST(GoalsTest, MemoryIsInBytes) {
  Cell ours;
  ours.memory = MemoryFigures{.peak = 256, .left = 256};
  EXPECT_EQ(OutcomeOf(ResultsAt("idle", Cell(), ours), Figure::kIdleBytes), Outcome::kReached);
  ours.memory->left = 257;
  EXPECT_EQ(OutcomeOf(ResultsAt("idle", Cell(), ours), Figure::kIdleBytes), Outcome::kMissed);
}

TEST(GoalsTest, CoroutineIsComparedWithTheHandlerInTheSameCycle) {
  Results results = ResultsAt("conns64", CellAt({1.0, 1.0}), CellAt({10.0, 20.0}));
  results.rows.push_back({"sluice-epoll-coroutine", "coroutine", ContenderKind::kOurs, {"c"}});
  results.columns[0].cells.push_back(CellAt({10.2, 20.4}));
  const Verdict verdict = Judge(results).back();
  EXPECT_EQ(verdict.goal.server, "sluice-epoll-coroutine");
  EXPECT_NEAR(verdict.measured.median, 1.02, 1e-9);
  EXPECT_EQ(verdict.outcome, Outcome::kReached);
}

TEST(GoalsTest, WhatFailedIsNotMeasured) {
  Cell ours = CellAt({10.0});
  ours.failure = "gone";
  EXPECT_EQ(OutcomeOf(ResultsAt("conns64", CellAt({10.0}), ours), Figure::kCpu),
            Outcome::kNotMeasured);
}

TEST(GoalsTest, ReportsSayGoalFigureAndOutcome) {
  Cell ours = CellAt({10.1, 10.1});
  ours.fairness = 0.5;
  const Results results = ResultsAt("conns64", CellAt({10.0, 10.0}), ours);
  const ReportTable table = GoalsTable(results);
  ASSERT_EQ(table.rows.size(), 3u);
  EXPECT_THAT(table.about, HasSubstr("1 of 3 reached"));
  EXPECT_THAT(table.rows[0].cells, ElementsAre("Sluice epoll", "conns64", "CPU a message",
                                               "<= 1.03", "1.010 ±0.000", "reached"));
  EXPECT_THAT(table.rows[1].cells,
              ElementsAre("Sluice epoll", "conns64", "fairness", ">= 0.95", "0.500", "missed"));
  EXPECT_THAT(TextReport(results, /*details=*/false), HasSubstr("1 of 3 reached"));
  const nlohmann::json json = nlohmann::json::parse(JsonReport(results));
  EXPECT_EQ(json["goals"][0]["outcome"], "reached");
  EXPECT_DOUBLE_EQ(json["goals"][1]["at_least"], 0.95);
  EXPECT_DOUBLE_EQ(json["goals"][1]["measured"]["median"], 0.5);
}

}  // namespace
}  // namespace sluice::compare
