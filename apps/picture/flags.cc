#include "apps/picture/flags.h"

#include <algorithm>
#include <initializer_list>
#include <random>
#include <string_view>

#include "absl/flags/flag.h"
#include "absl/time/time.h"
#include "reactor/backend/interfaces.h"
#include "reactor/backend/multicast.h"
#include "tools/cli/command.h"
#include "tools/cli/endpoints.h"

// Of both.
ABSL_FLAG(bool, plain, false,
          "one whole picture a datagram, without a header, as the tutorials' programs send and "
          "receive them; at most 60000 bytes");
ABSL_FLAG(int64_t, count, 0, "end after so many pictures; 0: send each file, receive for ever");
ABSL_FLAG(int64_t, frame_bytes_max, 16 << 20, "the largest picture sent, or gathered from parts");
ABSL_FLAG(std::string, interface, "",
          "with a multicast group: the interface to use, by name, address or index, instead of the "
          "one the routing table has for the group");
ABSL_FLAG(bool, json, false, "JSON, one object a line: that it listens, and the report at the end");

// Of send.
ABSL_FLAG(std::string, to, "", "send: HOST:PORT; a multicast group, too");
ABSL_FLAG(int, datagram_bytes, 1400,
          "send: the largest datagram, header included; more than the path MTU less 28 (Ethernet: "
          "1472) is cut up by IP, and more than 65507 does not exist");
ABSL_FLAG(double, rate, 10, "send: pictures a second");
ABSL_FLAG(absl::Duration, spread, absl::Milliseconds(200),
          "send: a picture's parts leave evenly within the interval between two pictures, or "
          "within this where it is shorter; 0: all at once, which overruns receive buffers");
ABSL_FLAG(std::string, fec, "",
          "send: DATA+PARITY, such as 10+2: two parity parts for every ten; any two lost parts of "
          "such a group of twelve are repaired");
ABSL_FLAG(int64_t, repeat, 1, "send: the list of files so many times");
ABSL_FLAG(bool, loop, false, "send: the list of files until Ctrl-C");
ABSL_FLAG(bool, dont_fragment, false,
          "send: refuse datagrams larger than the path MTU instead of cutting them up (DF)");
ABSL_FLAG(bool, broadcast, false, "send: --to may be a broadcast address (SO_BROADCAST)");
ABSL_FLAG(int, ttl, 2,
          "send: how many networks multicast may cross, plus one; 0 stays on the host");
ABSL_FLAG(int, send_buffer_bytes, 0, "send: SO_SNDBUF to ask for; 0: the kernel's default");

// Of receive.
ABSL_FLAG(std::string, listen, "127.0.0.1:9010",
          "receive: HOST:PORT, port 0 takes a free one; a multicast group is joined");
ABSL_FLAG(std::string, out, "",
          "receive: the directory to save pictures in, made where there is none; without it they "
          "are only counted");
ABSL_FLAG(absl::Duration, timeout, absl::ZeroDuration(),
          "receive: print `timeout` when no picture came for so long, and go on; 0: never");
ABSL_FLAG(int64_t, keep, 0, "receive: delete the oldest saved beyond so many; 0: keep all");
ABSL_FLAG(bool, latest, false, "receive: save the newest picture as latest.jpg (.png, ...), too");
ABSL_FLAG(bool, quiet, false, "receive: no line for each picture, nor for each timeout");
ABSL_FLAG(absl::Duration, duration, absl::ZeroDuration(), "receive: end after so long; 0: never");
ABSL_FLAG(int, receive_buffer_bytes, 0, "receive: SO_RCVBUF to ask for; 0: the kernel's default");
ABSL_FLAG(int64_t, held_bytes_max, 64 << 20,
          "receive: memory for parts of pictures that are not whole, of all senders");
ABSL_FLAG(int, frames_in_flight_max, 8,
          "receive: pictures of one sender that gather at once; then the oldest is given up");
ABSL_FLAG(absl::Duration, frame_age_max, absl::Seconds(1),
          "receive: a picture not whole so long after its first part is given up");
ABSL_FLAG(int, senders_max, 64,
          "receive: senders at once; one silent for 10 s makes room for another");

