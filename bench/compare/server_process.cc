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
[[noreturn]] void Exec(const std::vector<std::string>& command, const std::vector<int>& cores,
                       int output, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  signal(SIGINT, SIG_IGN);  // Ctrl-C is the driver's to handle
  PinToCores(cores);
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

// The value of a line "NAME   123 kB".
absl::StatusOr<uint64_t> BytesIn(const std::string& path, const char* wanted) {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string name;
    uint64_t kibibytes = 0;
    if (words >> name >> kibibytes && name == wanted) return kibibytes * 1024;
  }
  return absl::UnavailableError("no memory figures of it: it is gone, or /proc is");
}

}  // namespace

void PinToCores(const std::vector<int>& cores) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int core : cores) CPU_SET(static_cast<size_t>(core), &set);
  sched_setaffinity(0, sizeof(set), &set);
}

absl::StatusOr<std::unique_ptr<ServerProcess>> ServerProcess::Start(
    const std::vector<std::string>& command, const std::vector<int>& cores) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "pipe2");
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) Exec(command, cores, ends[1], parent);
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

std::string ServerProcess::ProcFile(const char* name) const {
  return "/proc/" + std::to_string(pid_) + "/" + name;
}

absl::StatusOr<uint64_t> ServerProcess::ResidentBytes() const {
  return BytesIn(ProcFile("smaps_rollup"), "Rss:");
}

absl::Status ServerProcess::StartPeak() const {
  std::ofstream file(ProcFile("clear_refs"));
  file << "5";  // proc(5)
  file.close();
  return file ? absl::OkStatus() : absl::UnavailableError("its peak of memory cannot be set back");
}

absl::StatusOr<uint64_t> ServerProcess::PeakResidentBytes() const {
  return BytesIn(ProcFile("status"), "VmHWM:");
}

}  // namespace sluice::compare
