#include "apps/chat/flags.h"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/time/time.h"
#include "apps/chat/command.h"
#include "tools/cli/command.h"
#include "tools/cli/endpoints.h"

ABSL_FLAG(
    std::vector<std::string>, udp, {},
    "datagram address, HOST:PORT, [IPV6]:PORT or :PORT: serve takes members there, the others "
    "join there. Without --udp, --tcp and --ws: serve has UDP and TCP on 127.0.0.1:7777 and "
    "browsers on 127.0.0.1:7778, the others join 127.0.0.1:7777 over TCP");
ABSL_FLAG(std::vector<std::string>, tcp, {}, "stream address, in the same forms or unix:/PATH");
ABSL_FLAG(std::vector<std::string>, ws, {},
          "address of the page and its WebSocket; the others may give a URL, ws://HOST:PORT/ws");
ABSL_FLAG(std::string, encoding, "UTF-8",
          "of the text on the wire of UDP and TCP: UTF-8, GBK, GB18030 or another that iconv knows "
          "and whose lines end in the byte 0x0a");
ABSL_FLAG(bool, json, false, "serve: the counters at the end; listen: a JSON object for each line");

// serve.
ABSL_FLAG(bool, echo, true, "serve: who says something hears it, too; --no-echo: only the others");
ABSL_FLAG(bool, report, false, "serve: the counters at the end (any time: SIGUSR1)");
ABSL_FLAG(
    int64_t, max_members, 20'000,
    "serve: of the room; a UDP member that has not proved that it receives makes room, the one "
    "silent for the longest time first");
ABSL_FLAG(int64_t, max_message_bytes, 4096,
          "serve: a longer line ends its connection, a longer datagram is not passed on");
ABSL_FLAG(int64_t, max_unsent_bytes, 256 << 10,
          "serve: a TCP or WebSocket member for whom more waits is too slow, and dropped");
ABSL_FLAG(int64_t, max_announced, 50,
          "serve: with more members on connections nobody is told who comes and goes");
ABSL_FLAG(absl::Duration, expire, absl::Minutes(10),
          "serve: a UDP member silent for so long is forgotten");
ABSL_FLAG(
    int64_t, grant_datagrams, 1000,
    "serve: each datagram of a UDP member that has not proved that it receives lets it be sent "
    "so many");
ABSL_FLAG(int64_t, grant_bytes, 64 << 10, "serve: ... and so many bytes");
ABSL_FLAG(
    int64_t, unproved_rate, 16 << 10,
    "serve: bytes a second to all such members of one address together (IPv6: a /64), after a "
    "burst of four times as much; loopback addresses are not limited");
ABSL_FLAG(int64_t, max_per_address, 64,
          "serve: such members of one address (IPv6: a /64), loopback excepted");
ABSL_FLAG(int64_t, udp_rate, 50,
          "serve: datagrams a second of one UDP member that are passed on, after a burst of twenty "
          "times as many");
ABSL_FLAG(
    int64_t, line_rate, 200,
    "serve: lines a second of one TCP or WebSocket member that are read, after a burst of five "
    "times as many; a line counts once for each 128 bytes, and in a room of more than 25 as "
    "often as these are there");
ABSL_FLAG(absl::Duration, drain, absl::Seconds(5),
          "serve: after the first SIGTERM or SIGINT, how long members may take to get their last "
          "lines");

// join, send, listen.
ABSL_FLAG(std::string, nick, "", "join, send, listen: the name to have, over TCP and WebSocket");
ABSL_FLAG(bool, plain, false,
          "join, send, listen: over UDP send nothing but text, and \"register\" first to hear "
          "others, as the tutorials' clients do: for their servers");
ABSL_FLAG(int64_t, count, 0, "listen: end after so many lines; 0: never");
ABSL_FLAG(double, rate, 0,
          "send: lines a second; 0: as fast as they are taken, and 40 over UDP, where nothing else "
          "holds them back");

