// sluice-echo: an echo server for TCP, unix-domain sockets and UDP at once.
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/time/time.h"
#include "apps/echo/echo_server.h"
#include "tools/cli/command.h"
#include "tools/cli/endpoints.h"
#include "tools/cli/group_flags.h"
#include "tools/cli/server.h"

ABSL_FLAG(std::vector<std::string>, tcp, {},
          "stream address: HOST:PORT, [IPV6]:PORT, :PORT, unix:/PATH or unix:@NAME; repeat it or "
          "give a comma-separated list. Port 0 picks a free one. Without --tcp and --udp both are "
          "127.0.0.1:9999");
ABSL_FLAG(std::vector<std::string>, udp, {}, "datagram address, in the same forms");
ABSL_FLAG(std::string, framing, "none",
          "what a stream's message is: none (bytes go back as they come), line (up to a newline), "
          "length (four bytes, big endian, then the message)");
ABSL_FLAG(bool, upper, false,
          "answer in upper case: ASCII letters change, every other character stays whole");
ABSL_FLAG(std::string, encoding, "utf-8", "of the text that --upper reads: utf-8 or gbk");
ABSL_FLAG(int, backlog, 128,
          "accept queue of each listener: connections the kernel completes before they are "
          "accepted; it holds one more, and never more than net.core.somaxconn allows");
ABSL_FLAG(absl::Duration, idle_timeout, absl::ZeroDuration(),
          "close a connection after this long without a byte either way; 0: never");
ABSL_FLAG(int64_t, max_connections, 1'000'000,
          "of each listener; the others wait in the accept queue");
ABSL_FLAG(int64_t, max_message_bytes, 1 << 20,
          "with --framing: a longer message closes its connection");
ABSL_FLAG(absl::Duration, drain, absl::Seconds(5),
          "after the first SIGTERM or SIGINT: how long connections may take to finish");
ABSL_FLAG(bool, log_closes, false, "a line on standard error for every connection that ended");
ABSL_FLAG(bool, report, false, "print at the end what was echoed");

