// sluice-chat: one chat room over UDP, TCP and WebSocket, and the programs to be in it.
#include <string>
#include <vector>

#include "apps/chat/client.h"
#include "apps/chat/flags.h"
#include "apps/chat/serve.h"
#include "tools/cli/command.h"
#include "tools/cli/loop_flags.h"

namespace sluice::chat {
namespace {

constexpr cli::Command kCommand = {
    .name = "sluice-chat",
    .purpose =
        "one chat room for plain UDP clients, lines over TCP and browsers, and the programs to be "
        "in it.",
    .usage = "sluice-chat serve | join | send | listen [FLAGS]",
    .subcommands =
        "  serve   is the room\n"
        "  join    is in it: shows what is said, says what is typed\n"
        "  send    says standard input, a line at a time\n"
        "  listen  shows what is said\n",
    .notes =
        "Over UDP every datagram makes its sender a member and goes to all. What is typed over TCP "
        "and in browsers may be a command: /nick NAME, /me WAVES, /who, /quit, /help. Exit code: 0 "
        "when it was ended, or the room closed in order; 1 on failure, and when the room refused "
        "something of send; 2 for bad usage.\n",
    .examples =
        "  sluice-chat serve                # UDP, TCP and a page on 127.0.0.1\n"
        "  sluice-chat serve --udp=:7777 --encoding=GBK --no-echo\n"
        "  sluice-chat join --nick=ana\n"
        "  date | sluice-chat send --udp=127.0.0.1:7777\n"
        "  sluice-chat listen --ws=127.0.0.1:7778 --json --count=10\n",
    .positional_count_max = 1};

int RunServe() {
  const LoopOptions loop_options = cli::LoopOptionsFromFlags();
  Wire wire = WireFromFlags();
  const absl::StatusOr<ServeOptions> options = ServeOptionsFromFlags();
  if (!options.ok()) return cli::Fail(options.status());
  return Serve(*options, std::move(wire), loop_options);
}

int RunClient(const std::string& subcommand) {
  const LoopOptions loop_options = cli::LoopOptionsFromFlags();
  Wire wire = WireFromFlags();
  const absl::StatusOr<ClientOptions> options = ClientOptionsFromFlags(subcommand);
  if (!options.ok()) return cli::Fail(options.status());
  if (subcommand == "join") return Join(*options, std::move(wire), loop_options);
  if (subcommand == "send") return Send(*options, std::move(wire), loop_options);
  return Listen(*options, std::move(wire), loop_options);
}

int Main(const std::vector<std::string>& arguments) {
  const std::string& subcommand = arguments.front();
  if (subcommand == "serve") return RunServe();
  if (subcommand == "join" || subcommand == "send" || subcommand == "listen") {
    return RunClient(subcommand);
  }
  cli::ExitUsage("there is no subcommand \"" + subcommand +
                 "\": there are serve, join, send and listen (see --help)");
}

}  // namespace
}  // namespace sluice::chat

int main(int argc, char** argv) {
  return sluice::chat::Main(sluice::cli::Start(argc, argv, sluice::chat::kCommand));
}