namespace sluice::chat {
namespace {

constexpr const char* kStreamAddress = "127.0.0.1:7777";
constexpr const char* kPageAddress = "127.0.0.1:7778";
constexpr double kUdpRate = 40;  // below what serve passes on
constexpr std::initializer_list<const char*> kServeFlags = {"echo",
                                                            "report",
                                                            "max_members",
                                                            "max_message_bytes",
                                                            "max_unsent_bytes",
                                                            "expire",
                                                            "max_announced",
                                                            "grant_datagrams",
                                                            "grant_bytes",
                                                            "unproved_rate",
                                                            "max_per_address",
                                                            "udp_rate",
                                                            "line_rate",
                                                            "drain"};

size_t SizeFlag(const char* name, int64_t value, int64_t low, int64_t high) {
  cli::RequireRange(name, value, low, high);
  return static_cast<size_t>(value);
}

UdpLimits UdpLimitsFromFlags() {
  UdpLimits limits;
  limits.grant_datagrams =
      SizeFlag("grant_datagrams", absl::GetFlag(FLAGS_grant_datagrams), 1, 1 << 30);
  limits.grant_bytes = SizeFlag("grant_bytes", absl::GetFlag(FLAGS_grant_bytes), 1, 1 << 30);
  const auto unproved = static_cast<double>(
      SizeFlag("unproved_rate", absl::GetFlag(FLAGS_unproved_rate), 1, 1 << 30));
  limits.unproved_bytes = {.per_second = unproved, .burst = 4 * unproved};
  limits.per_address_max =
      SizeFlag("max_per_address", absl::GetFlag(FLAGS_max_per_address), 1, 1 << 30);
  cli::RequireRange("expire", absl::GetFlag(FLAGS_expire), absl::Milliseconds(100),
                    absl::Hours(24 * 365));
  limits.expire = cli::ToDuration(absl::GetFlag(FLAGS_expire));
  const auto speech =
      static_cast<double>(SizeFlag("udp_rate", absl::GetFlag(FLAGS_udp_rate), 1, 1 << 30));
  limits.speech = {.per_second = speech, .burst = 20 * speech};
  return limits;
}

// The one place where a client goes.
absl::StatusOr<LinkOptions> LinkOptionsFromFlags() {
  const std::vector<std::string> tcp = absl::GetFlag(FLAGS_tcp);
  const std::vector<std::string> udp = absl::GetFlag(FLAGS_udp);
  const std::vector<std::string> ws = absl::GetFlag(FLAGS_ws);
  if (tcp.size() + udp.size() + ws.size() > 1) {
    cli::ExitUsage("one of --tcp, --udp and --ws says where the room is; more have no meaning");
  }
  LinkOptions options;
  options.plain = absl::GetFlag(FLAGS_plain);
  if (udp.empty()) cli::RefuseFlag("plain", "without --udp");
  if (!ws.empty()) {
    cli::RefuseFlag("encoding", "with --ws: a WebSocket's text is UTF-8");
    options.transport = Transport::kWs;
    options.where = ws.front();
    const bool is_url = ws.front().find("://") != std::string::npos;
    options.url = is_url ? ws.front() : "ws://" + ws.front() + "/ws";
    return options;
  }
  options.transport = udp.empty() ? Transport::kTcp : Transport::kUdp;
  options.where = !udp.empty() ? udp.front() : !tcp.empty() ? tcp.front() : kStreamAddress;
  const absl::StatusOr<Endpoint> endpoint =
      cli::EndpointFromFlag(udp.empty() ? "tcp" : "udp", options.where);
  if (!endpoint.ok()) return endpoint.status();
  if (!udp.empty() && !endpoint->is_ip()) {
    cli::ExitUsage("--udp wants HOST:PORT; unix:/PATH is for --tcp");
  }
  options.endpoint = *endpoint;
  return options;
}

void RefuseAll(std::initializer_list<const char*> flags, const std::string& when) {
  for (const char* flag : flags) cli::RefuseFlag(flag, when);
}

}  // namespace

Wire WireFromFlags() {
  absl::StatusOr<Wire> wire = Wire::Create(absl::GetFlag(FLAGS_encoding));
  if (!wire.ok()) cli::ExitUsage("--encoding: " + std::string(wire.status().message()));
  return *std::move(wire);
}

absl::StatusOr<ServeOptions> ServeOptionsFromFlags() {
  RefuseAll({"nick", "plain", "count", "rate"}, "on serve");
  ServeOptions options;
  options.room.echo = absl::GetFlag(FLAGS_echo);
  options.room.members_max =
      SizeFlag("max_members", absl::GetFlag(FLAGS_max_members), 1, 10'000'000);
  options.room.announced_members_max =
      SizeFlag("max_announced", absl::GetFlag(FLAGS_max_announced), 0, 10'000'000);
  options.stream.message_bytes_max =
      SizeFlag("max_message_bytes", absl::GetFlag(FLAGS_max_message_bytes), 64, 60'000);
  options.room.message_bytes_max = options.stream.message_bytes_max;
  options.stream.unsent_bytes_max =
      SizeFlag("max_unsent_bytes", absl::GetFlag(FLAGS_max_unsent_bytes), 4096, 1 << 30);
  const auto lines =
      static_cast<double>(SizeFlag("line_rate", absl::GetFlag(FLAGS_line_rate), 1, 1 << 30));
  options.stream.speech = {.per_second = lines, .burst = 5 * lines};
  options.datagram = UdpLimitsFromFlags();
  cli::RequireRange("drain", absl::GetFlag(FLAGS_drain), absl::ZeroDuration(), absl::Hours(24));
  options.drain = cli::ToDuration(absl::GetFlag(FLAGS_drain));
  if (absl::GetFlag(FLAGS_report)) options.report = Report::kTable;
  if (absl::GetFlag(FLAGS_json)) options.report = Report::kJson;

  std::vector<std::string> udp = absl::GetFlag(FLAGS_udp);
  std::vector<std::string> tcp = absl::GetFlag(FLAGS_tcp);
  std::vector<std::string> ws = absl::GetFlag(FLAGS_ws);
  if (udp.empty() && tcp.empty() && ws.empty()) {
    udp = tcp = {kStreamAddress};
    ws = {kPageAddress};
  }
  const auto resolve = [](const char* flag, const std::vector<std::string>& texts,
                          std::vector<Endpoint>& endpoints) {
    absl::StatusOr<std::vector<Endpoint>> found = cli::EndpointsFromFlag(flag, texts);
    if (found.ok()) endpoints = *std::move(found);
    return found.status();
  };
  absl::Status status = resolve("udp", udp, options.udp);
  status.Update(resolve("tcp", tcp, options.tcp));
  status.Update(resolve("ws", ws, options.ws));
  if (!status.ok()) return status;
  return options;
}

absl::StatusOr<ClientOptions> ClientOptionsFromFlags(std::string_view subcommand) {
  RefuseAll(kServeFlags, "on " + std::string(subcommand));
  if (subcommand != "listen") RefuseAll({"json", "count"}, "but on listen");
  if (subcommand != "send") cli::RefuseFlag("rate", "but on send");
  ClientOptions options;
  absl::StatusOr<LinkOptions> link = LinkOptionsFromFlags();
  if (!link.ok()) return link.status();
  options.link = *std::move(link);
  options.link.hears = subcommand != "send";
  options.nick = absl::GetFlag(FLAGS_nick);
  if (options.link.transport == Transport::kUdp) {
    cli::RefuseFlag("nick", "over UDP, where nobody has a name");
  }
  if (cli::FlagGiven("nick") && !WhyNoNick(options.nick).empty()) {
    cli::ExitUsage("--nick: " + std::string(WhyNoNick(options.nick)));
  }
  options.json = absl::GetFlag(FLAGS_json);
  options.count = SizeFlag("count", absl::GetFlag(FLAGS_count), 0, INT64_MAX);
  options.per_second = absl::GetFlag(FLAGS_rate);
  if (!(options.per_second >= 0 && options.per_second <= 1e6)) {
    cli::ExitUsage("--rate is from 0 to 1000000 lines a second");
  }
  const bool paced = options.per_second > 0 || options.link.transport != Transport::kUdp;
  if (!paced) options.per_second = kUdpRate;
  return options;
}

}  // namespace sluice::chat
