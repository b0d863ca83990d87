#include "bench/compare/cpu_clock.h"

#include "absl/status/status.h"

namespace sluice::compare {

absl::StatusOr<CpuClock> CpuClock::Of(pid_t process) {
  clockid_t clock{};
  if (clock_getcpuclockid(process, &clock) != 0) {
    return absl::UnavailableError("the server's CPU clock cannot be read");
  }
  return CpuClock(clock);
}

Duration CpuClock::Now() const {
  timespec time{};
  clock_gettime(clock_, &time);
  return std::chrono::seconds(time.tv_sec) + Duration(time.tv_nsec);
}

Duration CpuClock::Settled() const {
  constexpr int kTries = 100;
  constexpr timespec kPause{.tv_sec = 0, .tv_nsec = 200'000};
  Duration last = Now();
  for (int i = 0; i < kTries; ++i) {
    nanosleep(&kPause, nullptr);
    const Duration now = Now();
    if (now == last) break;
    last = now;
  }
  return last;
}

}  // namespace sluice::compare
