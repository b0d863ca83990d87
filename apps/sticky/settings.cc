#include "apps/sticky/settings.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <optional>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "apps/sticky/message.h"
#include "tools/cli/command.h"
#include "tools/cli/loop_flags.h"

namespace sluice::sticky {

// --size: a flag type of its own, so that a wrong text is bad usage like any other.
struct SizeFlag {
  uint64_t min_bytes = 40;
  uint64_t max_bytes = 1200;
};

namespace {

constexpr size_t kStreamMessageBytesMax = 1 << 20;
constexpr size_t kDatagramMessageBytesMax = 65507;  // 65535 - IPv4 header 20 - UDP header 8

std::optional<uint64_t> ParseNumber(std::string_view text) {
  uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc() || rest != end) return std::nullopt;
  return number;
}

}  // namespace

bool AbslParseFlag(absl::string_view flag_text, SizeFlag* flag, std::string* error) {
  const std::string_view text(flag_text.data(), flag_text.size());
  const size_t dots = text.find("..");
  const std::optional<uint64_t> low = ParseNumber(text.substr(0, dots));
  const std::optional<uint64_t> high =
      dots == std::string_view::npos ? low : ParseNumber(text.substr(dots + 2));
  if (!low || !high) {
    *error = "a size is a number of bytes or a range of them, such as 64 or 40..4096";
    return false;
  }
  if (*low < kMessageBytesMin || *high > kStreamMessageBytesMax || *low > *high) {
    *error = "a message has " + std::to_string(kMessageBytesMin) + " to " +
             std::to_string(kStreamMessageBytesMax) + " bytes, the smaller end of a range first";
    return false;
  }
  *flag = {*low, *high};
  return true;
}

std::string AbslUnparseFlag(const SizeFlag& flag) {
  const std::string low = std::to_string(flag.min_bytes);
  return flag.min_bytes == flag.max_bytes ? low : low + ".." + std::to_string(flag.max_bytes);
}

}  // namespace sluice::sticky

ABSL_FLAG(std::vector<std::string>, modes,
          std::vector<std::string>({"naive", "interval", "delimiter", "length-prefix", "udp"}),
          "which to run, in this order");
ABSL_FLAG(sluice::sticky::SizeFlag, size, {},
          "bytes of a message: a number, or a range LOW..HIGH from which the seed draws");
ABSL_FLAG(uint64_t, messages, 0, "stop a mode after this many messages; 0: no limit");
ABSL_FLAG(absl::Duration, duration, absl::Seconds(2),
          "stop a mode after this long; 0: no limit, then --messages must give one");
ABSL_FLAG(uint64_t, rate, 0,
          "messages a second (all modes but interval); 0: as fast as they are taken");
ABSL_FLAG(absl::Duration, interval, absl::Milliseconds(10),
          "interval mode: how long the sender sleeps after each send");
ABSL_FLAG(absl::Duration, pause, absl::Milliseconds(50),
          "how long the receiver looks away, beginning when it opens, as one does that works on "
          "what it got; 0: never");
ABSL_FLAG(absl::Duration, pause_after, absl::Milliseconds(400),
          "how long the receiver reads between two pauses; 0: for one receive");
ABSL_FLAG(int64_t, receive_bytes, 1024,
          "naive, interval, udp: how many bytes a receive takes at most, as in recv(1024)");
ABSL_FLAG(int64_t, receive_buffer_bytes, 0,
          "SO_RCVBUF of the receiving socket, of which the kernel doubles the number; 0: its own "
          "choice");
ABSL_FLAG(bool, nodelay, true,
          "TCP_NODELAY: send at once; --no-nodelay leaves Nagle's algorithm on");
ABSL_FLAG(std::string, terminator, "\\n",
          "delimiter mode: what ends a message, C escapes allowed; not digits and small letters "
          "alone, which messages are made of");
ABSL_FLAG(uint64_t, seed, 1, "draws sizes and contents; the same seed sends the same messages");
ABSL_FLAG(bool, show, false, "draw the first receives with the message boundaries in them");
ABSL_FLAG(bool, json, false, "print one JSON object instead of tables");

