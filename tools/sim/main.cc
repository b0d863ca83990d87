// sluice-sim: the reactor on a simulated network, scenario by scenario and seed by seed.
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/cli/command.h"
#include "tools/cli/interrupt.h"
#include "tools/report/progress.h"
#include "tools/report/table.h"
#include "tools/sim/flags.h"
#include "tools/sim/queue_grid/queue_grid.h"
#include "tools/sim/queue_grid/report.h"
#include "tools/sim/replay.h"
#include "tools/sim/run_report.h"
#include "tools/sim/scenario.h"
#include "tools/sim/seed_runner.h"

namespace sluice::simulate {
namespace {

constexpr cli::Command kCommand = {
    .name = "sluice-sim",
    .purpose =
        "runs servers and clients on a simulated network, the worst one a kernel may legally be: "
        "short sends, late completions, buffers that run out, resets, lost packets. A seed draws "
        "which faults there are and how often; the same seed is the same run, packet by packet.",
    .usage = "sluice-sim run | replay | digest | list | queues [FLAGS]",
    .subcommands =
        "  run     [--scenario=NAME]... [--seeds=FIRST..LAST] [--minutes=M] [--json]\n"
        "  replay  --scenario=NAME --seed=S [--trace] [--pcap=FILE]\n"
        "  digest  [--scenario=NAME]... [--seeds=FIRST..LAST]\n"
        "  list    [--json]\n"
        "  queues  [--quick] [--json]\n",
    .notes =
        "`queues` holds the simulated SYN and accept queues against this kernel's, count by count, "
        "in private network namespaces.\n"
        "\n"
        "Exit code: 1 if a rule was broken, with a line that says which and the command that "
        "replays it, if a count differs, or if a signal ended a run early; 2 for bad usage.\n",
    .examples =
        "  sluice-sim run                                  every scenario, 1000 seeds\n"
        "  sluice-sim run --minutes 480 --seeds 1000000..  a night\n"
        "  sluice-sim run --scenario echo --seeds 1..100000 --json\n"
        "  sluice-sim run --scenario broken-echo           what a violation looks like\n"
        "  sluice-sim replay --scenario echo --seed 7 --trace --pcap echo-7.pcap\n"
        "  diff <(build/debug/bin/sluice-sim digest) <(sluice-sim digest)\n",
    .positional_count_max = 1};

int Run() {
  const RunOptions options = RunOptionsFromFlags();
  report::Progress progress;
  const absl::StatusOr<RunReport> report = RunSeeds(
      options, [&](const RunReport& so_far) { progress.Update(ProgressLine(options, so_far)); });
  progress.Finish();
  if (!report.ok()) return cli::Fail(report.status());
  const std::string text =
      JsonFromFlags() ? ReportJson(options, *report) : ReportText(options, *report);
  std::fputs(text.c_str(), stdout);
  if (report->interrupted) return cli::FailInterrupted("not all seeds were run");
  return report->violations.empty() ? 0 : cli::kExitFailure;
}

int Queues() {
  RefuseFlagsOfTrials("queues");
  report::Progress progress;
  const auto result =
      queue_grid::RunQueueGrid({.quick = QuickFromFlags()}, [&](size_t done, size_t cells) {
        progress.Update(std::to_string(done) + " of " + std::to_string(cells) + " cells done");
      });
  progress.Finish();
  if (!result.ok()) return cli::Fail(result.status());
  queue_grid::PrintGrid(*result, JsonFromFlags());
  return queue_grid::GridExitCode(*result);
}

int List() {
  RefuseFlagsOfTrials("list");
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  report::Table table({{"scenario"}, {"when"}, {"what it does"}});
  for (const Scenario& scenario : Scenarios()) {
    const char* when = scenario.when == When::kEverySeed ? "every seed" : "by name";
    table.AddRow({std::string(scenario.name), when, std::string(scenario.what)});
    json.push_back({{"name", std::string(scenario.name)},
                    {"every_seed", scenario.when == When::kEverySeed},
                    {"what", std::string(scenario.what)}});
  }
  const std::string text = JsonFromFlags() ? json.dump(2) + "\n" : table.ToString();
  std::fputs(text.c_str(), stdout);
  return 0;
}

int Main(const std::vector<std::string>& subcommands) {
  const std::string& subcommand = subcommands.front();
  if (subcommand == "run") return Run();
  if (subcommand == "replay") return Replay(ReplayOptionsFromFlags());
  if (subcommand == "digest") return PrintDigests(DigestOptionsFromFlags());
  if (subcommand == "list") return List();
  if (subcommand == "queues") return Queues();
  cli::ExitUsage("there is no subcommand \"" + subcommand +
                 "\": there are run, replay, digest, list and queues (see --help)");
}

}  // namespace
}  // namespace sluice::simulate

int main(int argc, char** argv) {
  return sluice::simulate::Main(sluice::cli::Start(argc, argv, sluice::simulate::kCommand));
}
