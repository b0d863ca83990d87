// sluice-httpd: a static site over HTTP/1.1, with uploads, metrics and a live page.
#include <csignal>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/time/time.h"
#include "apps/httpd/log_file.h"
#include "apps/httpd/site.h"
#include "reactor/timer.h"
#include "tools/cli/command.h"
#include "tools/cli/endpoints.h"
#include "tools/cli/group_flags.h"
#include "tools/cli/server.h"

ABSL_FLAG(std::string, root, "", "directory to serve; nothing outside it is ever answered with");
ABSL_FLAG(std::vector<std::string>, listen, {"127.0.0.1:8080"},
          "address: HOST:PORT, [IPV6]:PORT, :PORT, unix:/PATH or unix:@NAME; repeat it or give a "
          "comma-separated list. Port 0 picks a free one");
ABSL_FLAG(bool, list, false, "list directories that have no index.html; otherwise they are 404");
ABSL_FLAG(bool, hidden, false, "serve names that begin with a dot, too");
ABSL_FLAG(bool, follow_links, true, "follow symbolic links, as long as they stay beneath --root");
ABSL_FLAG(std::string, cache_control, "", "value of a Cache-Control field for files");
ABSL_FLAG(bool, writable, false,
          "PUT writes files, POST to a directory adds one, DELETE deletes: for everybody who can "
          "connect, or for those of --credentials");
ABSL_FLAG(std::string, credentials, "",
          "with --writable: file of name:password lines; others are answered 401. Basic "
          "authentication, so passwords pass in the clear");
ABSL_FLAG(int64_t, max_upload_bytes, int64_t{1} << 30, "of a request's body: above it 413");
ABSL_FLAG(
    bool, echo, false,
    "routes to try clients against: POST /echo, GET /status/CODE, GET /delay/MILLISECONDS, and "
    "a WebSocket, /ws, that sends back what it gets");
ABSL_FLAG(bool, trace, false, "answer TRACE with the request's head, but for its credentials");
ABSL_FLAG(std::string, access_log, "",
          "file to append a line for every answer to, or - for standard output; SIGHUP opens it "
          "anew");
ABSL_FLAG(std::string, access_log_format, "common", "common or json");
ABSL_FLAG(absl::Duration, head_timeout, absl::Seconds(10),
          "for a request's head, from its first byte; then the connection closes. 0: no limit");
ABSL_FLAG(absl::Duration, body_timeout, absl::Seconds(30),
          "for a request's body; each KiB that came adds a second. 0: no limit");
ABSL_FLAG(absl::Duration, idle_timeout, absl::Seconds(60),
          "how long a connection is kept without a request. 0: no limit");
ABSL_FLAG(int, backlog, 511,
          "accept queue of each listener: connections the kernel completes before they are "
          "accepted; it holds one more, and never more than net.core.somaxconn allows");
ABSL_FLAG(int64_t, max_connections, 1'000'000,
          "of each listener; the others wait in the accept queue");
ABSL_FLAG(absl::Duration, drain, absl::Seconds(5),
          "after the first SIGTERM or SIGINT: how long answers under way may take");

