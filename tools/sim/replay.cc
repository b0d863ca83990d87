#include "tools/sim/replay.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "reactor/backend/socket_util.h"
#include "tools/cli/command.h"
#include "tools/report/format.h"
#include "tools/sim/digest.h"
#include "tools/sim/pcap_writer.h"
#include "tools/sim/trace_writer.h"

namespace sluice::simulate {
namespace {

int RunIt(const ReplayOptions& options) {
  std::unique_ptr<PcapWriter> pcap;
  if (!options.pcap_file.empty()) {
    absl::StatusOr<std::unique_ptr<PcapWriter>> opened = PcapWriter::Open(options.pcap_file);
    if (!opened.ok()) return cli::Fail(opened.status());
    pcap = *std::move(opened);
  }
  TracerList tracers;
  TraceWriter writer(stdout);
  Digest digest;
  tracers.Add(digest);
  if (options.trace) tracers.Add(writer);
  if (pcap != nullptr) tracers.Add(*pcap);
  const Totals totals = RunTrial(*options.scenario, options.seed, &tracers);
  const absl::Status written = pcap == nullptr ? absl::OkStatus() : pcap->Close();
  for (const auto& [what, count] : totals.tallies) {
    std::printf("%s %s\n", report::FormatExact(count).c_str(), what.c_str());
  }
  std::printf("%s events in %s of simulated time; digest %016" PRIx64 "; no violation\n",
              report::FormatExact(totals.events).c_str(),
              report::FormatDuration(totals.simulated).c_str(), digest.value());
  return written.ok() ? 0 : cli::Fail(written);
}

}  // namespace

int Replay(const ReplayOptions& options) {
  // In a process of its own, which a violation may end.
  const pid_t child = fork();
  if (child < 0) return cli::Fail(backend::ErrnoStatus(errno, "cannot start a process"));
  if (child == 0) {
    const int result = RunIt(options);
    std::fflush(stdout);
    _exit(result);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  if (WTERMSIG(status) != SIGABRT) {
    cli::Warn(std::string("the trial was ended by ") + strsignal(WTERMSIG(status)));
  }
  return cli::kExitFailure;
}

int PrintDigests(const RunOptions& options) {
  for (uint64_t seed = options.first_seed; seed <= options.last_seed; ++seed) {
    for (const Scenario* scenario : options.scenarios) {
      Digest digest;
      RunTrial(*scenario, seed, &digest);
      std::printf("%s %" PRIu64 " %016" PRIx64 " %" PRIu64 "\n",
                  std::string(scenario->name).c_str(), seed, digest.value(), digest.entries());
    }
  }
  return 0;
}

}  // namespace sluice::simulate
