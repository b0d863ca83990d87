#include "apps/backlog/sweep.h"

#include <sys/utsname.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "apps/backlog/cell_pool.h"
#include "apps/backlog/sweep_tables.h"
#include "apps/backlog/text.h"
#include "nlohmann/json.hpp"
#include "tools/cli/command.h"
#include "tools/cli/descriptors.h"
#include "tools/cli/interrupt.h"
#include "tools/netlab/host_policy.h"
#include "tools/report/progress.h"

namespace sluice::backlog {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

void Print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

std::string KernelRelease() {
  utsname name{};
  return uname(&name) == 0 ? std::string(name.sysname) + " " + name.release : "an unknown kernel";
}

// Several loops at once, whose rings count against one limit of locked memory (ulimit -l) where the
// user is not root; and a cell has few completions at a time.
LoopOptions SmallLoop(LoopOptions options) {
  options.backend.submission_entries = 256;
  options.backend.completion_entries = 4096;
  return options;
}

struct Tally {
  size_t held = 0;
  size_t broken = 0;
  size_t untested = 0;
  size_t elsewhere = 0;  // on another backend than the one announced

  void Add(const std::vector<CellResult>& results, const std::string& backend) {
    for (const CellResult& result : results) {
      ++(!result.verdict ? untested : result.verdict->held ? held : broken);
      elsewhere += result.backend != backend;
    }
  }
};

struct BackendNames {
  std::string name;
  std::string reason;
};

class SweepRun {
 public:
  SweepRun(const LoopOptions& loop_options, size_t cells_at_once, bool as_json)
      : loop_options_(loop_options), cells_at_once_(cells_at_once), json_(as_json) {}

  absl::Status Run(const std::vector<CellGroup>& plan) {
    // Which one it is, and that it works, before anything is forked; the loop is gone by then.
    absl::StatusOr<std::unique_ptr<Loop>> loop = Loop::Create(loop_options_);
    if (!loop.ok()) return loop.status();
    backend_ = {std::string((*loop)->backend_name()), (*loop)->backend_reason()};
    loop->reset();
    for (const CellGroup& group : plan) cells_planned_ += group.cells.size();
    if (!json_) PrintOpening();
    for (const CellGroup& group : plan) {
      if (cli::Interrupted()) break;
      if (absl::Status status = RunGroup(group); !status.ok()) return status;
    }
    PrintEnd();
    return absl::OkStatus();
  }

  // "12 of 30 cells were measured"
  std::string HowFar() const {
    return std::to_string(cells_measured()) + " of " + std::to_string(cells_planned_) +
           " cells were measured";
  }

 private:
  void PrintOpening() const {
    Print(WrapText("The listen queues (半连接池) of " + KernelRelease() + ": " +
                       std::to_string(cells_planned_) +
                       " cells, each a server and its clients in a network of their own. "
                       "Backend " +
                       backend_.reason + ".",
                   0));
  }

  absl::Status RunGroup(const CellGroup& group) {
    const size_t before = cells_done_;
    absl::StatusOr<CellResults> ran =
        RunCells(group.cells, loop_options_, cells_at_once_, [&](size_t done) {
          cells_done_ = before + done;
          progress_.Update(std::to_string(cells_done_) + " of " + std::to_string(cells_planned_) +
                           " cells done. " + GroupTitle(group.kind));
        });
    progress_.Finish();
    if (!ran.ok()) return ran.status();
    // What an interrupt left of it.
    CellGroup measured{.kind = group.kind, .cells = {}};
    std::vector<CellResult> results;
    for (size_t i = 0; i < ran->size(); ++i) {
      if (!(*ran)[i]) continue;
      measured.cells.push_back(group.cells[i]);
      results.push_back(*std::move((*ran)[i]));
    }
    if (!results.empty()) Report(measured, results);
    return absl::OkStatus();
  }

  void Report(const CellGroup& group, const std::vector<CellResult>& results) {
    tally_.Add(results, backend_.name);
    if (!json_) Print("\n" + DescribeGroup(group, results));
    for (size_t i = 0; i < results.size(); ++i) {
      cells_json_.push_back(CellAsJson(group.cells[i], results[i]));
    }
    explanations_json_[std::string(CellKindName(group.kind))] = ExplainGroup(group, results);
  }

  size_t cells_measured() const { return tally_.held + tally_.broken + tally_.untested; }
  bool incomplete() const { return cells_measured() < cells_planned_; }

  void PrintEnd() const {
    const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    if (json_) {
      const json report = {{"kernel", KernelRelease()},
                           {"backend", backend_.name},
                           {"backend_reason", backend_.reason},
                           {"cells", cells_json_},
                           {"explanations", explanations_json_},
                           {"rules_held", tally_.held},
                           {"rules_broken", tally_.broken},
                           {"rules_untested", tally_.untested},
                           {"interrupted", incomplete()},
                           {"cells_planned", cells_planned_},
                           {"seconds", seconds}};
      Print(report.dump(2) + "\n");
      return;
    }
    std::string text = "\nThe kernel's rules held in " + std::to_string(tally_.held) + " of " +
                       std::to_string(tally_.held + tally_.broken) + " cells";
    if (tally_.untested > 0) text += ", " + std::to_string(tally_.untested) + " could not tell";
    if (tally_.elsewhere > 0) {
      text += ", " + std::to_string(tally_.elsewhere) + " ran on another backend for want of rings";
    }
    if (incomplete()) text += "; interrupted, " + HowFar();
    char time[32];
    std::snprintf(time, sizeof(time), " (%.1f s).\n", seconds);
    Print(text + time);
  }

  const LoopOptions& loop_options_;
  size_t cells_at_once_;
  bool json_;
  Clock::time_point start_ = Clock::now();
  BackendNames backend_;
  size_t cells_planned_ = 0;
  size_t cells_done_ = 0;
  Tally tally_;
  json cells_json_ = json::array();
  json explanations_json_ = json::object();
  report::Progress progress_;
};

int Skip(const absl::Status& reason, bool as_json) {
  const std::string text(reason.message());
  Print(as_json ? json{{"skipped", text}}.dump() + "\n" : "skipped: " + text + "\n");
  return 0;
}

}  // namespace

int Sweep(const SweepOptions& options, const LoopOptions& loop_options, size_t cells_at_once,
          bool json) {
  const std::vector<CellGroup> plan = PlanSweep(options);
  cli::CatchInterrupts();
  if (absl::Status status = cli::EnsureDescriptors(SocketsOf(plan)); !status.ok()) {
    return cli::Fail(status);
  }
  if (absl::Status host = ProbeHost(); !host.ok()) {
    return netlab::HostForbidsNamespaces(host) ? Skip(host, json) : cli::Fail(host);
  }
  const LoopOptions small = SmallLoop(loop_options);
  SweepRun run(small, cells_at_once, json);
  if (const absl::Status status = run.Run(plan); !status.ok()) return cli::Fail(status);
  return cli::Interrupted() ? cli::FailInterrupted(run.HowFar()) : 0;
}

}  // namespace sluice::backlog
