#include "tools/cli/interrupt.h"

#include <signal.h>
#include <time.h>

#include <atomic>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "tools/cli/command.h"

namespace sluice::cli {
namespace {

constexpr int64_t kNanosecondsASecond = 1'000'000'000;

// When the first came, on the monotonic clock; 0: none yet.
std::atomic<int64_t> first{0};
std::atomic<void (*)()> before_end{nullptr};
static_assert(std::atomic<int64_t>::is_always_lock_free &&
                  std::atomic<void (*)()>::is_always_lock_free,
              "a signal handler may touch these alone");

// Calls only what signal-safety(7) lists.
void OnInterrupt(int signal) {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  const int64_t now = time.tv_sec * kNanosecondsASecond + time.tv_nsec;
  int64_t before = 0;
  if (first.compare_exchange_strong(before, now) || now - before < kNanosecondsASecond) return;
  if (void (*function)() = before_end) function();
  // Blocked until the handler returns, and then fatal.
  ::signal(signal, SIG_DFL);
  raise(signal);
}

}  // namespace

void CatchInterrupts() {
  struct sigaction action {};
  action.sa_handler = OnInterrupt;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
}

void BeforeInterruptEnds(void (*function)()) {
  before_end = function;
}

bool Interrupted() {
  return first.load(std::memory_order_relaxed) != 0;
}

int FailInterrupted(std::string_view what) {
  return Fail(absl::AbortedError("interrupted: " + std::string(what)));
}

}  // namespace sluice::cli
