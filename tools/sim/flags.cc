#include "tools/sim/flags.h"

#include <sys/sysinfo.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "absl/flags/flag.h"
#include "tools/cli/command.h"
#include "tools/sim/seed_range.h"

using Texts = std::vector<std::string>;

ABSL_FLAG(Texts, scenario, {},
          "which scenarios: one or several names (see list). run and digest: all that are for "
          "every seed unless given");
ABSL_FLAG(std::string, seeds, "",
          "run, digest: FIRST..LAST, FIRST.. or one; 1..1000 unless given, with --minutes 1..");
ABSL_FLAG(double, minutes, 0, "run: begin no further trial after so long; 0: until the last seed");
ABSL_FLAG(int, jobs, 0, "run: trials at once, each in a process; 0: one a core");
ABSL_FLAG(int, violations_max, 10, "run: stop after so many");
ABSL_FLAG(bool, json, false, "run, list, queues: one JSON object");
ABSL_FLAG(bool, quick, false, "queues: fewer cells");
ABSL_FLAG(uint64_t, seed, 1, "replay: the trial");
ABSL_FLAG(bool, trace, false, "replay: print every packet, completion and fault");
ABSL_FLAG(std::string, pcap, "", "replay: write the simulated packets to this file, for Wireshark");

namespace sluice::simulate {
namespace {

constexpr double kMinutesMax = 60 * 24 * 30;

void RefuseFlags(std::initializer_list<std::string_view> flags, const std::string& of) {
  for (const std::string_view flag : flags) {
    if (!cli::FlagGiven(flag)) continue;
    std::string written(flag);
    std::replace(written.begin(), written.end(), '_', '-');
    cli::ExitUsage("--" + written + " is not a flag of " + of + " (see --help)");
  }
}

std::vector<const Scenario*> ScenariosFromFlag() {
  std::vector<const Scenario*> chosen;
  for (const std::string& name : absl::GetFlag(FLAGS_scenario)) {
    const Scenario* scenario = FindScenario(name);
    if (scenario == nullptr) {
      cli::ExitUsage("there is no scenario \"" + name + "\": `sluice-sim list` names them");
    }
    chosen.push_back(scenario);
  }
  if (!chosen.empty()) return chosen;
  for (const Scenario& scenario : Scenarios()) {
    if (scenario.when == When::kEverySeed) chosen.push_back(&scenario);
  }
  return chosen;
}

void SeedsFromFlag(const std::string& otherwise, RunOptions* options) {
  const std::string given = absl::GetFlag(FLAGS_seeds);
  const absl::StatusOr<SeedRange> range = ParseSeedRange(given.empty() ? otherwise : given);
  if (!range.ok()) cli::ExitUsage("--seeds: " + std::string(range.status().message()));
  options->first_seed = range->first;
  options->last_seed = range->last;
}

}  // namespace

RunOptions RunOptionsFromFlags() {
  RefuseFlags({"seed", "trace", "pcap", "quick"}, "run");
  RunOptions options;
  options.scenarios = ScenariosFromFlag();
  const double minutes = absl::GetFlag(FLAGS_minutes);
  if (!(minutes >= 0 && minutes <= kMinutesMax)) {
    cli::ExitUsage("--minutes must be from 0 to " + std::to_string(static_cast<int>(kMinutesMax)));
  }
  options.duration =
      std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::ratio<60>>(minutes));
  SeedsFromFlag(minutes > 0 ? "1.." : "1..1000", &options);
  if (options.last_seed == UINT64_MAX && minutes == 0) {
    cli::ExitUsage("--seeds without an end: say how long, with --minutes");
  }
  cli::RequireRange("jobs", absl::GetFlag(FLAGS_jobs), 0, kWorkersMax);
  options.workers = absl::GetFlag(FLAGS_jobs);
  if (options.workers == 0) {
    options.workers = std::clamp(get_nprocs(), 1, kWorkersMax);
  }
  cli::RequireRange("violations_max", absl::GetFlag(FLAGS_violations_max), 1, 1'000'000);
  options.violations_max = static_cast<size_t>(absl::GetFlag(FLAGS_violations_max));
  return options;
}

RunOptions DigestOptionsFromFlags() {
  RefuseFlags({"seed", "trace", "pcap", "quick", "minutes", "jobs", "violations_max", "json"},
              "digest");
  RunOptions options;
  options.scenarios = ScenariosFromFlag();
  SeedsFromFlag("1..1000", &options);
  if (options.last_seed == UINT64_MAX) {
    cli::ExitUsage("--seeds without an end: digest wants FIRST..LAST");
  }
  return options;
}

ReplayOptions ReplayOptionsFromFlags() {
  RefuseFlags({"seeds", "minutes", "jobs", "violations_max", "json", "quick"},
              "replay: it runs one trial, --scenario and --seed");
  if (absl::GetFlag(FLAGS_scenario).size() != 1) {
    cli::ExitUsage("replay wants one scenario: --scenario=NAME (`sluice-sim list` names them)");
  }
  ReplayOptions options;
  options.scenario = ScenariosFromFlag().front();
  options.seed = absl::GetFlag(FLAGS_seed);
  options.trace = absl::GetFlag(FLAGS_trace);
  options.pcap_file = absl::GetFlag(FLAGS_pcap);
  return options;
}

void RefuseFlagsOfTrials(const std::string& subcommand) {
  RefuseFlags({"scenario", "seeds", "minutes", "jobs", "violations_max", "seed", "trace", "pcap"},
              subcommand);
  if (subcommand != "queues") RefuseFlags({"quick"}, subcommand);
}

bool QuickFromFlags() {
  return absl::GetFlag(FLAGS_quick);
}

bool JsonFromFlags() {
  return absl::GetFlag(FLAGS_json);
}

}  // namespace sluice::simulate
