#include "tools/probe/flags.h"

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/time/time.h"
#include "tools/cli/command.h"
#include "tools/cli/endpoints.h"
#include "tools/cli/loop_flags.h"
#include "tools/probe/characters.h"
#include "tools/probe/escapes.h"

ABSL_FLAG(std::string, send, "",
          "text to send, with escapes: \\n \\r \\t \\0 \\\\ \\x41 (a byte) \\u4e2d (a character)");
ABSL_FLAG(std::string, hex, "", "bytes to send: \"01 02 ff\"");
ABSL_FLAG(std::string, send_file, "", "regular file to send, in pieces");
ABSL_FLAG(int64_t, chunk_bytes, 1024, "bytes of a piece of --send-file");
ABSL_FLAG(absl::Duration, every, absl::ZeroDuration(),
          "time between two sends; 0s: at once, as fast as the peer takes them");
ABSL_FLAG(int64_t, count, 1,
          "how often to send --send or --hex; 0: for ever, which is the default with --every");
ABSL_FLAG(std::string, line_ending, "none",
          "what is put behind each text: none, lf or crlf. Not behind --hex and files");
ABSL_FLAG(std::string, encoding, "UTF-8",
          "of texts, in both directions: UTF-8, GBK, GB18030, BIG5, SHIFT_JIS, ISO-8859-1 or any "
          "other name of `iconv -l`");
ABSL_FLAG(std::string, view, "both", "how chunks are shown: both (hex and text), hex, or text");
ABSL_FLAG(int64_t, show_bytes, 512, "bytes shown of each chunk; 0: all. --json has always all");
ABSL_FLAG(bool, echo, false, "send back what is received");
ABSL_FLAG(std::string, script, "", "file with statements to run: send, expect, wait, ...");
ABSL_FLAG(std::string, pcap, "", "capture file to write, for Wireshark and tcpdump -r");
ABSL_FLAG(absl::Duration, wait, absl::Seconds(2),
          "a client that has sent all (--send, --send-file, a pipe) ends after so long a silence; "
          "inf: when the other side does");
ABSL_FLAG(int, backlog, 128, "of tcp-listen: connections that may wait to be accepted");
ABSL_FLAG(bool, plain, false, "lines instead of a screen, also at a terminal");
ABSL_FLAG(bool, json, false, "one JSON object a line");

