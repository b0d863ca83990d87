#include "tools/sim/run_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "reactor/sim/sim_faults.h"
#include "tools/report/format.h"
#include "tools/report/table.h"

namespace sluice::simulate {
namespace {

using report::FormatCount;
using report::FormatExact;
using report::FormatRate;
using report::Table;

double SecondsOf(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

double PerSecond(double count, const RunReport& report) {
  const double seconds = SecondsOf(report.wall);
  return seconds > 0 ? count / seconds : 0;
}

uint64_t FaultsOf(const Totals& totals) {
  uint64_t sum = 0;
  for (const uint64_t count : totals.faults) sum += count;
  return sum;
}

std::string Violations(const RunReport& report) {
  const size_t count = report.violations.size();
  return std::to_string(count) + (count == 1 ? " violation" : " violations");
}

std::string Times(double ratio) {
  return FormatExact(static_cast<uint64_t>(ratio)) + " x real time";
}

std::string ScenarioTable(const RunOptions& options, const RunReport& report) {
  Table table({{"scenario"},
               {"trials", Table::Align::kRight},
               {"events", Table::Align::kRight},
               {"what happened in them"}});
  for (size_t i = 0; i < options.scenarios.size(); ++i) {
    const Totals& totals = report.by_scenario[i];
    std::string name(options.scenarios[i]->name);
    std::string trials = FormatExact(totals.trials);
    std::string events = FormatCount(static_cast<double>(totals.events));
    if (totals.tallies.empty()) table.AddRow({name, trials, events});
    for (const auto& [what, count] : totals.tallies) {
      table.AddRow({std::exchange(name, {}), std::exchange(trials, {}), std::exchange(events, {}),
                    FormatExact(count) + " " + what});
    }
  }
  return table.ToString();
}

std::string FaultTable(const Totals& sum) {
  Table table({{"fault"}, {"injected", Table::Align::kRight}});
  for (size_t i = 0; i < sim::kFaults; ++i) {
    table.AddRow({std::string(FaultName(static_cast<sim::Fault>(i))), FormatExact(sum.faults[i])});
  }
  return table.ToString();
}

}  // namespace

std::string ReplayCommand(const Violation& violation) {
  if (violation.scenario == nullptr) return "";
  return "sluice-sim replay --scenario=" + std::string(violation.scenario->name) +
         " --seed=" + std::to_string(violation.seed) + " --trace";
}

std::string ProgressLine(const RunOptions& options, const RunReport& report) {
  const Totals sum = report.Sum();
  std::string line = FormatExact(sum.trials);
  if (options.last_seed != UINT64_MAX) {
    const uint64_t seeds = options.last_seed - options.first_seed + 1;
    line += " of " + FormatExact(seeds * options.scenarios.size());
  }
  line += " trials, " + FormatRate(PerSecond(static_cast<double>(sum.trials), report)) + ", " +
          FormatRate(PerSecond(static_cast<double>(sum.events), report)) + " events, " +
          Times(PerSecond(SecondsOf(sum.simulated), report)) + ", " +
          FormatCount(static_cast<double>(FaultsOf(sum))) + " faults, " + Violations(report);
  return line;
}

std::string ReportText(const RunOptions& options, const RunReport& report) {
  const Totals sum = report.Sum();
  std::string text = ScenarioTable(options, report) + "\n" + FaultTable(sum) + "\n";
  text += FormatExact(sum.trials) + " trials in " + report::FormatDuration(report.wall) + " (" +
          std::to_string(options.workers) +
          " at once): " + FormatRate(PerSecond(static_cast<double>(sum.trials), report)) +
          " trials, " + FormatRate(PerSecond(static_cast<double>(sum.events), report)) +
          " events, " + Times(PerSecond(SecondsOf(sum.simulated), report)) + "\n";
  if (report.violations.size() >= options.violations_max) {
    text += "stopped after --violations-max=" + std::to_string(options.violations_max) +
            ": not all seeds were run\n";
  }
  text += report.violations.empty() ? "no violations" : Violations(report) + ":";
  text += "\n";
  for (const Violation& violation : report.violations) {
    text += "  " + violation.what + "\n";
    if (violation.what.find("replay: ") == std::string::npos) {
      text += "    replay: " + ReplayCommand(violation) + "\n";
    }
  }
  return text;
}

std::string ReportJson(const RunOptions& options, const RunReport& report) {
  const Totals sum = report.Sum();
  nlohmann::ordered_json scenarios = nlohmann::ordered_json::array();
  for (size_t i = 0; i < options.scenarios.size(); ++i) {
    const Totals& totals = report.by_scenario[i];
    scenarios.push_back({{"name", std::string(options.scenarios[i]->name)},
                         {"trials", totals.trials},
                         {"events", totals.events},
                         {"simulated_seconds", SecondsOf(totals.simulated)},
                         {"tallies", totals.tallies}});
  }
  nlohmann::ordered_json faults = nlohmann::ordered_json::object();
  for (size_t i = 0; i < sim::kFaults; ++i) {
    faults[std::string(FaultName(static_cast<sim::Fault>(i)))] = sum.faults[i];
  }
  nlohmann::ordered_json violations = nlohmann::ordered_json::array();
  for (const Violation& violation : report.violations) {
    violations.push_back(
        {{"scenario", violation.scenario == nullptr ? "" : std::string(violation.scenario->name)},
         {"seed", violation.seed},
         {"what", violation.what},
         {"replay", ReplayCommand(violation)}});
  }
  const nlohmann::ordered_json json = {
      {"first_seed", options.first_seed},
      {"trials", sum.trials},
      {"events", sum.events},
      {"jobs", options.workers},
      {"seconds", SecondsOf(report.wall)},
      {"trials_per_second", PerSecond(static_cast<double>(sum.trials), report)},
      {"events_per_second", PerSecond(static_cast<double>(sum.events), report)},
      {"simulated_seconds", SecondsOf(sum.simulated)},
      {"interrupted", report.interrupted},
      {"complete", report.complete},
      {"scenarios", scenarios},
      {"faults", faults},
      {"violations", violations}};
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace sluice::simulate
