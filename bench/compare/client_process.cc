#include "bench/compare/client_process.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "bench/compare/cpu_clock.h"
#include "bench/compare/load_client.h"

namespace sluice::compare {
namespace {

using Json = nlohmann::json;

// Commands: "run WARMUP_NS DURATION_NS", "load DURATION_NS", "pour BYTES", "drain". Each is
// answered by a line of JSON.
constexpr size_t kCommandBytesMax = 100;

absl::StatusOr<Slice> MeasureSlice(LoadClient& client, const CpuClock& clock, Duration warmup,
                                   Duration duration) {
  absl::StatusOr<Slice> unmeasured = client.Run(warmup);
  if (!unmeasured.ok()) return unmeasured.status();
  const Duration before = clock.Settled();
  absl::StatusOr<Slice> slice = client.Run(duration);
  if (slice.ok()) slice->cpu = clock.Settled() - before;
  return slice;
}

Json ToJson(const Slice& slice) {
  Json latency = Json::array();
  slice.latency_ns.ForEachRange([&](uint64_t, uint64_t high, uint64_t count) {
    latency.push_back(Json::array({high, count}));
  });
  return {{"messages", slice.messages},
          {"lost", slice.lost},
          {"elapsed_ns", slice.elapsed.count()},
          {"cpu_ns", slice.cpu.count()},
          {"connection_messages", slice.connection_messages},
          {"latency_ns", latency}};
}

Slice SliceFromJson(const Json& json) {
  Slice slice;
  slice.messages = json.at("messages");
  slice.lost = json.at("lost");
  slice.elapsed = Duration(json.at("elapsed_ns").get<int64_t>());
  slice.cpu = Duration(json.at("cpu_ns").get<int64_t>());
  slice.connection_messages = json.at("connection_messages").get<std::vector<uint32_t>>();
  for (const Json& range : json.at("latency_ns")) {
    slice.latency_ns.RecordMany(range.at(0), range.at(1));
  }
  return slice;
}

void Reply(int channel, const absl::Status& status, Json json = Json::object()) {
  if (!status.ok()) json["error"] = std::string(status.message());
  const std::string line = json.dump() + "\n";
  for (size_t sent = 0; sent < line.size();) {
    const ssize_t taken = send(channel, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
    if (taken <= 0) _exit(1);
    sent += static_cast<size_t>(taken);
  }
}

void Reply(int channel, const absl::StatusOr<Slice>& slice) {
  Reply(channel, slice.status(), slice.ok() ? ToJson(*slice) : Json::object());
}

void Obey(int channel, LoadClient& client, const CpuClock& clock, const char* command) {
  int64_t warmup = 0;
  int64_t duration = 0;
  size_t bytes = 0;
  if (std::sscanf(command, "run %ld %ld", &warmup, &duration) == 2) {
    Reply(channel, MeasureSlice(client, clock, Duration(warmup), Duration(duration)));
  } else if (std::sscanf(command, "load %ld", &duration) == 1) {
    Reply(channel, client.Run(Duration(duration)));
  } else if (std::sscanf(command, "pour %zu", &bytes) == 1) {
    Reply(channel, client.Pour(bytes));
  } else {
    Reply(channel, client.Drain());
  }
}

[[noreturn]] void ClientMain(int channel, const Workload& workload, pid_t server, uint16_t port) {
  const absl::StatusOr<CpuClock> clock = CpuClock::Of(server);
  const auto client = clock.ok() ? LoadClient::Open(workload, port) : clock.status();
  Reply(channel, client.status());
  if (!client.ok()) _exit(1);
  char command[kCommandBytesMax + 1];
  for (;;) {
    const ssize_t size = recv(channel, command, kCommandBytesMax, 0);
    if (size <= 0) break;
    command[size] = '\0';
    Obey(channel, **client, *clock, command);
  }
  _exit(0);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ClientProcess>> ClientProcess::Start(const Workload& workload,
                                                                    const ServerProcess& server,
                                                                    int core) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return absl::ErrnoToStatus(errno, "socketpair");
  }
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    signal(SIGINT, SIG_IGN);  // Ctrl-C is the driver's to handle
    PinToCores({core});
    close(ends[0]);
    ClientMain(ends[1], workload, server.pid(), server.port());
  }
  close(ends[1]);
  if (pid < 0) {
    close(ends[0]);
    return absl::ErrnoToStatus(errno, "fork");
  }
  std::unique_ptr<ClientProcess> client(new ClientProcess(pid, ends[0]));
  absl::StatusOr<std::string> reply = client->ReadReply();
  if (!reply.ok()) return reply.status();
  return client;
}

ClientProcess::~ClientProcess() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  close(channel_);
}

absl::StatusOr<Slice> ClientProcess::Run(Duration warmup, Duration duration) {
  const absl::Status sent =
      Command("run " + std::to_string(warmup.count()) + " " + std::to_string(duration.count()));
  if (!sent.ok()) return sent;
  return Finish();
}

absl::Status ClientProcess::Begin(Duration duration) {
  return Command("load " + std::to_string(duration.count()));
}

absl::StatusOr<Slice> ClientProcess::Finish() {
  absl::StatusOr<std::string> reply = ReadReply();
  if (!reply.ok()) return reply.status();
  return SliceFromJson(Json::parse(*reply));
}

absl::Status ClientProcess::Pour(size_t bytes) {
  if (absl::Status status = Command("pour " + std::to_string(bytes)); !status.ok()) return status;
  return ReadReply().status();
}

absl::Status ClientProcess::Drain() {
  if (absl::Status status = Command("drain"); !status.ok()) return status;
  return ReadReply().status();
}

absl::Status ClientProcess::Command(const std::string& command) {
  if (send(channel_, command.data(), command.size(), MSG_NOSIGNAL) >= 0) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, "the load client is gone");
}

// A line. An error that the client tells becomes a status.
absl::StatusOr<std::string> ClientProcess::ReadReply() {
  for (;;) {
    const size_t end = received_.find('\n');
    if (end != std::string::npos) {
      std::string line = received_.substr(0, end);
      received_.erase(0, end + 1);
      const Json json = Json::parse(line);
      if (json.contains("error"))
        return absl::UnavailableError(json.at("error").get<std::string>());
      return line;
    }
    char bytes[64 << 10];
    const ssize_t size = recv(channel_, bytes, sizeof(bytes), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return absl::UnavailableError("the load client is gone");
    received_.append(bytes, static_cast<size_t>(size));
  }
}

}  // namespace sluice::compare
