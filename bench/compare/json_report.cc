#include <nlohmann/json.hpp>

#include "bench/compare/goals.h"
#include "bench/compare/reports.h"

namespace sluice::compare {
namespace {

using Json = nlohmann::ordered_json;

Json SpreadAsJson(const Spread& spread) {
  return {{"median", spread.median},
          {"first_quartile", spread.low},
          {"third_quartile", spread.high},
          {"cycles", spread.count}};
}

Json SideAsJson(const LoopsFigures::Side& side) {
  return {{"cpu_us_a_message", SpreadAsJson(side.cpu_us)},
          {"messages_a_second", SpreadAsJson(side.rate)}};
}

Json CellAsJson(const Workload& workload, const Contender& contender, const Cell& cell) {
  Json json = {{"server", contender.id}};
  if (!cell.failure.empty()) {
    json["failure"] = cell.failure;
  } else if (workload.kind == WorkKind::kBurst && cell.memory) {
    json["bytes_a_connection_at_the_height"] = cell.memory->peak;
    json["bytes_a_connection_left"] = cell.memory->left;
  } else if (cell.memory) {
    json["bytes_an_idle_connection"] = cell.memory->left;
  } else if (cell.loops) {
    json["one_loop"] = SideAsJson(cell.loops->one);
    json["several_loops"] = SideAsJson(cell.loops->several);
    json["efficiency"] = SpreadAsJson(cell.loops->efficiency);
  } else if (workload.measures_cpu()) {
    json["relative_cpu"] = SpreadAsJson(cell.ratio);
    json["cpu_us_a_message"] = SpreadAsJson(cell.cpu_us);
    json["messages_a_second"] = SpreadAsJson(cell.rate);
    json["fairness"] = cell.fairness ? Json(*cell.fairness) : Json(nullptr);
    json["p50_us"] = cell.p50_us;
    json["p99_us"] = cell.p99_us;
    json["messages"] = cell.messages;
    json["lost"] = cell.lost;
  }
  return json;
}

Json ColumnAsJson(const Results& results, const Column& column) {
  const Workload& workload = column.workload;
  Json servers = Json::array();
  for (size_t row = 0; row < results.rows.size(); ++row) {
    if (!Takes(results.rows[row], workload)) continue;
    servers.push_back(CellAsJson(workload, results.rows[row], column.cells[row]));
  }
  return {{"id", workload.id},       {"title", workload.title},
          {"about", workload.about}, {"connections", workload.connections},
          {"depth", workload.depth}, {"message_bytes", workload.message_bytes},
          {"servers", servers}};
}

const char* Name(Figure figure) {
  switch (figure) {
    case Figure::kCpu:
      return "relative_cpu";
    case Figure::kP99:
      return "relative_p99";
    case Figure::kFairness:
      return "fairness";
    case Figure::kIdleBytes:
      return "bytes_an_idle_connection";
    case Figure::kGrowth:
      return "relative_growth";
  }
  return "";
}

const char* Name(Outcome outcome) {
  switch (outcome) {
    case Outcome::kReached:
      return "reached";
    case Outcome::kMissedWithinSpread:
      return "missed_within_spread";
    case Outcome::kMissed:
      return "missed";
    case Outcome::kNotMeasured:
      return "not_measured";
  }
  return "";
}

Json GoalAsJson(const Verdict& verdict) {
  const Goal& goal = verdict.goal;
  const char* bound = goal.figure == Figure::kFairness ? "at_least" : "at_most";
  Json json = {{"server", std::string(goal.server)},
               {"work", std::string(goal.work)},
               {"figure", Name(goal.figure)},
               {"against", std::string(goal.against)},
               {bound, goal.limit},
               {"outcome", Name(verdict.outcome)}};
  if (verdict.measured.count > 0) json["measured"] = SpreadAsJson(verdict.measured);
  return json;
}

}  // namespace

std::string JsonReport(const Results& results) {
  const Machine& machine = results.machine;
  const Settings& settings = results.settings;
  Json servers = Json::array();
  for (const Contender& row : results.rows) {
    servers.push_back(
        {{"id", row.id}, {"title", row.title}, {"library", row.library}, {"command", row.command}});
  }
  Json columns = Json::array();
  for (const Column& column : results.columns) columns.push_back(ColumnAsJson(results, column));
  Json goals = Json::array();
  for (const Verdict& verdict : Judge(results)) goals.push_back(GoalAsJson(verdict));
  const Json json = {
      {"machine",
       {{"cpu", machine.cpu},
        {"cores", machine.cores.size()},
        {"kernel", machine.kernel},
        {"time", machine.time},
        {"load_before", machine.load_before},
        {"stolen_fraction", machine.stolen_fraction}}},
      {"settings",
       {{"cycles", settings.cycles},
        {"slice_ms", std::chrono::duration<double, std::milli>(settings.slice).count()},
        {"server_core", settings.server_core},
        {"client_core", settings.client_core}}},
      {"floor", std::string(kFloorId)},
      {"servers", servers},
      {"columns", columns},
      {"goals", goals},
      {"failures", results.Failures()},
      {"skipped", results.skipped},
      {"interrupted", results.interrupted}};
  return json.dump(2) + "\n";
}

}  // namespace sluice::compare
