// sluice-picture: pictures over UDP.
#include <string>
#include <utility>
#include <vector>

#include "apps/picture/flags.h"
#include "apps/picture/receive.h"
#include "apps/picture/send.h"
#include "tools/cli/command.h"
#include "tools/cli/loop_flags.h"

namespace sluice::picture {
namespace {

constexpr cli::Command kCommand = {
    .name = "sluice-picture",
    .purpose =
        "sends pictures over UDP, cut into parts with a sequence number and a hash, and makes them "
        "whole again; or one a datagram, as the tutorials do.",
    .usage = "sluice-picture send FILE... --to=ADDRESS | receive --out=DIRECTORY",
    .subcommands =
        "  send     sends files at a steady rate, parity with them where asked for\n"
        "  receive  gathers them from any number of senders, saves them, reports what was lost\n",
    .notes =
        "Exit code: 0 when all was sent, or receive was told to end; 1 when something failed; 2 "
        "for bad usage.\n",
    .examples =
        "  sluice-picture receive --listen=127.0.0.1:9010 --out=/tmp/pictures\n"
        "  sluice-picture send cat.jpg dog.png --to=127.0.0.1:9010 --rate=30 --repeat=100\n"
        "  sluice-picture send cat.jpg --to=127.0.0.1:9010 --fec=10+2 --loop\n"
        "  sluice-picture send small.jpg --to=127.0.0.1:9010 --plain --count=50\n"
        "  sluice-picture receive --plain --timeout=80ms --out=/tmp/p --latest\n"
        "  sluice-picture receive --listen=239.7.7.7:9010 --json --duration=10s\n"
        "  sluice-picture send cat.jpg --to=239.7.7.7:9010 --ttl=2\n",
    .positional_count_max = 100'000};

int Main(std::vector<std::string> arguments) {
  const std::string subcommand = arguments.front();
  arguments.erase(arguments.begin());
  const LoopOptions loop_options = cli::LoopOptionsFromFlags();
  if (subcommand == "send") {
    if (arguments.empty()) cli::ExitUsage("send: give the files to send (see --help)");
    const absl::StatusOr<SendCommand> command = SendCommandFromFlags();
    if (!command.ok()) return cli::Fail(command.status());
    return Send(*command, std::move(arguments), loop_options);
  }
  if (subcommand == "receive") {
    if (!arguments.empty()) {
      cli::ExitUsage("receive takes no arguments beside its flags: \"" + arguments.front() + "\"");
    }
    const absl::StatusOr<ReceiveCommand> command = ReceiveCommandFromFlags();
    return command.ok() ? Receive(*command, loop_options) : cli::Fail(command.status());
  }
  cli::ExitUsage("there is no subcommand \"" + subcommand +
                 "\": there are send and receive (see --help)");
}

}  // namespace
}  // namespace sluice::picture

int main(int argc, char** argv) {
  return sluice::picture::Main(sluice::cli::Start(argc, argv, sluice::picture::kCommand));
}
