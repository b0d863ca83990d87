#include "tools/terminal/terminal_modes.h"

#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>

#include "reactor/base/check.h"
#include "tools/cli/interrupt.h"

namespace sluice::terminal {
namespace {

constexpr int kDeadly[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGABRT, SIGBUS,
                           SIGFPE, SIGILL, SIGSEGV, SIGALRM, SIGUSR1, SIGUSR2};

termios kept;
std::atomic<bool> keeping{false};

void OnDeadlySignal(int signal) {
  TerminalModes::PutBack();
  // What stands on the line stays; the shell's prompt begins a new one.
  [[maybe_unused]] const ssize_t written = write(STDOUT_FILENO, "\n", 1);
  raise(signal);  // SA_RESETHAND: now it does what it does by default
}

struct sigaction Disposition(int signal) {
  struct sigaction now {};
  sigaction(signal, nullptr, &now);
  return now;
}

void PutBackAtExit() {
  TerminalModes::PutBack();
}

}  // namespace

TerminalModes::TerminalModes() {
  SLUICE_CHECK(!keeping, "one at a time");
  if (tcgetattr(STDIN_FILENO, &kept) != 0) return;
  keeping = true;
  struct sigaction put_back {};
  put_back.sa_handler = OnDeadlySignal;
  put_back.sa_flags = SA_RESETHAND | SA_NODEFER;
  sigemptyset(&put_back.sa_mask);
  for (const int signal : kDeadly) {
    if (Disposition(signal).sa_handler == SIG_DFL) sigaction(signal, &put_back, nullptr);
  }
  cli::BeforeInterruptEnds(PutBack);
  static const int once = std::atexit(PutBackAtExit);
  (void)once;
}

TerminalModes::~TerminalModes() {
  PutBack();
  keeping = false;
  for (const int signal : kDeadly) {
    if (Disposition(signal).sa_handler == OnDeadlySignal) ::signal(signal, SIG_DFL);
  }
}

void TerminalModes::PutBack() {
  if (!keeping) return;
  const int saved_errno = errno;
  // In the background this would stop the process (termios(3), SIGTTOU).
  sigset_t output;
  sigset_t before;
  sigemptyset(&output);
  sigaddset(&output, SIGTTOU);
  sigprocmask(SIG_BLOCK, &output, &before);
  tcsetattr(STDIN_FILENO, TCSANOW, &kept);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  errno = saved_errno;
}

bool MayStop() {
  return Disposition(SIGTSTP).sa_handler != SIG_IGN;
}

void StopProcess() {
  if (!MayStop()) return;
  const struct sigaction before = Disposition(SIGTSTP);
  ::signal(SIGTSTP, SIG_DFL);
  raise(SIGTSTP);
  sigaction(SIGTSTP, &before, nullptr);
}

}  // namespace sluice::terminal
