// sluice-files serve.
#include <cstdio>
#include <memory>

#include "absl/flags/flag.h"
#include "absl/time/time.h"
#include "apps/files/channel.h"
#include "apps/files/commands.h"
#include "apps/files/names.h"
#include "apps/files/plain.h"
#include "apps/files/server.h"
#include "tools/cli/command.h"
#include "tools/cli/endpoints.h"
#include "tools/cli/group_flags.h"
#include "tools/cli/server.h"

ABSL_FLAG(std::string, root, "",
          "serve: the directory; no name, no link and no rename leads out of it");
ABSL_FLAG(std::vector<std::string>, listen, {"127.0.0.1:9470"},
          "serve: address: HOST:PORT, [IPV6]:PORT, :PORT, unix:/PATH or unix:@NAME; repeat it or "
          "give a comma-separated list. Port 0 picks a free one");
ABSL_FLAG(bool, writable, false, "serve: take files, too, from everybody who can connect");
ABSL_FLAG(bool, hidden, false, "serve: give and take names with a dot in front, too");
ABSL_FLAG(bool, follow_links, true,
          "serve: follow symbolic links, as long as they stay beneath --root");
ABSL_FLAG(std::string, name, "",
          "serve --protocol=marker: the file beneath --root that every client gets");
ABSL_FLAG(int64_t, max_upload_bytes, int64_t{64} << 30, "serve: of a file that is put");
ABSL_FLAG(int64_t, max_name_bytes, 1024, "serve: of a name, directories included; 4096 at most");
ABSL_FLAG(int64_t, max_list_entries, 10'000,
          "serve: of one directory; the list says where there is more");
ABSL_FLAG(int64_t, max_connections, 10'000,
          "serve: of each listener; the others wait in the accept queue");
ABSL_FLAG(absl::Duration, stall_timeout, absl::Seconds(60),
          "serve: a client that takes nothing of what is sent is closed after this; 0: never");
ABSL_FLAG(int, backlog, 511,
          "serve: accept queue of each listener: connections the kernel completes before they are "
          "accepted; it holds one more, and never more than net.core.somaxconn allows");
ABSL_FLAG(absl::Duration, drain, absl::Seconds(5),
          "serve: after the first SIGTERM or SIGINT: how long transfers under way may take");
ABSL_FLAG(bool, log, false, "serve: a line on standard error for every transfer");