namespace sluice::probe {
namespace {

constexpr int64_t kChunkBytesMax = 16 << 20;
constexpr int64_t kDatagramBytesSendable = 65507;  // 65,535 less the IPv4 and UDP headers

std::string LineEndingFromFlag() {
  const std::string text = absl::GetFlag(FLAGS_line_ending);
  if (text == "none") return "";
  if (text == "lf") return "\n";
  if (text == "crlf") return "\r\n";
  cli::ExitUsage("--line-ending: unknown \"" + text + "\": there are none, lf and crlf");
}

View ViewFromFlag() {
  const std::string text = absl::GetFlag(FLAGS_view);
  for (const View view : {View::kBoth, View::kHex, View::kText}) {
    if (text == ViewName(view)) return view;
  }
  cli::ExitUsage("--view: unknown \"" + text + "\": there are both, hex and text");
}

std::string OrExit(std::string_view flag, absl::StatusOr<std::string> bytes) {
  if (bytes.ok()) return *std::move(bytes);
  cli::ExitUsage("--" + std::string(flag) + ": " + std::string(bytes.status().message()));
}

// What is sent without anybody typing; nothing: what is typed.
std::optional<SendPlan> PlanFromFlags(bool stream, const Characters& characters,
                                      const std::string& line_ending) {
  const bool has_text = cli::FlagGiven("send");
  const bool has_hex = cli::FlagGiven("hex");
  const bool has_file = cli::FlagGiven("send_file");
  if (has_text + has_hex + has_file > 1) {
    cli::ExitUsage("give one of --send, --hex and --send-file (a script sends several)");
  }
  if (!has_file) cli::RefuseFlag("chunk_bytes", "without --send-file");
  if (has_file) cli::RefuseFlag("count", "with --send-file: a file is sent once");
  if (!has_text && !has_hex && !has_file) {
    cli::RefuseFlag("every", "without --send, --hex or --send-file");
    cli::RefuseFlag("count", "without --send or --hex");
    return std::nullopt;
  }
  cli::RequireRange("every", absl::GetFlag(FLAGS_every), absl::ZeroDuration(), absl::Hours(24));
  cli::RequireRange("count", absl::GetFlag(FLAGS_count), 0, INT64_MAX);
  cli::RequireRange("chunk_bytes", absl::GetFlag(FLAGS_chunk_bytes), 1,
                    stream ? kChunkBytesMax : kDatagramBytesSendable);
  SendPlan plan;
  plan.every = cli::ToDuration(absl::GetFlag(FLAGS_every));
  const bool for_ever = cli::FlagGiven("every") && !cli::FlagGiven("count");
  plan.count = for_ever ? 0 : static_cast<uint64_t>(absl::GetFlag(FLAGS_count));
  plan.file = absl::GetFlag(FLAGS_send_file);
  plan.piece_bytes = static_cast<size_t>(absl::GetFlag(FLAGS_chunk_bytes));
  if (has_hex) plan.message = OrExit("hex", BytesFromHex(absl::GetFlag(FLAGS_hex)));
  if (has_text) {
    const auto encode = [&](std::string_view utf8) { return characters.Encode(utf8); };
    plan.message = OrExit("send", Unescape(absl::GetFlag(FLAGS_send), encode)) + line_ending;
  }
  if (!has_file && plan.message.empty()) cli::ExitUsage("--hex: there is no byte in it");
  return plan;
}

absl::Status ScriptFromFlag(const Characters& characters, ProbeOptions& options) {
  options.script_file = absl::GetFlag(FLAGS_script);
  if (options.script_file.empty()) return absl::OkStatus();
  std::ifstream file(options.script_file, std::ios::binary);
  std::string text;
  for (char byte = 0; text.size() <= kScriptBytesMax && file.get(byte);) text += byte;
  if (!file.is_open() || file.bad()) {
    return absl::NotFoundError("cannot read " + options.script_file);
  }
  absl::StatusOr<std::vector<Statement>> script =
      ParseScript(text, [&](std::string_view utf8) { return characters.Encode(utf8); });
  if (!script.ok()) {
    cli::ExitUsage(options.script_file + ": " + std::string(script.status().message()));
  }
  options.script = *std::move(script);
  return absl::OkStatus();
}

Face FaceFromFlags(const ProbeOptions& options) {
  if (absl::GetFlag(FLAGS_json)) return Face::kJson;
  const char* terminal = std::getenv("TERM");
  const bool has_screen = isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0 &&
                          terminal != nullptr && std::string_view(terminal) != "dumb";
  const bool wants_lines = absl::GetFlag(FLAGS_plain) || !options.script_file.empty();
  return has_screen && !wants_lines ? Face::kScreen : Face::kPlain;
}

// Whoever sits at a terminal ends it himself, unless he said when.
std::optional<Duration> QuietEndFromFlag(const ProbeOptions& options) {
  const absl::Duration wait = absl::GetFlag(FLAGS_wait);
  cli::RequireRange("wait", wait, absl::ZeroDuration(), absl::InfiniteDuration());
  if (wait == absl::InfiniteDuration()) return std::nullopt;
  const bool by_default = !IsServer(options.link.kind) && options.face != Face::kScreen;
  if (!by_default && !cli::FlagGiven("wait")) return std::nullopt;
  return cli::ToDuration(wait);
}

void RefuseFlagsWithoutEffect(const ProbeOptions& options) {
  if (options.link.kind != LinkKind::kTcpListen) {
    cli::RefuseFlag("backlog", "without tcp-listen");
  }
  if (!options.script_file.empty()) {
    for (const char* flag : {"send", "hex", "send_file", "wait", "line_ending"}) {
      cli::RefuseFlag(flag, "with --script: let the script do it");
    }
  }
  if (options.face == Face::kJson) {
    for (const char* flag : {"view", "show_bytes", "plain"}) {
      cli::RefuseFlag(flag, "with --json");
    }
  }
  if (options.link.endpoint.is_unix()) {
    cli::RefuseFlag("pcap", "with unix-domain sockets: they have no packets");
  }
}

}  // namespace

absl::StatusOr<ProbeOptions> ProbeOptionsFromFlags(LinkKind kind, const std::string& command,
                                                   const std::string& address) {
  ProbeOptions options;
  options.title = "sluice-probe " + command + " " + address;
  options.loop = cli::LoopOptionsFromFlags();
  cli::RequireRange("backlog", absl::GetFlag(FLAGS_backlog), -1, INT32_MAX);
  cli::RequireRange("show_bytes", absl::GetFlag(FLAGS_show_bytes), 0, INT64_MAX);
  options.encoding = absl::GetFlag(FLAGS_encoding);
  const absl::StatusOr<Characters> characters = Characters::Create(options.encoding);
  if (!characters.ok()) {
    cli::ExitUsage("--encoding: " + std::string(characters.status().message()));
  }
  options.view.view = ViewFromFlag();
  options.view.bytes_shown = static_cast<size_t>(absl::GetFlag(FLAGS_show_bytes));
  options.line_ending = LineEndingFromFlag();
  options.capture_file = absl::GetFlag(FLAGS_pcap);
  const bool stream = kind == LinkKind::kTcp || kind == LinkKind::kTcpListen;
  options.plan = PlanFromFlags(stream, *characters, options.line_ending);
  if (absl::Status status = ScriptFromFlag(*characters, options); !status.ok()) return status;
  absl::StatusOr<Endpoint> endpoint = cli::EndpointFromArgument(address);
  if (!endpoint.ok()) return endpoint.status();
  options.link = {.kind = kind,
                  .endpoint = *endpoint,
                  .echo = absl::GetFlag(FLAGS_echo),
                  .close_at_end = options.script_file.empty(),
                  .backlog = absl::GetFlag(FLAGS_backlog)};
  options.face = FaceFromFlags(options);
  options.quiet_end = QuietEndFromFlag(options);
  RefuseFlagsWithoutEffect(options);
  return options;
}

void RefuseLinkFlags(std::string_view command) {
  for (const char* flag :
       {"send", "hex", "send_file", "chunk_bytes", "every", "count", "line_ending", "encoding",
        "view", "show_bytes", "echo", "script", "pcap", "wait", "plain"}) {
    cli::RefuseFlag(flag, "with " + std::string(command));
  }
}

}  // namespace sluice::probe
