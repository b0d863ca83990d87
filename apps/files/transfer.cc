// sluice-files get and put.
#include <sys/stat.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "absl/flags/flag.h"
#include "absl/time/time.h"
#include "apps/files/client.h"
#include "apps/files/commands.h"
#include "apps/files/names.h"
#include "apps/files/progress_bar.h"
#include "tools/cli/command.h"
#include "tools/cli/descriptors.h"
#include "tools/cli/interrupt.h"
#include "tools/cli/loop_flags.h"
#include "tools/report/format.h"
#include "tools/report/progress.h"
#include "tools/text/harmless.h"

ABSL_FLAG(std::string, o, "",
          "get: the file to write, or the directory to write beneath; without it each file goes "
          "here, under the last part of its name");
ABSL_FLAG(std::string, as, "", "put: the name it gets on the server; without it the file's own");
ABSL_FLAG(std::string, hash, "xxh3",
          "get, put: what finds damage: xxh3 (128 bits, fast), or sha256, which finds forgery on "
          "the way, too, and is slower");
ABSL_FLAG(int, parallel, 4, "get, put: files under way at once, each on a connection of its own");
ABSL_FLAG(int, retries, 5,
          "get, put: how often a broken connection is made anew without progress in between");
ABSL_FLAG(absl::Duration, retry_delay, absl::Seconds(1), "get, put: before each of those");