namespace sluice::picture {
namespace {

constexpr int64_t kBufferBytesMax = 1 << 30;  // SO_SNDBUF is an int, and the kernel doubles it
constexpr int64_t kCountMax = int64_t{1} << 53;
constexpr absl::Duration kLongest = absl::Hours(24 * 365);

void RefuseFlagsOf(std::string_view other, std::initializer_list<std::string_view> flags) {
  for (const std::string_view flag : flags) {
    cli::RefuseFlag(flag, "here: it is one of " + std::string(other));
  }
}

absl::StatusOr<Endpoint> IpEndpoint(const char* flag, const std::string& text) {
  absl::StatusOr<Endpoint> endpoint = cli::EndpointFromFlag(flag, text);
  if (endpoint.ok() && !endpoint->is_ip()) {
    cli::ExitUsage("--" + std::string(flag) + ": pictures travel by UDP: give HOST:PORT");
  }
  return endpoint;
}

// 0: none was named.
absl::StatusOr<uint32_t> InterfaceFor(const Endpoint& endpoint) {
  const std::string text = absl::GetFlag(FLAGS_interface);
  if (text.empty()) return 0u;
  if (!IsMulticast(endpoint)) {
    cli::ExitUsage("--interface: " + endpoint.ToString() +
                   " is no multicast group, so there is nothing to choose");
  }
  const absl::StatusOr<NetworkInterface> interface = FindInterface(text);
  if (!interface.ok()) return interface.status();
  return interface->index;
}

uint64_t FrameBytesMax() {
  const int64_t bytes = absl::GetFlag(FLAGS_frame_bytes_max);
  cli::RequireRange("frame_bytes_max", bytes, 1, int64_t{1} << 30);
  return static_cast<uint64_t>(bytes);
}

uint64_t Count() {
  cli::RequireRange("count", absl::GetFlag(FLAGS_count), 0, kCountMax);
  return static_cast<uint64_t>(absl::GetFlag(FLAGS_count));
}

Duration DurationOf(const char* flag, absl::Duration value, absl::Duration least) {
  cli::RequireRange(flag, value, least, kLongest);
  return cli::ToDuration(value);
}

void RefuseFlagsWithoutEffect(bool plain) {
  if (!plain) return;
  for (const char* flag : {"datagram_bytes", "fec", "frame_bytes_max", "held_bytes_max",
                           "frames_in_flight_max", "frame_age_max", "spread"}) {
    cli::RefuseFlag(flag, "with --plain: a picture is one datagram");
  }
}

FrameCutter::Options CutterOptions() {
  FrameCutter::Options options;
  const int datagram_bytes = absl::GetFlag(FLAGS_datagram_bytes);
  if (datagram_bytes > static_cast<int>(kDatagramBytesMax)) {
    cli::ExitUsage(
        "--datagram-bytes: a UDP datagram has at most 65507 bytes (65,535 of an IPv4 "
        "packet, less 20 of IP and 8 of UDP); what is larger the kernel refuses with "
        "EMSGSIZE");
  }
  cli::RequireRange("datagram_bytes", datagram_bytes, 2 * int64_t{kPartHeaderBytes},
                    kDatagramBytesMax);
  options.datagram_bytes = static_cast<size_t>(datagram_bytes);
  const absl::StatusOr<Parity> parity = Parity::Parse(absl::GetFlag(FLAGS_fec));
  if (!parity.ok()) cli::ExitUsage("--fec: " + std::string(parity.status().message()));
  options.parity = *parity;
  std::random_device random;
  options.stream = std::max<uint32_t>(1, random());
  return options;
}

void SetHowMany(SendCommand& command) {
  const int given = static_cast<int>(cli::FlagGiven("count")) +
                    static_cast<int>(cli::FlagGiven("repeat")) +
                    static_cast<int>(absl::GetFlag(FLAGS_loop));
  if (given > 1) {
    cli::ExitUsage("--count, --repeat and --loop each say how much is sent: give one of them");
  }
  cli::RequireRange("repeat", absl::GetFlag(FLAGS_repeat), 1, kCountMax);
  command.repeat = static_cast<uint64_t>(absl::GetFlag(FLAGS_repeat));
  command.send.frames = Count();
  command.endless = absl::GetFlag(FLAGS_loop);
}

}  // namespace

absl::StatusOr<SendCommand> SendCommandFromFlags() {
  RefuseFlagsOf("receive", {"listen", "out", "timeout", "keep", "latest", "quiet", "duration",
                            "receive_buffer_bytes", "held_bytes_max", "frames_in_flight_max",
                            "frame_age_max", "senders_max"});
  if (absl::GetFlag(FLAGS_to).empty()) cli::ExitUsage("send: give --to=HOST:PORT (see --help)");
  SendCommand command;
  command.send.plain = absl::GetFlag(FLAGS_plain);
  RefuseFlagsWithoutEffect(command.send.plain);
  command.send.cutter = CutterOptions();
  command.send.frame_bytes_max = FrameBytesMax();
  command.send.frames_per_second = absl::GetFlag(FLAGS_rate);
  if (!(command.send.frames_per_second >= 0.001 && command.send.frames_per_second <= 10'000)) {
    cli::ExitUsage("--rate: it is 0.001 to 10000 pictures a second");
  }
  command.send.spread_max = DurationOf("spread", absl::GetFlag(FLAGS_spread), absl::ZeroDuration());
  SetHowMany(command);
  command.dont_fragment = absl::GetFlag(FLAGS_dont_fragment);
  command.broadcast = absl::GetFlag(FLAGS_broadcast);
  cli::RequireRange("ttl", absl::GetFlag(FLAGS_ttl), 0, 255);
  command.multicast_ttl = absl::GetFlag(FLAGS_ttl);
  cli::RequireRange("send_buffer_bytes", absl::GetFlag(FLAGS_send_buffer_bytes), 0,
                    kBufferBytesMax);
  command.send_buffer_bytes = absl::GetFlag(FLAGS_send_buffer_bytes);
  command.json = absl::GetFlag(FLAGS_json);
  const absl::StatusOr<Endpoint> to = IpEndpoint("to", absl::GetFlag(FLAGS_to));
  if (!to.ok()) return to.status();
  if (to->port() == 0) cli::ExitUsage("--to: nobody can listen on port 0");
  command.send.to = *to;
  const absl::StatusOr<uint32_t> interface = InterfaceFor(*to);
  if (!interface.ok()) return interface.status();
  command.interface = *interface;
  return command;
}

absl::StatusOr<ReceiveCommand> ReceiveCommandFromFlags() {
  RefuseFlagsOf("send", {"to", "datagram_bytes", "rate", "spread", "fec", "repeat", "loop",
                         "dont_fragment", "broadcast", "ttl", "send_buffer_bytes"});
  ReceiveCommand command;
  command.json = absl::GetFlag(FLAGS_json);
  command.receive.plain = absl::GetFlag(FLAGS_plain);
  RefuseFlagsWithoutEffect(command.receive.plain);
  command.receive.lines = !command.json && !absl::GetFlag(FLAGS_quiet);
  command.receive.timeout =
      DurationOf("timeout", absl::GetFlag(FLAGS_timeout), absl::ZeroDuration());
  command.receive.pictures_max = Count();
  command.receive.run = std::random_device()();
  command.out = absl::GetFlag(FLAGS_out);
  if (command.out.empty()) {
    for (const char* flag : {"keep", "latest"}) cli::RefuseFlag(flag, "without --out");
  }
  cli::RequireRange("keep", absl::GetFlag(FLAGS_keep), 0, 1'000'000);
  command.folder = {static_cast<size_t>(absl::GetFlag(FLAGS_keep)), absl::GetFlag(FLAGS_latest)};
  command.duration = DurationOf("duration", absl::GetFlag(FLAGS_duration), absl::ZeroDuration());
  cli::RequireRange("receive_buffer_bytes", absl::GetFlag(FLAGS_receive_buffer_bytes), 0,
                    kBufferBytesMax);
  command.receive_buffer_bytes = absl::GetFlag(FLAGS_receive_buffer_bytes);

  ReassemblyLimits& limits = command.limits;
  limits.frame_bytes_max = FrameBytesMax();
  cli::RequireRange("held_bytes_max", absl::GetFlag(FLAGS_held_bytes_max), 1, int64_t{1} << 40);
  limits.held_bytes_max = static_cast<size_t>(absl::GetFlag(FLAGS_held_bytes_max));
  if (absl::Status status = limits.Check(); !status.ok()) {
    cli::ExitUsage("--held-bytes-max: " + std::string(status.message()));
  }
  cli::RequireRange("frames_in_flight_max", absl::GetFlag(FLAGS_frames_in_flight_max), 1,
                    FrameWindow::kFramesRemembered);
  limits.window.frames_in_flight_max =
      static_cast<size_t>(absl::GetFlag(FLAGS_frames_in_flight_max));
  limits.window.frame_age_max =
      DurationOf("frame_age_max", absl::GetFlag(FLAGS_frame_age_max), absl::Milliseconds(1));
  cli::RequireRange("senders_max", absl::GetFlag(FLAGS_senders_max), 1, 100'000);
  limits.senders_max = static_cast<size_t>(absl::GetFlag(FLAGS_senders_max));

  const absl::StatusOr<Endpoint> listen = IpEndpoint("listen", absl::GetFlag(FLAGS_listen));
  if (!listen.ok()) return listen.status();
  command.listen = *listen;
  const absl::StatusOr<uint32_t> interface = InterfaceFor(*listen);
  if (!interface.ok()) return interface.status();
  command.interface = *interface;
  return command;
}

}  // namespace sluice::picture
