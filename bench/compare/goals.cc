#include "bench/compare/goals.h"

#include <algorithm>

namespace sluice::compare {
namespace {

constexpr double kFairnessMin = 0.95;
constexpr double kIdleBytesMax = 256;
constexpr double kCoroutineMax = 1.03;  // against a Handler doing the same

std::vector<Goal> MakeGoals() {
  std::vector<Goal> goals = {
      {"sluice-epoll", "conns64", Figure::kCpu, 1.03},
      {"sluice-epoll", "depth16", Figure::kCpu, 1.05},
      {"sluice-epoll", "large", Figure::kCpu, 1.03},
      {"sluice-epoll", "conns1000", Figure::kCpu, 1.03},
      {"sluice-epoll", "conns10000", Figure::kCpu, 1.03},
      {"sluice-epoll", "http64", Figure::kCpu, 1.05},
      {"sluice-epoll", "http16", Figure::kCpu, 1.10},
      {"sluice-io_uring", "http64", Figure::kCpu, 1.05},
      {"sluice-io_uring", "http256", Figure::kCpu, 1.05},
      {"sluice-io_uring", "http16", Figure::kCpu, 1.10},
      {"sluice-io_uring", "conns64", Figure::kCpu, 0.91},
      {"sluice-io_uring", "depth16", Figure::kCpu, 1.00},
      {"sluice-io_uring", "large", Figure::kCpu, 0.96},
      {"sluice-io_uring", "conns1000", Figure::kCpu, 0.87},
      {"sluice-io_uring", "conns10000", Figure::kCpu, 0.92},
  };
  for (const std::string_view server : {"sluice-epoll", "sluice-io_uring"}) {
    for (const std::string_view work : {"conns10", "conns64", "conns100", "conns1000"}) {
      goals.push_back({server, work, Figure::kFairness, kFairnessMin});
      goals.push_back({server, work, Figure::kP99, 1.00});
    }
    goals.push_back({server, "conns10000", Figure::kGrowth, 1.00});
    goals.push_back({server, "idle", Figure::kIdleBytes, kIdleBytesMax});
  }
  goals.push_back(
      {"sluice-epoll-coroutine", "conns64", Figure::kCpu, kCoroutineMax, "sluice-epoll"});
  goals.push_back(
      {"sluice-io_uring-coroutine", "conns64", Figure::kCpu, kCoroutineMax, "sluice-io_uring"});
  return goals;
}

std::optional<size_t> RowOf(const Results& results, std::string_view id) {
  for (size_t row = 0; row < results.rows.size(); ++row) {
    if (results.rows[row].id == id) return row;
  }
  return std::nullopt;
}

std::optional<size_t> ColumnOf(const Results& results, std::string_view id) {
  for (size_t column = 0; column < results.columns.size(); ++column) {
    if (results.columns[column].workload.id == id) return column;
  }
  return std::nullopt;
}

Spread Exactly(double value) {
  return {.median = value, .low = value, .high = value, .count = 1};
}

Spread RelativeCpu(const Cell& cell, const Cell& against) {
  return SpreadOf(RatiosInCycles(cell.cpu_us_by_cycle, against.cpu_us_by_cycle));
}

Spread Measured(const Results& results, const Verdict& verdict, size_t against) {
  const std::vector<Cell>& cells = results.columns[verdict.column].cells;
  const Cell& cell = cells[verdict.row];
  if (!cell.failure.empty()) return {};
  switch (verdict.goal.figure) {
    case Figure::kCpu:
      return RelativeCpu(cell, cells[against]);
    case Figure::kP99:
      return SpreadOf(RatiosInCycles(cell.p99_us_by_cycle, cells[against].p99_us_by_cycle));
    case Figure::kFairness:
      return cell.fairness ? Exactly(*cell.fairness) : Spread{};
    case Figure::kIdleBytes:
      return cell.memory ? Exactly(cell.memory->left) : Spread{};
    case Figure::kGrowth:
      return RelativeGrowth(results, verdict.row, against).value_or(Spread{});
  }
  return {};
}

Outcome OutcomeOf(const Goal& goal, const Spread& measured) {
  if (measured.count == 0) return Outcome::kNotMeasured;
  const double missed_by = goal.figure == Figure::kFairness ? goal.limit - measured.median
                                                            : measured.median - goal.limit;
  if (missed_by <= 0) return Outcome::kReached;
  return missed_by < measured.half_width() ? Outcome::kMissedWithinSpread : Outcome::kMissed;
}

}  // namespace

const std::vector<Goal>& Goals() {
  static const std::vector<Goal> goals = MakeGoals();
  return goals;
}

std::vector<Verdict> Judge(const Results& results) {
  std::vector<Verdict> verdicts;
  for (const Goal& goal : Goals()) {
    const std::optional<size_t> row = RowOf(results, goal.server);
    const std::optional<size_t> column = ColumnOf(results, goal.work);
    const std::optional<size_t> against = RowOf(results, goal.against);
    if (!row || !column || !against) continue;
    Verdict verdict{.goal = goal, .row = *row, .column = *column};
    verdict.measured = Measured(results, verdict, *against);
    verdict.outcome = OutcomeOf(goal, verdict.measured);
    verdicts.push_back(verdict);
  }
  return verdicts;
}

std::optional<Spread> RelativeGrowth(const Results& results, size_t row, size_t against) {
  std::vector<Spread> series;
  for (const Column& column : results.columns) {
    if (!column.workload.growth) continue;
    series.push_back(RelativeCpu(column.cells[row], column.cells[against]));
  }
  if (series.size() < 2 || series.front().count == 0 || series.back().count == 0) {
    return std::nullopt;
  }
  // Measured one after the other: no cycle has both, so that their spreads add up.
  const Spread& few = series.front();
  const Spread& many = series.back();
  return Spread{.median = many.median / few.median,
                .low = many.low / few.high,
                .high = many.high / few.low,
                .count = std::min(few.count, many.count)};
}

}  // namespace sluice::compare