namespace sluice::httpd {
namespace {

constexpr cli::Command kCommand = {
    .name = "sluice-httpd",
    .purpose =
        "serves the files beneath a directory over HTTP/1.1, strictly: ranges, conditional "
        "requests, precompressed .br and .gz neighbours, uploads where asked for.",
    .usage = "sluice-httpd --root=DIRECTORY [--listen=ADDRESS]... [FLAGS]",
    .notes =
        "Beside the files, and before any file of the same name: /live shows the loops' counters "
        "in a browser, /metrics has them for Prometheus, /healthz says ok, or 503 while the server "
        "stops. SIGTERM and Ctrl-C drain: requests that are here are answered. Exit code: 0 then, "
        "1 on failure, 2 for bad usage.\n",
    .examples =
        "  sluice-httpd --root=public            # http://127.0.0.1:8080\n"
        "  sluice-httpd --root=. --list --listen=:8000 --threads=0\n"
        "  sluice-httpd --root=drop --writable --credentials=writers.txt\n"
        "  curl -u NAME:PASSWORD -T photo.jpg http://127.0.0.1:8080/photo.jpg\n"
        "  sluice-httpd --root=. --echo          # curl -d hello 127.0.0.1:8080/echo\n"};

// Ends the program where a flag has no meaning.
Duration TimeoutFlag(const char* name, absl::Duration value) {
  cli::RequireRange(name, value, absl::ZeroDuration(), absl::Hours(24));
  return cli::ToDuration(value);
}

Http1AccessLog::Format LogFormatFromFlag() {
  const std::string format = absl::GetFlag(FLAGS_access_log_format);
  if (format == "common") return Http1AccessLog::Format::kCommon;
  if (format == "json") return Http1AccessLog::Format::kJson;
  cli::ExitUsage("--access-log-format: \"" + format + "\" is neither common nor json");
}

Http1ServerOptions ServerOptionsFromFlags(LogFile* log) {
  Http1ServerOptions options;
  options.head_timeout = TimeoutFlag("head_timeout", absl::GetFlag(FLAGS_head_timeout));
  options.body_timeout = TimeoutFlag("body_timeout", absl::GetFlag(FLAGS_body_timeout));
  options.idle_timeout = TimeoutFlag("idle_timeout", absl::GetFlag(FLAGS_idle_timeout));
  options.trace_allowed = absl::GetFlag(FLAGS_trace);
  const int64_t body_bytes_max = absl::GetFlag(FLAGS_max_upload_bytes);
  cli::RequireRange("max_upload_bytes", body_bytes_max, 0, int64_t{1} << 50);
  options.limits.body_bytes_max = static_cast<uint64_t>(body_bytes_max);
  if (log == nullptr) return options;
  options.access_log.format = LogFormatFromFlag();
  options.access_log.write = [log](std::string_view line) { log->Write(line); };
  return options;
}

absl::StatusOr<SiteOptions> SiteOptionsFromFlags(LogFile* log) {
  SiteOptions options;
  options.root = absl::GetFlag(FLAGS_root);
  if (options.root.empty()) cli::ExitUsage("--root is missing: which directory is to be served?");
  options.files.list_directories = absl::GetFlag(FLAGS_list);
  if (absl::GetFlag(FLAGS_hidden)) options.files.hidden = Http1HiddenFiles::kAllowed;
  if (!absl::GetFlag(FLAGS_follow_links)) options.files.links = SymbolicLinks::kRefused;
  options.files.cache.cache_control = absl::GetFlag(FLAGS_cache_control);
  options.server = ServerOptionsFromFlags(log);
  options.writable = absl::GetFlag(FLAGS_writable);
  options.uploads.bytes_max = options.server.limits.body_bytes_max;
  options.try_routes = absl::GetFlag(FLAGS_echo);
  if (!options.writable) cli::RefuseFlag("credentials", "without --writable");
  if (absl::GetFlag(FLAGS_credentials).empty()) return options;
  absl::StatusOr<Credentials> credentials = Credentials::FromFile(absl::GetFlag(FLAGS_credentials));
  if (!credentials.ok()) return credentials.status();
  options.uploads.credentials = *std::move(credentials);
  return options;
}

ListenerOptions ListenerOptionsFromFlags() {
  cli::RequireRange("backlog", absl::GetFlag(FLAGS_backlog), -1, INT32_MAX);
  cli::RequireRange("max_connections", absl::GetFlag(FLAGS_max_connections), 1, UINT32_MAX);
  ListenerOptions options;
  options.backlog = absl::GetFlag(FLAGS_backlog);
  options.connections_max = static_cast<size_t>(absl::GetFlag(FLAGS_max_connections));
  return options;
}

// Lines leave once a second, from the first loop; SIGHUP opens the file anew.
class LogKeeper {
 public:
  LogKeeper(Loop& loop, LogFile& log) : log_(log), timer_(loop, [this] { Tick(); }) {
    loop.OnSignal(SIGHUP, [this] { Report(log_.Reopen()); });
    Tick();
  }

 private:
  static void Report(const absl::Status& status) {
    if (!status.ok()) cli::Warn(std::string(status.message()));
  }
  void Tick() {
    Report(log_.Flush());
    timer_.ArmAfter(std::chrono::seconds(1));
  }

  LogFile& log_;
  Timer timer_;
};

absl::StatusOr<std::unique_ptr<LogFile>> LogFromFlags() {
  const std::string path = absl::GetFlag(FLAGS_access_log);
  if (!path.empty()) return LogFile::Open(path);
  cli::RefuseFlag("access_log_format", "without --access-log");
  return nullptr;
}

int Run() {
  const GroupOptions group = cli::GroupOptionsFromFlags();
  const ListenerOptions listener_options = ListenerOptionsFromFlags();
  cli::RequireRange("drain", absl::GetFlag(FLAGS_drain), absl::ZeroDuration(), absl::Hours(24));
  const absl::StatusOr<std::unique_ptr<LogFile>> log = LogFromFlags();
  if (!log.ok()) return cli::Fail(log.status());
  absl::StatusOr<SiteOptions> options = SiteOptionsFromFlags(log->get());
  if (!options.ok()) return cli::Fail(options.status());
  const absl::StatusOr<std::vector<Endpoint>> endpoints =
      cli::EndpointsFromFlag("listen", absl::GetFlag(FLAGS_listen));
  if (!endpoints.ok()) return cli::Fail(endpoints.status());
  const absl::StatusOr<std::unique_ptr<Site>> site = Site::Open(*std::move(options), group.threads);
  if (!site.ok()) return cli::Fail(site.status());

  std::unique_ptr<LogKeeper> log_keeper;
  cli::Server server(group);
  server.set_drain(cli::ToDuration(absl::GetFlag(FLAGS_drain)));
  for (const Endpoint& endpoint : *endpoints) {
    server.AddStream({endpoint, listener_options,
                      [&](Loop& loop, int index) { return (*site)->Factory(loop, index); }});
  }
  server.OnLoop([&](Loop& loop, int index) {
    (*site)->Watch(loop, index);
    if (index == 0 && *log != nullptr) log_keeper = std::make_unique<LogKeeper>(loop, **log);
    return absl::OkStatus();
  });
  return server.Run();
}

}  // namespace
}  // namespace sluice::httpd

int main(int argc, char** argv) {
  sluice::cli::Start(argc, argv, sluice::httpd::kCommand);
  return sluice::httpd::Run();
}
