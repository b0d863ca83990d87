#include "bench/compare/server_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "absl/status/status.h"

namespace sluice::compare {
namespace {

constexpr int kReadyTimeoutMs = 10'000;

// In the child, between fork and exec.
[[noreturn]] void Exec(const std::vector<std::string>& command, int core, int output,
                       pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  signal(SIGINT, SIG_IGN);  // Ctrl-C is the driver's to handle
  PinToCore(core);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  std::vector<char*> arguments;
  for (const std::string& argument : command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  execv(arguments.front(), arguments.data());
  dprintf(STDOUT_FILENO, "cannot be run: %s\n", std::strerror(errno));
  _exit(1);
}

// The first line, without its end; what there is of it when no more comes.
std::string ReadLine(int fd) {
  std::string line;
  pollfd readable{.fd = fd, .events = POLLIN, .revents = 0};
  char byte = 0;
  while (poll(&readable, 1, kReadyTimeoutMs) > 0 && read(fd, &byte, 1) == 1 && byte != '\n') {
    line += byte;
  }
  return line;
}

}  // namespace

void PinToCore(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(static_cast<size_t>(core), &cores);
  sched_setaffinity(0, sizeof(cores), &cores);
}

absl::StatusOr<std::unique_ptr<ServerProcess>> ServerProcess::Start(
    const std::vector<std::string>& command, int core) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "pipe2");
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) Exec(command, core, ends[1], parent);
  close(ends[1]);
  if (pid < 0) {
    close(ends[0]);
    return absl::ErrnoToStatus(errno, "fork");
  }
  std::unique_ptr<ServerProcess> server(new ServerProcess(pid));
  const std::string line = ReadLine(ends[0]);
  // The pipe's reading end goes: whoever prints more is told so by EPIPE.
  close(ends[0]);
  std::istringstream words(line);
  std::string ready;
  if (!(words >> ready >> server->port_) || ready != "ready") {
    return absl::UnavailableError(line.empty() ? "it did not say that it is ready" : line);
  }
  std::getline(words >> std::ws, server->library_);
  return server;
}

ServerProcess::~ServerProcess() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

absl::StatusOr<uint64_t> ServerProcess::ResidentBytes() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/smaps_rollup");
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string name;
    uint64_t kibibytes = 0;
    if (words >> name >> kibibytes && name == "Rss:") return kibibytes * 1024;
  }
  return absl::UnavailableError("no memory figures of it: it is gone, or /proc is");
}

}  // namespace sluice::compare
