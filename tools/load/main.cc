// sluice-load: closed-loop load for echo servers, with every byte of every answer checked, and for
// HTTP/1.1 servers.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/time/time.h"
#include "protocols/http1_request_writer.h"
#include "tools/cli/command.h"
#include "tools/cli/descriptors.h"
#include "tools/cli/endpoints.h"
#include "tools/cli/group_flags.h"
#include "tools/cli/interrupt.h"
#include "tools/load/datagram_client.h"
#include "tools/load/http_request.h"
#include "tools/load/output.h"
#include "tools/load/run.h"
#include "tools/report/format.h"
#include "tools/report/progress.h"

ABSL_FLAG(std::string, tcp, "",
          "echo server to load: HOST:PORT, [IPV6]:PORT, unix:/PATH or unix:@NAME");
ABSL_FLAG(std::string, udp, "", "echo server to load with datagrams: HOST:PORT or [IPV6]:PORT");
ABSL_FLAG(std::string, http, "", "URL to fetch again and again: http://HOST:PORT/PATH, escaped");
ABSL_FLAG(std::string, method, "GET", "of the HTTP requests");
ABSL_FLAG(std::vector<std::string>, header, {},
          "\"Name: value\" of the HTTP requests; may be repeated");
ABSL_FLAG(std::string, body, "", "of the HTTP requests");
ABSL_FLAG(std::string, body_file, "", "file with the body of the HTTP requests");
ABSL_FLAG(bool, any_status, false, "HTTP answers 4xx and 5xx are no reason for exit code 1");
ABSL_FLAG(int64_t, requests, 0,
          "end after so many requests, without warm-up; 0: after --duration. Not with --udp");
ABSL_FLAG(std::string, framing, "none",
          "of a stream's messages: none (raw bytes), line (a newline behind each), length (four "
          "bytes, big endian, before each)");
ABSL_FLAG(int, connections, 64, "connections, or UDP sockets");
ABSL_FLAG(int64_t, size, 64, "bytes of each message, framing not counted");
ABSL_FLAG(int, depth, 1, "requests under way on each connection");
ABSL_FLAG(absl::Duration, duration, absl::Seconds(5),
          "how long to measure, or to hold with --idle. UDP sockets that hear nothing for so long "
          "(and --udp-timeout for the last datagram) are given up");
ABSL_FLAG(absl::Duration, warmup, absl::Seconds(1), "load before the measurement begins");
ABSL_FLAG(absl::Duration, timeout, absl::Seconds(10), "longest wait to connect and for an answer");
ABSL_FLAG(absl::Duration, udp_timeout, absl::Milliseconds(200),
          "a datagram without an answer for so long is lost");
ABSL_FLAG(int, connecting, 64,
          "connections on their way at a time: not yet answered once. Keep it below the server's "
          "backlog");
ABSL_FLAG(bool, idle, false,
          "hold the connections without traffic for --duration, then send one request on each");
ABSL_FLAG(bool, expect_upper, false, "the server answers in upper case (sluice-echo --upper)");
ABSL_FLAG(uint64_t, seed, 1, "of the bytes sent");
ABSL_FLAG(bool, json, false, "print the results as one JSON object");

