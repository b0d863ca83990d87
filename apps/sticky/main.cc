#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "apps/sticky/report.h"
#include "apps/sticky/run.h"
#include "apps/sticky/settings.h"
#include "apps/sticky/verdict.h"
#include "tools/cli/command.h"
#include "tools/cli/interrupt.h"
#include "tools/report/progress.h"

namespace sluice::sticky {
namespace {

constexpr cli::Command kCommand = {
    .name = "sluice-sticky",
    .purpose =
        "shows sticky packets. Sends numbered, checksummed messages from one thread to another "
        "over loopback, with and without framing, and says what arrived.",
    .usage = "sluice-sticky [--modes=MODE,...] [--size=BYTES|LOW..HIGH] [FLAGS]",
    .notes =
        "Modes:\n"
        "  naive          each receive is taken for a message\n"
        "  interval       the same, but the sender sleeps after each send\n"
        "  delimiter      a terminator ends each message\n"
        "  length-prefix  before each message stands its length\n"
        "  udp            each message is a datagram\n"
        "In naive, interval and udp each message is a send of its own; the others send as much at "
        "once as has gathered.\n"
        "\n"
        "Counts: what the program takes for one message is a unit: a receive, or what the codec "
        "found. Each message sent is counted once, as\n"
        "  intact         one unit held exactly it\n"
        "  glued          it came whole, in a unit with bytes of others\n"
        "  split          its bytes came in several units\n"
        "  corrupted      all its bytes came, and the checksum is wrong\n"
        "  truncated      its end was cut off\n"
        "  lost           nothing of it came; \"received\" is all that is not lost\n"
        "Latency runs from the send to the unit with the last byte. Messages a receive are those "
        "of which it held bytes; with a codec a receive is what the reactor had at once.\n"
        "\n"
        "Exit code: 1 if delimiter or length-prefix delivered anything but every message intact "
        "and in order, if nothing was sent, or if a signal ended it early (Ctrl-C: what was "
        "measured by then is printed, and a second one ends it at once); 2 for bad usage.\n",
    .examples =
        "  sluice-sticky                              every mode, about 10 seconds\n"
        "  sluice-sticky --show --duration 1s         see the glue\n"
        "  sluice-sticky --modes naive --size 64 --rate 100 --pause 0\n"
        "                                             so slow that it looks right\n"
        "  sluice-sticky --modes interval --interval 100ms --pause 500ms --duration 5s\n"
        "                                             the tutorials' sleep is no cure\n"
        "  sluice-sticky --modes udp --size 2000      more than recv(1024) takes\n"
        "  sluice-sticky --modes udp --receive-buffer-bytes 4096 --size 100\n"
        "                                             a socket buffer that is soon full\n"
        "  sluice-sticky --modes length-prefix --messages 10000000 --duration 0 --json\n",
};

bool ColorOnStdout() {
  const char* term = std::getenv("TERM");
  return isatty(STDOUT_FILENO) == 1 && term != nullptr && std::string(term) != "dumb" &&
         std::getenv("NO_COLOR") == nullptr;
}

absl::StatusOr<std::vector<Result>> RunAll(const Settings& settings) {
  report::Progress progress;
  std::vector<Result> results;
  for (const Mode mode : settings.modes) {
    if (cli::Interrupted()) break;
    progress.Finish();
    progress.Update(std::string(ModeName(mode)) + " ...");
    absl::StatusOr<Result> result = RunMode(settings, mode);
    if (!result.ok()) return result.status();
    results.push_back(*std::move(result));
  }
  return results;
}

// "2 of 5 modes were measured, the last of them in part"
std::string HowFar(const std::vector<Result>& results, const Settings& settings) {
  std::string text = std::to_string(results.size()) + " of " +
                     std::to_string(settings.modes.size()) + " modes were measured";
  if (!results.empty() && results.back().interrupted) text += ", the last of them in part";
  return text;
}

int Main(int argc, char** argv) {
  cli::Start(argc, argv, kCommand);
  const Settings settings = SettingsFromFlags();
  cli::CatchInterrupts();
  if (!settings.json) {
    std::fputs(Headline(settings).c_str(), stdout);
    std::fflush(stdout);
  }
  const absl::StatusOr<std::vector<Result>> results = RunAll(settings);
  if (!results.ok()) return cli::Fail(results.status());
  const std::string text = settings.json ? JsonReport(*results, settings)
                                         : TextReport(*results, settings, ColorOnStdout());
  std::fputs(text.c_str(), stdout);
  if (const absl::Status verdict = Judge(*results); !verdict.ok()) return cli::Fail(verdict);
  if (!cli::Interrupted()) return 0;
  return cli::FailInterrupted(HowFar(*results, settings));
}

}  // namespace
}  // namespace sluice::sticky

int main(int argc, char** argv) {
  return sluice::sticky::Main(argc, argv);
}