namespace sluice::echo {
namespace {

static_assert(ConnectionLimits{}.stall_timeout == std::chrono::seconds(60), "as --help says");

constexpr cli::Command kCommand = {
    .name = "sluice-echo",
    .purpose =
        "sends back what it receives, on TCP, unix-domain sockets and UDP at once, to any "
        "number of clients.",
    .usage = "sluice-echo [--tcp=ADDRESS]... [--udp=ADDRESS]... [FLAGS]",
    .notes =
        "A client that reads slowly is read from slowly; one that takes nothing of its answers for "
        "60 s is closed. SIGTERM and Ctrl-C drain: what was received is answered first. "
        "Exit code: 0 then, 1 on failure, 2 for bad usage.\n",
    .examples =
        "  sluice-echo                              # TCP and UDP on 127.0.0.1:9999\n"
        "  sluice-echo --tcp=:9999 --upper          # every interface, in upper case\n"
        "  sluice-echo --tcp=:0,unix:/tmp/echo --framing=line --threads=0\n"
        "  printf 'hello' | nc -N 127.0.0.1 9999\n"};

// Ends the program where a flag has no meaning.
EchoOptions OptionsFromFlags() {
  EchoOptions options;
  const absl::StatusOr<Framing> framing = ParseFraming(absl::GetFlag(FLAGS_framing));
  if (!framing.ok()) cli::ExitUsage("--framing: " + std::string(framing.status().message()));
  options.framing = *framing;

  const absl::StatusOr<TextEncoding> encoding = ParseTextEncoding(absl::GetFlag(FLAGS_encoding));
  if (!encoding.ok()) cli::ExitUsage("--encoding: " + std::string(encoding.status().message()));
  if (absl::GetFlag(FLAGS_upper)) options.upper = *encoding;

  const int64_t message_bytes_max = absl::GetFlag(FLAGS_max_message_bytes);
  cli::RequireRange("max_message_bytes", message_bytes_max, 1, 1 << 30);
  options.message_bytes_max = static_cast<size_t>(message_bytes_max);
  options.log_closes = absl::GetFlag(FLAGS_log_closes);
  if (absl::Status status = CheckOptions(options); !status.ok()) {
    cli::ExitUsage(std::string(status.message()));
  }
  return options;
}

ListenerOptions ListenerOptionsFromFlags() {
  cli::RequireRange("backlog", absl::GetFlag(FLAGS_backlog), -1, INT32_MAX);
  cli::RequireRange("max_connections", absl::GetFlag(FLAGS_max_connections), 1, UINT32_MAX);
  cli::RequireRange("idle_timeout", absl::GetFlag(FLAGS_idle_timeout), absl::ZeroDuration(),
                    absl::Hours(24 * 365));
  ListenerOptions options;
  options.backlog = absl::GetFlag(FLAGS_backlog);
  options.connections_max = static_cast<size_t>(absl::GetFlag(FLAGS_max_connections));
  options.limits.idle_timeout = cli::ToDuration(absl::GetFlag(FLAGS_idle_timeout));
  return options;
}

struct Addresses {
  std::vector<Endpoint> tcp;
  std::vector<Endpoint> udp;
};

absl::StatusOr<Addresses> AddressesFromFlags() {
  std::vector<std::string> tcp = absl::GetFlag(FLAGS_tcp);
  std::vector<std::string> udp = absl::GetFlag(FLAGS_udp);
  if (tcp.empty() && udp.empty()) tcp = udp = {"127.0.0.1:9999"};
  absl::StatusOr<std::vector<Endpoint>> streams = cli::EndpointsFromFlag("tcp", tcp);
  if (!streams.ok()) return streams.status();
  absl::StatusOr<std::vector<Endpoint>> datagrams = cli::EndpointsFromFlag("udp", udp);
  if (!datagrams.ok()) return datagrams.status();
  return Addresses{*streams, *datagrams};
}

// Ends the program where a flag would have no effect.
void RefuseIdleFlags(const EchoOptions& options) {
  if (!options.upper) cli::RefuseFlag("encoding", "without --upper");
  if (cli::FlagGiven("udp") && !cli::FlagGiven("tcp")) {
    for (const char* flag : {"framing", "max_message_bytes", "backlog", "idle_timeout",
                             "max_connections", "log_closes"}) {
      cli::RefuseFlag(flag, "on datagrams: give --tcp too");
    }
  }
  if (options.framing == Framing::kNone) {
    cli::RefuseFlag("max_message_bytes", "without --framing=line or --framing=length");
  }
}

int Run() {
  const GroupOptions group = cli::GroupOptionsFromFlags();
  const EchoOptions options = OptionsFromFlags();
  RefuseIdleFlags(options);
  const ListenerOptions listener_options = ListenerOptionsFromFlags();
  cli::RequireRange("drain", absl::GetFlag(FLAGS_drain), absl::ZeroDuration(), absl::Hours(24));
  const absl::StatusOr<Addresses> addresses = AddressesFromFlags();
  if (!addresses.ok()) return cli::Fail(addresses.status());

  std::vector<EchoCounters> counters(group.threads);
  cli::Server server(group);
  server.set_drain(cli::ToDuration(absl::GetFlag(FLAGS_drain)));
  for (const Endpoint& endpoint : addresses->tcp) {
    server.AddStream({endpoint, listener_options,
                      [&](Loop&, int index) { return MakeStreamEcho(options, counters[index]); }});
  }
  for (const Endpoint& endpoint : addresses->udp) {
    server.AddDatagram({endpoint, {}, [&](Loop&, int index) {
                          return MakeDatagramEcho(options, counters[index]);
                        }});
  }
  const int exit_code = server.Run();
  if (exit_code == 0 && absl::GetFlag(FLAGS_report)) {
    for (size_t i = 1; i < counters.size(); ++i) counters[0].Add(counters[i]);
    std::fputs(DescribeCounters(counters[0]).c_str(), stdout);
  }
  return exit_code;
}

}  // namespace
}  // namespace sluice::echo

int main(int argc, char** argv) {
  sluice::cli::Start(argc, argv, sluice::echo::kCommand);
  return sluice::echo::Run();
}