namespace sluice::files {
namespace {

ListenerOptions ListenerOptionsFromFlags(Protocol protocol) {
  cli::RequireRange("backlog", absl::GetFlag(FLAGS_backlog), -1, INT32_MAX);
  cli::RequireRange("max_connections", absl::GetFlag(FLAGS_max_connections), 1, UINT32_MAX);
  cli::RequireRange("stall_timeout", absl::GetFlag(FLAGS_stall_timeout), absl::ZeroDuration(),
                    absl::Hours(24));
  const Duration idle = IdleTimeoutFromFlag();
  const Duration stall = cli::ToDuration(absl::GetFlag(FLAGS_stall_timeout));
  ListenerOptions options;
  options.backlog = absl::GetFlag(FLAGS_backlog);
  options.connections_max = static_cast<size_t>(absl::GetFlag(FLAGS_max_connections));
  if (protocol == Protocol::kFramed) {
    options.limits = ChannelLimits(idle, stall);
  } else {
    options.limits.idle_timeout = idle;
    options.limits.stall_timeout = stall;
  }
  return options;
}

void LogLine(std::string_view line) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
}

size_t NameBytesMaxFromFlag() {
  cli::RequireRange("max_name_bytes", absl::GetFlag(FLAGS_max_name_bytes), 1, kNameBytesCeiling);
  return static_cast<size_t>(absl::GetFlag(FLAGS_max_name_bytes));
}

ServerOptions ServerOptionsFromFlags() {
  cli::RequireRange("max_upload_bytes", absl::GetFlag(FLAGS_max_upload_bytes), 0, INT64_MAX);
  cli::RequireRange("max_list_entries", absl::GetFlag(FLAGS_max_list_entries), 1, 100'000);
  if (!absl::GetFlag(FLAGS_writable)) cli::RefuseFlag("max_upload_bytes", "without --writable");
  ServerOptions options;
  options.writable = absl::GetFlag(FLAGS_writable);
  options.hidden = absl::GetFlag(FLAGS_hidden);
  options.name_bytes_max = NameBytesMaxFromFlag();
  options.list_entries_max = static_cast<size_t>(absl::GetFlag(FLAGS_max_list_entries));
  options.receiving = {static_cast<uint64_t>(absl::GetFlag(FLAGS_max_upload_bytes)), Umask(),
                       SyncFromFlag()};
  if (absl::GetFlag(FLAGS_log)) options.log = LogLine;
  return options;
}

PlainServerOptions PlainOptionsFromFlags(Protocol protocol) {
  for (const char* flag : {"writable", "max_upload_bytes", "max_list_entries", "sync"}) {
    cli::RefuseFlag(flag, "with --protocol=bare or marker, which only give files");
  }
  PlainServerOptions options;
  options.pause = PauseFromFlag();
  options.name_bytes_max = NameBytesMaxFromFlag();
  options.hidden = absl::GetFlag(FLAGS_hidden);
  options.marker_name = absl::GetFlag(FLAGS_name);
  options.decode_name = NameDecoderFromFlag();
  options.encode_name = NameEncoderFromFlag();
  if (absl::GetFlag(FLAGS_log)) options.log = LogLine;
  if (protocol == Protocol::kBare) {
    cli::RefuseFlag("name", "with --protocol=bare, whose clients name the file");
  } else if (options.marker_name.empty()) {
    cli::ExitUsage("--name is missing: which file do clients of --protocol=marker get?");
  }
  return options;
}

absl::StatusOr<FileRoot> RootFromFlags() {
  const std::string path = absl::GetFlag(FLAGS_root);
  if (path.empty()) cli::ExitUsage("--root is missing: which directory is to be served?");
  return FileRoot::Open(path, absl::GetFlag(FLAGS_follow_links) ? SymbolicLinks::kFollowedBeneath
                                                                : SymbolicLinks::kRefused);
}

// A server that could give nothing had better not start.
absl::Status CheckMarkerFile(const FileRoot& root, const PlainServerOptions& options) {
  FileStatus status;
  TransferError error = CheckName(options.marker_name, options.name_bytes_max, options.hidden);
  if (error == TransferError::kNone) {
    error = TransferErrorOf(root.Status(options.marker_name, &status));
  }
  if (error == TransferError::kNone && status.is_directory) error = TransferError::kDirectory;
  if (error == TransferError::kNone) return absl::OkStatus();
  return absl::NotFoundError("--name: \"" + options.marker_name +
                             "\" beneath --root: " + std::string(TransferErrorText(error)));
}

}  // namespace

int RunServe(const std::vector<std::string>& arguments) {
  if (!arguments.empty()) {
    cli::ExitUsage("unexpected argument \"" + arguments.front() +
                   "\": serve takes --root=DIRECTORY");
  }
  for (const char* flag : {"o", "as", "hash", "parallel", "retries", "retry_delay", "json"}) {
    cli::RefuseFlag(flag, "with serve");
  }
  const GroupOptions group = cli::GroupOptionsFromFlags();
  const Protocol protocol = ProtocolFromFlag();
  const ListenerOptions listener_options = ListenerOptionsFromFlags(protocol);
  cli::RequireRange("drain", absl::GetFlag(FLAGS_drain), absl::ZeroDuration(), absl::Hours(24));
  if (protocol != Protocol::kMarker) {
    cli::RefuseFlag("name", "without --protocol=marker");
  }
  const bool framed = protocol == Protocol::kFramed;
  const ServerOptions options = framed ? ServerOptionsFromFlags() : ServerOptions();
  const PlainServerOptions plain = framed ? PlainServerOptions() : PlainOptionsFromFlags(protocol);
  const absl::StatusOr<FileRoot> root = RootFromFlags();
  if (!root.ok()) return cli::Fail(root.status());
  if (protocol == Protocol::kMarker) {
    if (absl::Status status = CheckMarkerFile(*root, plain); !status.ok()) return cli::Fail(status);
  }
  const absl::StatusOr<std::vector<Endpoint>> endpoints =
      cli::EndpointsFromFlag("listen", absl::GetFlag(FLAGS_listen));
  if (!endpoints.ok()) return cli::Fail(endpoints.status());
  const absl::StatusOr<std::unique_ptr<DiskThread>> disk = DiskThread::Start();
  if (!disk.ok()) return cli::Fail(disk.status());

  cli::Server server(group);
  server.set_drain(cli::ToDuration(absl::GetFlag(FLAGS_drain)));
  for (const Endpoint& endpoint : *endpoints) {
    server.AddStream({endpoint, listener_options, [&](Loop& loop, int) {
                        if (protocol == Protocol::kBare) return BareServerFactory(*root, plain);
                        if (protocol == Protocol::kMarker) return MarkerServerFactory(*root, plain);
                        return ServerFactory(loop, *root, options, disk->get());
                      }});
  }
  return server.Run();
}

}  // namespace sluice::files
