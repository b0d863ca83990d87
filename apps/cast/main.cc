// sluice-cast: multicast and broadcast, sent and heard.
#include <string>
#include <utility>
#include <vector>

#include "apps/cast/listing.h"
#include "apps/cast/receiver.h"
#include "apps/cast/sender.h"
#include "apps/cast/settings.h"
#include "tools/cli/command.h"
#include "tools/cli/loop_flags.h"

namespace sluice::cast {
namespace {

constexpr cli::Command kCommand = {
    .name = "sluice-cast",
    .purpose =
        "sends to multicast groups and broadcast addresses, and hears them: which interface, which "
        "sender, what was lost.",
    .usage = "sluice-cast send [TEXT] | receive | interfaces [FLAGS]",
    .subcommands =
        "  send        sends a text, or each line of a file or of standard input\n"
        "  receive     prints what comes, and what is missing\n"
        "  interfaces  lists this host's interfaces, their addresses and abilities\n",
    .notes =
        "Each datagram begins with a line that numbers it, SLUICE-CAST/1 RUN NUMBER: RUN is drawn "
        "when a sender starts, NUMBER counts from 1. --plain leaves it out; what other programs "
        "send is printed without a number.\n"
        "\n"
        "Exit code: 0 when it did what it was asked to, or receive was told to end; 1 when "
        "something could not be sent, or --count was not reached; 2 for bad usage.\n",
    .examples =
        "  sluice-cast interfaces\n"
        "  sluice-cast receive --group 239.1.2.3:9000 --interface eth0\n"
        "  sluice-cast send hello --to 239.1.2.3:9000 --interface eth0 --count 10\n"
        "  sluice-cast receive --group [ff02::4:2%eth0]:9000 --json\n"
        "  sluice-cast receive --group 232.1.1.1:9000 --source 10.0.0.7 --for 10s\n"
        "  sluice-cast send hello --to 255.255.255.255:9000 --broadcast --plain\n"
        "  sluice-cast receive --group :9000 --broadcast --count 1\n"
        "  tail -f log | sluice-cast send --to 239.1.2.3:9000 --ttl 2 --no-loopback\n",
    .positional_count_max = 2};

int RunSend(const std::vector<std::string>& texts) {
  const LoopOptions loop = cli::LoopOptionsFromFlags();
  const absl::StatusOr<SendSettings> settings = SendSettingsFromFlags(texts);
  return settings.ok() ? Send(*settings, loop) : cli::Fail(settings.status());
}

int RunReceive(const std::vector<std::string>& texts) {
  const LoopOptions loop = cli::LoopOptionsFromFlags();
  const absl::StatusOr<ReceiveSettings> settings = ReceiveSettingsFromFlags(texts);
  return settings.ok() ? Receive(*settings, loop) : cli::Fail(settings.status());
}

int Main(std::vector<std::string> words) {
  const std::string subcommand = words.front();
  words.erase(words.begin());
  if (subcommand == "send") return RunSend(words);
  if (subcommand == "receive") return RunReceive(words);
  if (subcommand == "interfaces") return ListTheInterfaces(JsonFromFlags(words));
  cli::ExitUsage("there is no subcommand \"" + subcommand +
                 "\": there are send, receive and interfaces (see --help)");
}

}  // namespace
}  // namespace sluice::cast

int main(int argc, char** argv) {
  return sluice::cast::Main(sluice::cli::Start(argc, argv, sluice::cast::kCommand));
}