namespace sluice::load {
namespace {

constexpr int64_t kConnectionsMax = 1'000'000;
constexpr int64_t kMessageBytesMax = 16 << 20;
constexpr int64_t kDatagramPayloadMax = 65507;  // 65,535 less the IPv4 and UDP headers
constexpr int64_t kDepthMax = 65536;
constexpr int64_t kPipelineBytesMax = 1 << 30;  // size x depth

constexpr cli::Command kCommand = {
    .name = "sluice-load",
    .purpose =
        "loads an echo server and checks every byte that comes back, or an HTTP/1.1 server and "
        "counts its answers. Each connection sends "
        "its next request when an answer came (closed loop); a connection counts as open "
        "once the server answered on it.",
    .usage = "sluice-load --tcp=ADDRESS | --udp=ADDRESS | --http=URL [FLAGS]",
    .notes =
        "Datagrams that got lost are counted and are no error unless all were. Ctrl-C ends it "
        "early: it prints what was measured until then; a second one does not wait for the answers "
        "under way.\n"
        "\n"
        "With --http the request that opens a connection is not measured; connections that the "
        "server closes with an answer are opened anew.\n"
        "\n"
        "Exit code: 0 when every answer was right; 1 when anything went wrong, an HTTP answer was "
        "4xx or 5xx (unless --any-status), nothing was answered, or a signal ended it early; 2 for "
        "bad usage.\n",
    .examples =
        "  sluice-load --tcp=127.0.0.1:9999\n"
        "  sluice-load --tcp=127.0.0.1:9999 --framing=length --depth=16 --size=1024\n"
        "  sluice-load --tcp=127.0.0.1:9999 --connections=15000 --idle --duration=30s\n"
        "  sluice-load --udp=127.0.0.1:9999 --connections=8 --json\n"
        "  sluice-load --http=http://127.0.0.1:8080/ --connections=100 --depth=8 --json\n"
        "  sluice-load --http=http://127.0.0.1:8080/notes --method=POST --body=hello\n"};

Framing FramingFromFlag() {
  const std::string text = absl::GetFlag(FLAGS_framing);
  if (text == "none" || text == "raw") return Framing::kNone;
  if (text == "line") return Framing::kLine;
  if (text == "length") return Framing::kLength;
  cli::ExitUsage("--framing: unknown framing \"" + text + "\": there are none, line and length");
}

Duration DurationFromFlag(std::string_view name, const absl::Flag<absl::Duration>& flag,
                          absl::Duration low) {
  const absl::Duration duration = absl::GetFlag(flag);
  cli::RequireRange(name, duration, low, absl::Hours(24 * 365));
  return cli::ToDuration(duration);
}

void SizesFromFlags(LoadOptions& options) {
  const bool datagrams = options.transport == Transport::kDatagram;
  const int64_t size = absl::GetFlag(FLAGS_size);
  const int64_t depth = absl::GetFlag(FLAGS_depth);
  cli::RequireRange("connections", absl::GetFlag(FLAGS_connections), 1, kConnectionsMax);
  cli::RequireRange("size", size, datagrams ? DatagramClient::kNumberBytes : 1,
                    datagrams ? kDatagramPayloadMax : kMessageBytesMax);
  cli::RequireRange("depth", depth, 1, kDepthMax);
  cli::RequireRange("connecting", absl::GetFlag(FLAGS_connecting), 1, kConnectionsMax);
  if (size * depth > kPipelineBytesMax) {
    cli::ExitUsage("--size times --depth must not be above " + std::to_string(kPipelineBytesMax));
  }
  options.connections = static_cast<uint32_t>(absl::GetFlag(FLAGS_connections));
  options.message_bytes = static_cast<size_t>(size);
  options.depth = static_cast<uint32_t>(depth);
  options.connecting_max = static_cast<uint32_t>(absl::GetFlag(FLAGS_connecting));
}

// Ends the program where a flag would have no effect.
void RefuseFlagsWithoutEffect(const LoadOptions& options) {
  const bool http = options.transport == Transport::kHttp;
  if (options.transport == Transport::kDatagram) {
    cli::RefuseFlag("framing", "with --udp: a datagram is a message");
  } else {
    cli::RefuseFlag("udp_timeout",
                    http ? "with --http: give --timeout" : "with --tcp: give --timeout");
  }
  for (const char* flag : {"method", "header", "body", "body_file", "any_status"}) {
    if (!http) cli::RefuseFlag(flag, "without --http");
  }
  for (const char* flag : {"framing", "size", "expect_upper", "seed"}) {
    if (http) cli::RefuseFlag(flag, "with --http: give --body");
  }
  if (options.requests > 0) cli::RefuseFlag("warmup", "with --requests: every one is measured");
  if (options.transport == Transport::kDatagram || options.idle) {
    cli::RefuseFlag("requests", "with --udp or --idle");
  }
  if (!options.idle) return;
  for (const char* flag : {"depth", "warmup"}) {
    cli::RefuseFlag(flag, "with --idle, which sends one request on each connection");
  }
}

std::string BodyFromFlags() {
  const std::string path = absl::GetFlag(FLAGS_body_file);
  if (path.empty()) return absl::GetFlag(FLAGS_body);
  if (cli::FlagGiven("body")) cli::ExitUsage("give either --body or --body-file");
  std::ifstream file(path, std::ios::binary);
  std::string body(std::istreambuf_iterator<char>(file), {});
  if (!file.is_open() || file.bad()) cli::ExitUsage("--body-file: cannot read \"" + path + "\"");
  return body;
}

// What is sent, and the address it goes to, which is returned.
std::string HttpFromFlags(LoadOptions& options) {
  absl::StatusOr<HttpTarget> target =
      ReadHttpRequest({absl::GetFlag(FLAGS_http), absl::GetFlag(FLAGS_method),
                       absl::GetFlag(FLAGS_header), BodyFromFlags()});
  if (!target.ok()) cli::ExitUsage(std::string(target.status().message()));
  const Http1FetchRequest& request = target->request;
  options.http_request = http1::WriteHead(request) + request.body;
  options.http_method = http1::MethodOf(request.method);
  options.any_status = absl::GetFlag(FLAGS_any_status);
  options.message_bytes = request.body.size();
  if (options.http_request.size() * options.depth > kPipelineBytesMax) {
    cli::ExitUsage("the size of a request times --depth must not be above " +
                   std::to_string(kPipelineBytesMax));
  }
  return target->host_and_port;
}

// Ends the program where the flags have no meaning; the target is still to be looked up.
LoadOptions OptionsFromFlags() {
  const std::string tcp = absl::GetFlag(FLAGS_tcp);
  const std::string udp = absl::GetFlag(FLAGS_udp);
  const std::string http = absl::GetFlag(FLAGS_http);
  if ((tcp.empty() ? 0 : 1) + (udp.empty() ? 0 : 1) + (http.empty() ? 0 : 1) != 1) {
    cli::ExitUsage("give one of --tcp, --udp and --http (see --help)");
  }
  LoadOptions options;
  if (!udp.empty()) options.transport = Transport::kDatagram;
  if (!http.empty()) options.transport = Transport::kHttp;
  options.target_text = tcp + udp + http;
  options.framing = FramingFromFlag();
  SizesFromFlags(options);
  options.duration = DurationFromFlag("duration", FLAGS_duration, absl::Milliseconds(1));
  options.warmup = DurationFromFlag("warmup", FLAGS_warmup, absl::ZeroDuration());
  options.timeout = DurationFromFlag("timeout", FLAGS_timeout, absl::Milliseconds(1));
  options.datagram_timeout =
      DurationFromFlag("udp_timeout", FLAGS_udp_timeout, absl::Milliseconds(1));
  options.idle = absl::GetFlag(FLAGS_idle);
  options.expect_upper = absl::GetFlag(FLAGS_expect_upper);
  options.seed = absl::GetFlag(FLAGS_seed);
  cli::RequireRange("requests", absl::GetFlag(FLAGS_requests), 0, int64_t{1} << 50);
  options.requests = static_cast<uint64_t>(absl::GetFlag(FLAGS_requests));
  if (options.requests > 0 && !cli::FlagGiven("duration")) {
    options.duration = std::chrono::hours(24 * 365);
  }
  RefuseFlagsWithoutEffect(options);
  return options;
}

int ExitCode(const LoadOptions& options, const Results& results) {
  if (results.interrupted) {
    return cli::FailInterrupted("the results are of the time until then");
  }
  if (results.datagrams > 0 && results.lost == results.datagrams) {
    return cli::Fail(absl::UnavailableError(
        "nothing was answered: all " + report::FormatExact(results.datagrams) +
        " datagrams were lost; is an echo server there, and no firewall before it?"));
  }
  if (results.errors() > 0) return cli::Fail(absl::UnavailableError(results.DescribeErrors()));
  if (results.refusals() > 0 && !options.any_status) {
    return cli::Fail(absl::UnavailableError(report::FormatExact(results.refusals()) +
                                            " answers were 4xx or 5xx (--any-status takes them)"));
  }
  if (results.requests > 0) return 0;
  return cli::Fail(absl::UnavailableError(
      "nothing was answered in the " + report::FormatDuration(results.elapsed) +
      " of measuring: answers take longer, or were lost; give a longer --duration or a smaller "
      "--depth"));
}

int Load() {
  LoadOptions options = OptionsFromFlags();
  const GroupOptions group = cli::GroupOptionsFromFlags();
  const bool datagrams = options.transport == Transport::kDatagram;
  const bool http = options.transport == Transport::kHttp;
  const absl::StatusOr<Endpoint> target =
      http ? cli::EndpointFromFlag("http", HttpFromFlags(options))
           : cli::EndpointFromFlag(datagrams ? "udp" : "tcp", options.target_text);
  if (!target.ok()) return cli::Fail(target.status());
  if (datagrams && target->is_unix()) cli::ExitUsage("--udp needs an IP address");
  if (target->is_ip() && target->port() == 0) cli::ExitUsage("port 0 is nowhere to connect to");
  options.target = *target;
  if (absl::Status status = cli::EnsureDescriptors(options.connections); !status.ok()) {
    return cli::Fail(status);
  }

  report::Progress progress;
  const absl::StatusOr<Results> results = Run(options, group, progress).Execute();
  if (!results.ok()) return cli::Fail(results.status());
  const std::string text = absl::GetFlag(FLAGS_json)
                               ? ResultsAsJson(options, group.threads, *results)
                               : DescribeResults(options, group.threads, *results);
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
  return ExitCode(options, *results);
}

}  // namespace
}  // namespace sluice::load

int main(int argc, char** argv) {
  sluice::cli::Start(argc, argv, sluice::load::kCommand);
  return sluice::load::Load();
}
