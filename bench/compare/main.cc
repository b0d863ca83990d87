// sluice-bench-compare: Sluice side by side with floors and peers.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/time/time.h"
#include "bench/compare/comparison.h"
#include "bench/compare/reports.h"
#include "bench/compare/server_process.h"
#include "tools/cli/command.h"
#include "tools/cli/descriptors.h"
#include "tools/cli/interrupt.h"
#include "tools/report/format.h"
#include "tools/report/progress.h"

using Texts = std::vector<std::string>;

ABSL_FLAG(Texts, work, {}, "only these kinds of work, by name (all)");
ABSL_FLAG(Texts, servers, {}, "only these servers, by name (all); epoll is always among them");
ABSL_FLAG(std::string, also, "",
          "a server from elsewhere, such as another build of Sluice: NAME=PROGRAM [FLAGS]");
ABSL_FLAG(int, cycles, 15, "slices each server gets; more of them for smaller differences");
ABSL_FLAG(absl::Duration, slice, absl::Milliseconds(200), "how long a server is loaded at a time");
ABSL_FLAG(bool, quick, false, "5 cycles of 60 ms");
ABSL_FLAG(int, server_core, -1, "core the servers are pinned to; -1: the first usable one");
ABSL_FLAG(int, client_core, -1, "core the clients are pinned to; -1: the second usable one");
ABSL_FLAG(bool, list, false, "print the names of servers and kinds of work");
ABSL_FLAG(bool, details, false, "also rates, fairness and latencies of each kind of work");
ABSL_FLAG(std::string, json, "", "write everything to this file");
ABSL_FLAG(std::string, markdown, "", "write the tables to this file");
ABSL_FLAG(std::string, html, "", "write a page with charts to this file");