namespace sluice::files {
namespace {

HashKind HashFromFlag() {
  const std::string text = absl::GetFlag(FLAGS_hash);
  if (text == "xxh3") return HashKind::kXxh3;
  if (text == "sha256") return HashKind::kSha256;
  cli::ExitUsage("--hash: \"" + text + "\" is neither xxh3 nor sha256");
}

ClientOptions OptionsFromFlags(const Endpoint& server) {
  cli::RequireRange("parallel", absl::GetFlag(FLAGS_parallel), 1, 10'000);
  cli::RequireRange("retries", absl::GetFlag(FLAGS_retries), 0, 1'000'000);
  cli::RequireRange("retry_delay", absl::GetFlag(FLAGS_retry_delay), absl::ZeroDuration(),
                    absl::Hours(24));
  ClientOptions options;
  options.server = server;
  options.hash = HashFromFlag();
  options.connections = absl::GetFlag(FLAGS_parallel);
  options.retries = absl::GetFlag(FLAGS_retries);
  options.retry_delay = cli::ToDuration(absl::GetFlag(FLAGS_retry_delay));
  options.idle_timeout = IdleTimeoutFromFlag();
  options.receiving = {.bytes_max = INT64_MAX, .umask = Umask(), .sync = SyncFromFlag()};
  return options;
}

bool IsDirectory(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

// Where `get NAME -o output` writes.
std::string LocalPath(const std::string& name, const std::string& output) {
  const std::string last = PlaceOfPath(name).name;
  if (output.empty()) return last;
  return IsDirectory(output) ? output + "/" + last : output;
}

// One of two files that take the same name would be gone, and nobody told.
void RequireDifferent(const std::vector<Task>& tasks, std::string Task::*target,
                      const std::string& where) {
  std::set<std::string_view> seen;
  for (const Task& task : tasks) {
    if (seen.insert(task.*target).second) continue;
    cli::ExitUsage("two files would become \"" + task.*target + "\" " + where +
                   ": transfer them one by one");
  }
}

std::vector<Task> GetTasks(const std::vector<std::string>& names, const std::string& output) {
  if (names.size() > 1 && !output.empty() && !IsDirectory(output)) {
    cli::ExitUsage("-o " + output + " is no directory, and there are several files for it");
  }
  std::vector<Task> tasks;
  for (const std::string& name : names) {
    if (PlaceOfPath(name).name.empty()) cli::ExitUsage("\"" + name + "\" names no file");
    tasks.push_back({Direction::kGet, name, LocalPath(name, output)});
  }
  RequireDifferent(tasks, &Task::local_path, "here");
  return tasks;
}

std::vector<Task> PutTasks(const std::vector<std::string>& files, const std::string& as) {
  if (files.size() > 1 && !as.empty()) {
    cli::ExitUsage("--as names one file, and there are several");
  }
  std::vector<Task> tasks;
  for (const std::string& file : files) {
    const std::string name = as.empty() ? PlaceOfPath(file).name : as;
    if (name.empty()) cli::ExitUsage("\"" + file + "\" names no file");
    tasks.push_back({Direction::kPut, name, file});
  }
  RequireDifferent(tasks, &Task::remote_name, "on the server");
  return tasks;
}

// What people see of a client at work.
class Watch {
 public:
  Watch(Loop& loop, std::vector<Task> tasks, ClientOptions options, DiskThread* disk)
      : loop_(loop),
        count_(tasks.size()),
        label_(count_ == 1 ? text::Harmless(tasks.front().remote_name) : ""),
        client_(loop, std::move(options), std::move(tasks), disk,
                [this](const Task& task, const Outcome& outcome) { Report(task, outcome); }),
        interrupt_(loop, [this] { client_.Abort(); }),
        timer_(loop, [this] { Show(); }) {}

  int Run() {
    client_.Start();
    Show();
    loop_.Run();
    progress_.Finish();
    if (JsonFromFlag()) PrintAsJson(json_);
    const size_t left = count_ - done_;
    if (left > 0 && cli::Interrupted()) {
      return cli::FailInterrupted(std::to_string(left) + " of " + std::to_string(count_) +
                                  " not transferred; the same command goes on where it was");
    }
    return failed_ || left > 0 ? cli::kExitFailure : 0;
  }

 private:
  void Show() {
    timer_.ArmAfter(std::chrono::milliseconds(100));
    if (!progress_.is_live()) return;
    const ClientProgress now = client_.progress();
    const std::string label =
        count_ == 1 ? label_
                    : std::to_string(now.files_done) + " of " + std::to_string(count_) + " files";
    if (now.waiting) return progress_.Update(label + " the connection broke; it is tried again");
    progress_.Update(
        bar_.Line(label, now.bytes_done, now.bytes_known, now.bytes_moved, loop_.now()));
  }

  void Report(const Task& task, const Outcome& outcome) {
    ++done_;
    progress_.Finish();
    const std::string name = text::Harmless(task.remote_name);
    if (!outcome.error.empty()) {
      failed_ = true;
      const char* verb = task.direction == Direction::kGet ? "get " : "put ";
      cli::Warn(verb + name + ": " + text::Harmless(outcome.error));
    }
    if (JsonFromFlag()) {
      json_.push_back({{"name", task.remote_name},
                       {"file", task.local_path},
                       {"bytes", outcome.bytes},
                       {"resumed_at", outcome.resumed_at},
                       {"seconds", std::chrono::duration<double>(outcome.took).count()},
                       {"error", outcome.error}});
    } else if (outcome.error.empty()) {
      std::printf("%s: %s\n", name.c_str(), Describe(outcome).c_str());
      std::fflush(stdout);
    }
  }

  static std::string Describe(const Outcome& outcome) {
    const double seconds = std::chrono::duration<double>(outcome.took).count();
    const double moved = static_cast<double>(outcome.bytes - outcome.resumed_at);
    std::string text = report::FormatBytes(static_cast<double>(outcome.bytes)) + " in " +
                       report::FormatDuration(outcome.took);
    if (seconds > 0) text += ", " + report::FormatBytes(moved / seconds) + "/s";
    if (outcome.resumed_at == 0) return text;
    return text + ", resumed behind " +
           report::FormatBytes(static_cast<double>(outcome.resumed_at));
  }

  Loop& loop_;
  const size_t count_;
  const std::string label_;
  size_t done_ = 0;
  bool failed_ = false;
  report::Progress progress_;
  ProgressBar bar_;
  nlohmann::ordered_json json_ = nlohmann::ordered_json::array();
  Client client_;
  cli::InterruptWatch interrupt_;
  Timer timer_;
};

int Transfer(const Endpoint& server, std::vector<Task> tasks) {
  ClientOptions options = OptionsFromFlags(server);
  cli::RaiseDescriptorLimit();
  cli::CatchInterrupts();
  const absl::StatusOr<std::unique_ptr<DiskThread>> disk = DiskThread::Start();
  if (!disk.ok()) return cli::Fail(disk.status());
  const absl::StatusOr<std::unique_ptr<Loop>> loop = Loop::Create(cli::LoopOptionsFromFlags());
  if (!loop.ok()) return cli::Fail(loop.status());
  return Watch(**loop, std::move(tasks), std::move(options), disk->get()).Run();
}

void RefuseFlagsOfServers(const std::string& subcommand) {
  for (const char* flag :
       {"root", "listen", "writable", "hidden", "follow_links", "name", "max_upload_bytes",
        "max_name_bytes", "max_list_entries", "max_connections", "stall_timeout", "backlog",
        "drain", "log", "threads"}) {
    cli::RefuseFlag(flag, "with " + subcommand);
  }
}

std::vector<std::string> FilesOf(const std::vector<std::string>& arguments) {
  return {arguments.begin() + 1, arguments.end()};
}

}  // namespace

int RunGet(const std::vector<std::string>& arguments) {
  RefuseFlagsOfServers("get");
  cli::RefuseFlag("as", "with get: -o names the file");
  const Protocol protocol = ProtocolFromFlag();
  const absl::StatusOr<Endpoint> server = ServerFromArgument(arguments);
  const std::vector<std::string> names = FilesOf(arguments);
  const std::string output = absl::GetFlag(FLAGS_o);
  if (protocol != Protocol::kMarker && names.empty()) {
    cli::ExitUsage("which file? Give HOST:PORT and a NAME (see --help)");
  }
  if (!server.ok()) return cli::Fail(server.status());
  if (protocol == Protocol::kFramed) return Transfer(*server, GetTasks(names, output));
  for (const char* flag : {"hash", "parallel", "retries", "retry_delay", "sync", "json"}) {
    cli::RefuseFlag(flag, "with --protocol=bare or marker");
  }
  return RunPlainGet(protocol, *server, names,
                     names.empty() ? output : LocalPath(names.front(), output));
}

int RunPut(const std::vector<std::string>& arguments) {
  RefuseFlagsOfServers("put");
  cli::RefuseFlag("o", "with put: --as names the file");
  if (ProtocolFromFlag() != Protocol::kFramed) {
    cli::ExitUsage("put is for --protocol=framed: the others only give files");
  }
  const absl::StatusOr<Endpoint> server = ServerFromArgument(arguments);
  if (arguments.size() < 2) cli::ExitUsage("which file? Give HOST:PORT and a FILE (see --help)");
  if (!server.ok()) return cli::Fail(server.status());
  return Transfer(*server, PutTasks(FilesOf(arguments), absl::GetFlag(FLAGS_as)));
}

int RunList(const std::vector<std::string>& arguments) {
  RefuseFlagsOfServers("list");
  for (const char* flag : {"o", "as", "hash", "parallel", "retries", "retry_delay", "sync"}) {
    cli::RefuseFlag(flag, "with list");
  }
  if (ProtocolFromFlag() != Protocol::kFramed) {
    cli::ExitUsage("list is for --protocol=framed: the others only give files");
  }
  const absl::StatusOr<Endpoint> server = ServerFromArgument(arguments);
  if (arguments.size() > 2) cli::ExitUsage("list takes HOST:PORT and one DIRECTORY (see --help)");
  if (!server.ok()) return cli::Fail(server.status());
  return PrintList(*server, arguments.size() == 2 ? arguments[1] : "");
}

}  // namespace sluice::files
