#include <nlohmann/json.hpp>

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

Json CellAsJson(const Workload& workload, const Contender& contender, const Cell& cell) {
  Json json = {{"server", contender.id}};
  if (!cell.failure.empty()) {
    json["failure"] = cell.failure;
  } else if (workload.kind == WorkKind::kIdle) {
    json["bytes_an_idle_connection"] = cell.idle_bytes;
  } else {
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
    servers.push_back(CellAsJson(workload, results.rows[row], column.cells[row]));
  }
  return {{"id", workload.id},       {"title", workload.title},
          {"about", workload.about}, {"connections", workload.connections},
          {"depth", workload.depth}, {"message_bytes", workload.message_bytes},
          {"servers", servers}};
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
      {"failures", results.Failures()},
      {"skipped", results.skipped},
      {"interrupted", results.interrupted}};
  return json.dump(2) + "\n";
}

}  // namespace sluice::compare