namespace sluice::sticky {
namespace {

constexpr struct {
  Mode mode;
  std::string_view name;
} kModes[] = {{Mode::kNaive, "naive"},
              {Mode::kInterval, "interval"},
              {Mode::kDelimiter, "delimiter"},
              {Mode::kLengthPrefix, "length-prefix"},
              {Mode::kUdp, "udp"}};

std::vector<Mode> ModesFromFlag() {
  std::vector<Mode> modes;
  for (const std::string& text : absl::GetFlag(FLAGS_modes)) {
    const absl::StatusOr<Mode> mode = ParseMode(text);
    if (!mode.ok()) cli::ExitUsage("--modes: " + std::string(mode.status().message()));
    modes.push_back(*mode);
  }
  if (modes.empty()) cli::ExitUsage("--modes names no mode");
  return modes;
}

std::string TerminatorFromFlag() {
  const std::string text = absl::GetFlag(FLAGS_terminator);
  std::string terminator;
  if (!absl::CUnescape(text, &terminator) || terminator.empty()) {
    cli::ExitUsage("--terminator cannot be \"" + text +
                   "\": it is one byte or more, with C escapes such as \\n");
  }
  const size_t foreign = terminator.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz");
  if (foreign == std::string::npos) {
    cli::ExitUsage("--terminator cannot be \"" + text +
                   "\": messages are digits and small letters, and would hold it");
  }
  return terminator;
}

Duration DurationFlag(const absl::Flag<absl::Duration>& flag, std::string_view name,
                      absl::Duration low, absl::Duration high) {
  const absl::Duration value = absl::GetFlag(flag);
  cli::RequireRange(name, value, low, high);
  return cli::ToDuration(value);
}

// Ends the program where a flag would have no effect.
void RefuseIdleFlags(const Settings& settings) {
  const auto runs = [&](std::initializer_list<Mode> modes) {
    return std::any_of(settings.modes.begin(), settings.modes.end(), [&](Mode mode) {
      return std::find(modes.begin(), modes.end(), mode) != modes.end();
    });
  };
  constexpr std::string_view kInTheseModes = "in these --modes";
  using enum Mode;
  if (!runs({kInterval})) cli::RefuseFlag("interval", kInTheseModes);
  if (!runs({kDelimiter})) cli::RefuseFlag("terminator", kInTheseModes);
  if (!runs({kNaive, kInterval, kUdp})) cli::RefuseFlag("receive_bytes", kInTheseModes);
  if (!runs({kNaive, kDelimiter, kLengthPrefix, kUdp})) cli::RefuseFlag("rate", kInTheseModes);
  if (!runs({kNaive, kInterval, kDelimiter, kLengthPrefix})) {
    cli::RefuseFlag("nodelay", kInTheseModes);
  }
  if (settings.pause == Duration(0)) cli::RefuseFlag("pause_after", "with --pause=0");
  if (settings.json) cli::RefuseFlag("show", "with --json");
}

void RequireSense(const Settings& settings) {
  if (settings.duration == Duration(0) && settings.messages_max == 0) {
    cli::ExitUsage("--duration 0 needs --messages to say when to stop");
  }
  for (const Mode mode : settings.modes) {
    if (mode == Mode::kUdp && settings.message_bytes_max > kDatagramMessageBytesMax) {
      cli::ExitUsage("--size: a UDP datagram holds " + std::to_string(kDatagramMessageBytesMax) +
                     " bytes at most; leave udp out of --modes");
    }
  }
}

}  // namespace

std::string_view ModeName(Mode mode) {
  for (const auto& known : kModes) {
    if (known.mode == mode) return known.name;
  }
  return "?";
}

absl::StatusOr<Mode> ParseMode(std::string_view text) {
  std::string names;
  for (const auto& known : kModes) {
    if (known.name == text) return known.mode;
    names += (names.empty() ? "" : ", ") + std::string(known.name);
  }
  return absl::InvalidArgumentError("there is no mode \"" + std::string(text) + "\"; there are " +
                                    names);
}

bool IsFramed(Mode mode) {
  return mode == Mode::kDelimiter || mode == Mode::kLengthPrefix;
}

Settings SettingsFromFlags() {
  cli::RequireRange("receive_bytes", absl::GetFlag(FLAGS_receive_bytes), 1, 65535);
  cli::RequireRange("receive_buffer_bytes", absl::GetFlag(FLAGS_receive_buffer_bytes), 0, 1 << 30);
  const uint64_t messages = absl::GetFlag(FLAGS_messages);
  if (messages > kMessageNumberMax) {
    cli::ExitUsage("--messages must be at most " + std::to_string(kMessageNumberMax));
  }
  const SizeFlag size = absl::GetFlag(FLAGS_size);
  const absl::Duration zero = absl::ZeroDuration();
  Settings settings{
      .modes = ModesFromFlag(),
      .message_bytes_min = size.min_bytes,
      .message_bytes_max = size.max_bytes,
      .messages_max = messages,
      .duration = DurationFlag(FLAGS_duration, "duration", zero, absl::Hours(24)),
      .rate_per_second = absl::GetFlag(FLAGS_rate),
      .interval = DurationFlag(FLAGS_interval, "interval", absl::Microseconds(1), absl::Hours(1)),
      .pause = DurationFlag(FLAGS_pause, "pause", zero, absl::Minutes(1)),
      .pause_after = DurationFlag(FLAGS_pause_after, "pause_after", zero, absl::Hours(1)),
      .receive_bytes = static_cast<size_t>(absl::GetFlag(FLAGS_receive_bytes)),
      .receive_buffer_bytes = static_cast<int>(absl::GetFlag(FLAGS_receive_buffer_bytes)),
      .no_delay = absl::GetFlag(FLAGS_nodelay),
      .terminator = TerminatorFromFlag(),
      .seed = absl::GetFlag(FLAGS_seed),
      .show = absl::GetFlag(FLAGS_show),
      .json = absl::GetFlag(FLAGS_json),
      .loop = cli::LoopOptionsFromFlags(),
  };
  RequireSense(settings);
  RefuseIdleFlags(settings);
  return settings;
}

}  // namespace sluice::sticky
