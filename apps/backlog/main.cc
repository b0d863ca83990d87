// sluice-backlog: shows the kernel's listen queues, live and cell by cell.
#include <cstdio>
#include <string>
#include <vector>

#include "apps/backlog/flags.h"
#include "apps/backlog/serve.h"
#include "apps/backlog/sweep.h"
#include "tools/cli/command.h"
#include "tools/cli/loop_flags.h"

namespace sluice::backlog {
namespace {

constexpr cli::Command kCommand = {
    .name = "sluice-backlog",
    .purpose =
        "shows the half-connection backlog: the queue of half-open connections (SYN_RECV) and the "
        "queue of finished ones that wait for accept().",
    .usage = "sluice-backlog serve | sweep [FLAGS]",
    .subcommands =
        "  serve  runs a slow server and shows its queues while you storm it\n"
        "  sweep  storms servers of its own in private network namespaces (no root needed) and "
        "holds what it measures against the kernel's rules\n",
    .notes =
        "Exit code: 0 when serve was told to end, or every cell of a sweep was measured (BROKEN "
        "rules are a result); 1 when something failed or a signal ended a sweep early (Ctrl-C: the "
        "cells measured by then are printed, and a second one ends it at once); 2 for bad usage.\n",
    .examples =
        "  sluice-backlog sweep --quick\n"
        "  sluice-backlog sweep --backlogs=5 --somaxconn=4096 --json\n"
        "  sluice-backlog sweep --backlogs=64,256,512 --burst=500 --accept-rate=2000/s\n"
        "  sluice-backlog serve --listen=127.0.0.1:9999 --backlog=5 --accept-rate=1/s\n"
        "  sluice-backlog serve --backlog=5 --accept-rate=never --duration=30s\n",
    .positional_count_max = 1};

int RunServe() {
  const LoopOptions loop_options = cli::LoopOptionsFromFlags();
  const absl::StatusOr<ServeOptions> options = ServeOptionsFromFlags();
  return options.ok() ? Serve(*options, loop_options) : cli::Fail(options.status());
}

int RunSweep() {
  const LoopOptions loop_options = cli::LoopOptionsFromFlags();
  const SweepOptions options = SweepOptionsFromFlags();
  return Sweep(options, loop_options, CellsAtOnceFromFlags(), JsonFromFlags());
}

int Main(const std::vector<std::string>& subcommands) {
  if (subcommands.front() == "serve") return RunServe();
  if (subcommands.front() == "sweep") return RunSweep();
  cli::ExitUsage("there is no subcommand \"" + subcommands.front() +
                 "\": there are serve and sweep (see --help)");
}

}  // namespace
}  // namespace sluice::backlog

int main(int argc, char** argv) {
  return sluice::backlog::Main(sluice::cli::Start(argc, argv, sluice::backlog::kCommand));
}
