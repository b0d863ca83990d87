// The CPU time a process has taken so far.
#ifndef SLUICE_BENCH_COMPARE_CPU_CLOCK_H_
#define SLUICE_BENCH_COMPARE_CPU_CLOCK_H_

#include <sys/types.h>
#include <time.h>

#include "absl/status/statusor.h"
#include "reactor/base/time.h"

namespace sluice::compare {

class CpuClock {
 public:
  static absl::StatusOr<CpuClock> Of(pid_t process);

  // The kernel counts the time of a running process at ticks only, that of a sleeping one exactly:
  // waits until it stands still.
  Duration Settled() const;

 private:
  explicit CpuClock(clockid_t clock) : clock_(clock) {}
  Duration Now() const;

  clockid_t clock_;
};

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_CPU_CLOCK_H_
