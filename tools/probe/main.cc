// sluice-probe: sees what a socket really sends and receives.
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "tools/cli/command.h"
#include "tools/cli/endpoints.h"
#include "tools/probe/flags.h"
#include "tools/probe/listen_queue.h"
#include "tools/probe/probe.h"
#include "tools/probe/sockopt.h"

ABSL_FLAG(std::vector<std::string>, set, {},
          "sockopt: NAME=VALUE to set before it connects or listens; may be repeated");
ABSL_FLAG(int, pid, 0, "sockopt: process whose socket to look at, with --fd");
ABSL_FLAG(int, fd, -1, "sockopt: descriptor of it");
ABSL_DECLARE_FLAG(bool, json);
ABSL_DECLARE_FLAG(int, backlog);
ABSL_FLAG(bool, watch, false, "listen-queue: every second, until Ctrl-C");

namespace sluice::probe {
namespace {

constexpr cli::Command kCommand = {
    .name = "sluice-probe",
    .purpose =
        "a socket debugging assistant: talks TCP and UDP as a client or a server, and shows every "
        "chunk as it came, in hex and as text, with its time.",
    .usage = "sluice-probe COMMAND [ADDRESS] [FLAGS]",
    .subcommands =
        "  tcp ADDRESS            connects\n"
        "  tcp-listen ADDRESS     accepts connections\n"
        "  udp ADDRESS            sends datagrams and hears the answers\n"
        "  udp-listen ADDRESS     hears datagrams, and may answer\n"
        "  sockopt [KIND [ADDR]]  shows every option of a socket: tcp, tcp6, udp, udp6, unix, "
        "unix-datagram, tcp-listen, udp-listen\n"
        "  listen-queue [ADDRESS] shows how full the queues of listeners are\n",
    .notes =
        "At a terminal there is a screen: what is typed is sent, /help and F1 say more. In a pipe, "
        "and with --plain or --json, there are lines, and each line of standard input is sent. "
        "Addresses: HOST:PORT, [IPV6]:PORT, unix:/PATH, unix:@NAME.\n"
        "\n"
        "Statements of a script: send \"TEXT\", send-hex 01 02, send-file \"NAME\", expect "
        "\"TEXT\", expect-hex 0d 0a, expect-regex \"RE\", expect-end, wait 500ms, timeout 2s, "
        "half-close, close, peer 2.\n"
        "\n"
        "Exit code: 0; 1 when it could not connect, a script failed, or a datagram was refused; 2 "
        "for bad usage.\n",
    .examples =
        "  sluice-probe tcp 127.0.0.1:9999\n"
        "  sluice-probe tcp-listen :8080 --echo --encoding=GBK\n"
        "  sluice-probe udp 127.0.0.1:8889 --send='command' --every=1s --count=3\n"
        "  sluice-probe tcp 127.0.0.1:9999 --script=login.probe --pcap=login.pcap\n"
        "  echo hello | sluice-probe tcp 127.0.0.1:9999 --line-ending=lf --json\n"
        "  sluice-probe sockopt tcp 127.0.0.1:9999 --set=SO_RCVBUF=65536\n"
        "  sluice-probe sockopt --pid=1234 --fd=5\n"
        "  sluice-probe listen-queue :9999 --watch\n",
    .positional_count_max = 3};

std::optional<LinkKind> LinkKindOf(const std::string& command) {
  if (command == "tcp") return LinkKind::kTcp;
  if (command == "tcp-listen") return LinkKind::kTcpListen;
  if (command == "udp") return LinkKind::kUdp;
  if (command == "udp-listen") return LinkKind::kUdpListen;
  return std::nullopt;
}

int RunLink(LinkKind kind, const std::vector<std::string>& arguments) {
  for (const char* flag : {"set", "pid", "fd"}) cli::RefuseFlag(flag, "without sockopt");
  cli::RefuseFlag("watch", "without listen-queue");
  if (arguments.size() != 2) {
    cli::ExitUsage(arguments[0] + " wants one address, as in: sluice-probe " + arguments[0] +
                   " 127.0.0.1:9999");
  }
  const absl::StatusOr<ProbeOptions> options =
      ProbeOptionsFromFlags(kind, arguments[0], arguments[1]);
  return options.ok() ? RunProbe(*options) : cli::Fail(options.status());
}

std::optional<Endpoint> EndpointOf(const std::vector<std::string>& arguments, size_t index,
                                   absl::Status* status) {
  if (arguments.size() <= index) return std::nullopt;
  absl::StatusOr<Endpoint> endpoint = cli::EndpointFromArgument(arguments[index]);
  if (endpoint.ok()) return *endpoint;
  *status = endpoint.status();
  return std::nullopt;
}

std::pair<std::string, std::string> Setting(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    cli::ExitUsage("--set: \"" + text + "\" is not NAME=VALUE, as in TCP_NODELAY=1");
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

int SockoptCommand(const std::vector<std::string>& arguments) {
  RefuseLinkFlags("sockopt");
  SockoptOptions options;
  options.json = absl::GetFlag(FLAGS_json);
  options.backlog = absl::GetFlag(FLAGS_backlog);
  options.kind = arguments.size() > 1 ? arguments[1] : "tcp";
  options.pid = absl::GetFlag(FLAGS_pid);
  options.descriptor = absl::GetFlag(FLAGS_fd);
  if ((options.pid != 0) != (options.descriptor >= 0)) cli::ExitUsage("--pid and --fd go together");
  if (options.pid != 0 && arguments.size() > 1) {
    cli::ExitUsage("give a kind of socket, or --pid and --fd");
  }
  for (const std::string& text : absl::GetFlag(FLAGS_set)) {
    options.settings.push_back(Setting(text));
  }
  absl::Status status;
  options.endpoint = EndpointOf(arguments, 2, &status);
  return status.ok() ? RunSockopt(options) : cli::Fail(status);
}

int ListenQueueCommand(const std::vector<std::string>& arguments) {
  RefuseLinkFlags("listen-queue");
  if (arguments.size() > 2) cli::ExitUsage("listen-queue wants one address at most");
  ListenQueueOptions options;
  options.json = absl::GetFlag(FLAGS_json);
  if (absl::GetFlag(FLAGS_watch)) options.every = std::chrono::seconds(1);
  absl::Status status;
  options.endpoint = EndpointOf(arguments, 1, &status);
  return status.ok() ? RunListenQueue(options) : cli::Fail(status);
}

int Main(int argc, char** argv) {
  const std::vector<std::string> arguments = cli::Start(argc, argv, kCommand);
  if (const std::optional<LinkKind> kind = LinkKindOf(arguments[0])) {
    return RunLink(*kind, arguments);
  }
  if (arguments[0] == "sockopt") return SockoptCommand(arguments);
  if (arguments[0] == "listen-queue") return ListenQueueCommand(arguments);
  cli::ExitUsage("unknown command \"" + arguments[0] + "\" (see --help)");
}

}  // namespace
}  // namespace sluice::probe

int main(int argc, char** argv) {
  return sluice::probe::Main(argc, argv);
}