namespace sluice::compare {
namespace {

constexpr cli::Command kCommand = {
    .name = "sluice-bench-compare",
    .purpose =
        "measures what a message costs echo servers: Sluice, hand-written loops as floors, and "
        "peers where they are installed. All servers are up at once; each gets a slice of load in "
        "turn, and its CPU time is compared with the floor's in the same cycle.",
    .usage = "sluice-bench-compare [FLAGS]",
    .notes =
        "Exit code: 0 when every server did all its work right; 1 when one failed or a signal "
        "ended "
        "it early, with the results of the others; 2 for bad usage.\n",
    .examples =
        "  sluice-bench-compare --quick\n"
        "  sluice-bench-compare --work=conns64,large --servers=io_uring,sluice-io_uring\n"
        "  sluice-bench-compare --work=conns64 --cycles=51 \\\n"
        "      --also='before=/tmp/echo-sluice --variant=epoll'\n"
        "  sluice-bench-compare --html=compare.html --json=compare.json\n"};

constexpr uint64_t kSpareDescriptors = 100;

std::string ServerFolder() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "compare";
}

// Those with an id in `wanted`, or all; an unknown name is bad usage.
template <class T>
std::vector<T> Pick(const char* flag, const std::vector<T>& all, const Texts& wanted) {
  for (const std::string& id : wanted) {
    const bool known =
        std::any_of(all.begin(), all.end(), [&](const T& item) { return item.id == id; });
    if (!known) {
      cli::ExitUsage(std::string("--") + flag + ": there is no \"" + id + "\" (see --list)");
    }
  }
  std::vector<T> picked;
  for (const T& item : all) {
    const bool named = std::find(wanted.begin(), wanted.end(), item.id) != wanted.end();
    if (wanted.empty() || named) picked.push_back(item);
  }
  return picked;
}

int PrintList() {
  std::printf("servers:\n");
  for (const Contender& contender : AllContenders(ServerFolder())) {
    std::printf("  %-20s %s%s\n", contender.id.c_str(), contender.title.c_str(),
                IsBuilt(contender) ? "" : " (not built here)");
  }
  std::printf("work:\n");
  for (const Workload& workload : Workloads()) {
    std::printf("  %-20s %s\n", workload.id.c_str(), workload.about.c_str());
  }
  return 0;
}

// The floor first. Says what is left out.
std::vector<Contender> RowsFromFlags(Results& results) {
  Texts wanted = absl::GetFlag(FLAGS_servers);
  if (!wanted.empty()) wanted.emplace_back(kFloorId);
  std::vector<Contender> rows;
  for (Contender& contender : Pick("servers", AllContenders(ServerFolder()), wanted)) {
    if (IsBuilt(contender)) {
      rows.push_back(std::move(contender));
    } else {
      results.skipped.push_back(contender.title + ": not built, its package was not found");
    }
  }
  const std::string also = absl::GetFlag(FLAGS_also);
  if (!also.empty()) {
    absl::StatusOr<Contender> contender = ParseExtraContender(also);
    if (!contender.ok()) cli::ExitUsage("--also: " + std::string(contender.status().message()));
    rows.push_back(*std::move(contender));
  }
  return rows;
}

std::vector<Workload> WorkFromFlags(Results& results) {
  const uint64_t limit = cli::RaiseDescriptorLimit();
  std::vector<Workload> work;
  for (const Workload& workload : Pick("work", Workloads(), absl::GetFlag(FLAGS_work))) {
    if (workload.connections + kSpareDescriptors <= limit) {
      work.push_back(workload);
    } else {
      results.skipped.push_back(workload.title + ": a process may open only " +
                                report::FormatExact(limit) + " files here (ulimit -n)");
    }
  }
  return work;
}

// `nth`: of the usable ones where none is asked for; the last where there are fewer.
int CoreFromFlag(int core, const std::vector<int>& cores, size_t nth) {
  if (core == -1 && !cores.empty()) return cores[std::min(nth, cores.size() - 1)];
  if (std::find(cores.begin(), cores.end(), core) == cores.end()) {
    cli::ExitUsage("core " + std::to_string(core) + " is not there, or not for this process");
  }
  return core;
}

Settings SettingsFromFlags(const std::vector<int>& cores) {
  Settings settings;
  if (absl::GetFlag(FLAGS_quick)) {
    for (const char* flag : {"cycles", "slice"}) cli::RefuseFlag(flag, "with --quick");
    settings.cycles = 5;
    settings.slice = std::chrono::milliseconds(60);
  } else {
    settings.cycles = absl::GetFlag(FLAGS_cycles);
    settings.slice = cli::ToDuration(absl::GetFlag(FLAGS_slice));
    cli::RequireRange("cycles", settings.cycles, 1, 10'000);
    cli::RequireRange("slice", absl::GetFlag(FLAGS_slice), absl::Milliseconds(1),
                      absl::Seconds(60));
  }
  settings.cores = cores;
  settings.server_core = CoreFromFlag(absl::GetFlag(FLAGS_server_core), cores, 0);
  settings.client_core = CoreFromFlag(absl::GetFlag(FLAGS_client_core), cores, 1);
  return settings;
}

// Servers that cannot start at all here, such as io_uring where it is forbidden, are left out.
void DropUnable(std::vector<Contender>& rows, Results& results) {
  std::vector<Contender> able;
  for (Contender& contender : rows) {
    const auto server = ServerProcess::Start(contender.command, {results.settings.server_core});
    if (server.ok()) {
      contender.library = (*server)->library();
      able.push_back(std::move(contender));
    } else {
      results.skipped.push_back(contender.title + ": " + std::string(server.status().message()));
    }
  }
  rows = std::move(able);
}

// How long the work will take, corrected by how long the beginning of it took.
class Outlook {
 public:
  Outlook(const Comparison& comparison, const std::vector<Workload>& work)
      : comparison_(comparison), began_(std::chrono::steady_clock::now()) {
    for (const Workload& workload : work) left_ += comparison.Estimate(workload);
  }
  void Done(const Workload& workload) {
    left_ -= comparison_.Estimate(workload);
    done_ += comparison_.Estimate(workload);
  }
  std::string Left() const {
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - began_;
    const std::chrono::duration<double> expected = done_;
    const double slower = done_ > Duration(0) ? taken / expected : 1;
    const std::chrono::duration<double> left = left_ * slower;
    return report::FormatDuration(std::chrono::seconds(std::lround(left.count())));
  }

 private:
  const Comparison& comparison_;
  std::chrono::steady_clock::time_point began_;
  Duration left_{0};  // as estimated
  Duration done_{0};
};

void MeasureAll(const std::vector<Workload>& work, Results& results) {
  report::Progress progress;
  std::string doing;
  Comparison comparison(results.rows, results.settings,
                        [&](const std::string& text) { progress.Update(doing + ": " + text); });
  Outlook outlook(comparison, work);
  std::fprintf(stderr, "%zu servers, %zu kinds of work: about %s on a quiet machine\n",
               results.rows.size(), work.size(), outlook.Left().c_str());
  const CpuTicks before = ReadCpuTicks();
  for (const Workload& workload : work) {
    doing = workload.title + " (" + outlook.Left() + " left)";
    results.columns.push_back(comparison.Measure(workload));
    outlook.Done(workload);
    if (cli::Interrupted()) break;
  }
  const CpuTicks after = ReadCpuTicks();
  results.interrupted = cli::Interrupted();
  if (after.total == before.total) return;
  results.machine.stolen_fraction = static_cast<double>(after.stolen - before.stolen) /
                                    static_cast<double>(after.total - before.total);
}

absl::Status WriteFile(const std::string& path, const std::string& text) {
  if (path.empty()) return absl::OkStatus();
  std::ofstream file(path, std::ios::trunc);
  file << text;
  file.close();
  if (file) return absl::OkStatus();
  return absl::UnavailableError("cannot write \"" + path + "\": does its folder exist?");
}

int Compare() {
  if (absl::GetFlag(FLAGS_list)) return PrintList();
  Results results;
  results.machine = DescribeMachine();
  results.settings = SettingsFromFlags(results.machine.cores);
  for (const std::string& warning : WarningsBefore(results.machine)) cli::Warn(warning);
  const std::vector<Workload> work = WorkFromFlags(results);
  results.rows = RowsFromFlags(results);
  cli::CatchInterrupts();
  PinToCores({results.settings.client_core});
  DropUnable(results.rows, results);
  if (results.rows.empty() || results.rows.front().id != kFloorId) {
    return cli::Fail(absl::UnavailableError("the floor, which all is relative to, does not run"));
  }
  MeasureAll(work, results);
  for (const std::string& warning : WarningsAfter(results.machine)) cli::Warn(warning);

  std::fputs(TextReport(results, absl::GetFlag(FLAGS_details)).c_str(), stdout);
  std::fflush(stdout);
  absl::Status written = WriteFile(absl::GetFlag(FLAGS_json), JsonReport(results));
  written.Update(WriteFile(absl::GetFlag(FLAGS_markdown), MarkdownReport(results)));
  written.Update(WriteFile(absl::GetFlag(FLAGS_html), HtmlReport(results)));
  if (!written.ok()) return cli::Fail(written);
  if (results.interrupted) return cli::FailInterrupted("the results are of the time until then");
  const Texts failures = results.Failures();
  if (failures.empty()) return 0;
  return cli::Fail(absl::UnavailableError(std::to_string(failures.size()) +
                                          " measurements failed, the first: " + failures.front()));
}

}  // namespace
}  // namespace sluice::compare

int main(int argc, char** argv) {
  sluice::cli::Start(argc, argv, sluice::compare::kCommand);
  return sluice::compare::Compare();
}
