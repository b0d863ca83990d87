#include "tools/netlab/namespace_child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "tools/netlab/errno_status.h"

namespace sluice::netlab {
namespace {

// The report is the status code, then its message, or the answer if the code is kOk; its end is the
// end of the pipe.
void WriteReport(int fd, const absl::StatusOr<std::string>& answer) {
  const auto code = static_cast<int32_t>(answer.status().code());
  std::string report(reinterpret_cast<const char*>(&code), sizeof(code));
  report += answer.ok() ? *answer : std::string(answer.status().message());
  size_t sent = 0;
  while (sent < report.size()) {
    const ssize_t bytes = write(fd, report.data() + sent, report.size() - sent);
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return;  // the parent is gone
    sent += static_cast<size_t>(bytes);
  }
}

absl::StatusOr<std::string> EnterAndCall(pid_t parent, NamespaceChild::Body body) {
  auto ns = PrivateNamespace::Enter();
  if (!ns.ok()) return ns.status();
  // Entering changed the credentials, which clears an earlier request (prctl(2)).
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) return absl::AbortedError("the parent has died");
  return body(*ns);
}

std::string ReadToEnd(int fd) {
  std::string report;
  char chunk[4096];
  while (true) {
    const ssize_t bytes = read(fd, chunk, sizeof(chunk));
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes <= 0) return report;
    report.append(chunk, static_cast<size_t>(bytes));
  }
}

absl::StatusOr<std::string> Answer(const std::string& report, int wait_status) {
  if (WIFSIGNALED(wait_status)) {
    return absl::InternalError("the child in the private namespace was killed by signal " +
                               std::to_string(WTERMSIG(wait_status)) + " (" +
                               strsignal(WTERMSIG(wait_status)) + ")");
  }
  int32_t code;
  if (WEXITSTATUS(wait_status) != 0 || report.size() < sizeof(code)) {
    return absl::InternalError("the child in the private namespace exited with status " +
                               std::to_string(WEXITSTATUS(wait_status)) + " without a report");
  }
  memcpy(&code, report.data(), sizeof(code));
  std::string text = report.substr(sizeof(code));
  if (code == 0) return text;
  return absl::Status(static_cast<absl::StatusCode>(code), text);
}

}  // namespace

absl::StatusOr<NamespaceChild> NamespaceChild::Start(Body body) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return ErrnoStatus(errno, "cannot make a pipe");
  UniqueFd reader(ends[0]), writer(ends[1]);
  fflush(nullptr);  // else the child would print the buffered output once more
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) return ErrnoStatus(errno, "cannot fork");
  if (child == 0) {
    reader.Reset();
    WriteReport(writer.get(), EnterAndCall(parent, body));
    fflush(nullptr);
    _exit(0);  // without the destructors and atexit handlers of the parent
  }
  return NamespaceChild(child, std::move(reader));
}

NamespaceChild::~NamespaceChild() {
  if (process_ < 0) return;
  kill(process_, SIGKILL);
  Wait().IgnoreError();
}

absl::StatusOr<std::string> NamespaceChild::Wait() {
  const std::string report = ReadToEnd(report_.get());
  const pid_t process = std::exchange(process_, -1);
  int wait_status = 0;
  while (waitpid(process, &wait_status, 0) < 0) {
    if (errno != EINTR) return ErrnoStatus(errno, "cannot wait for the child");
  }
  return Answer(report, wait_status);
}

absl::StatusOr<std::string> RunInPrivateNamespace(NamespaceChild::Body body) {
  absl::StatusOr<NamespaceChild> child = NamespaceChild::Start(body);
  return child.ok() ? child->Wait() : child.status();
}

absl::Status ProbePrivateNamespace() {
  return RunInPrivateNamespace(
             [](const PrivateNamespace&) -> absl::StatusOr<std::string> { return std::string(); })
      .status();
}

}  // namespace sluice::netlab
