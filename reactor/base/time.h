// Points in time and durations of the one clock, Backend::Now: monotonic, nanoseconds. The type has
// no now(): only a backend can tell the time, so that a simulated one can own it.
#ifndef SLUICE_REACTOR_BASE_TIME_H_
#define SLUICE_REACTOR_BASE_TIME_H_

#include <chrono>

namespace sluice {

using Duration = std::chrono::nanoseconds;

struct MonotonicClock {
  using duration = Duration;
  using rep = Duration::rep;
  using period = Duration::period;
  using time_point = std::chrono::time_point<MonotonicClock>;
  static constexpr bool is_steady = true;
};

using TimePoint = MonotonicClock::time_point;

inline constexpr TimePoint kNever = TimePoint::max();

// `time` + `delay`, or kNever where that lies beyond it: "for ever" is Duration::max().
constexpr TimePoint After(TimePoint time, Duration delay) {
  return delay >= kNever - time ? kNever : time + delay;
}

}  // namespace sluice

#endif  // SLUICE_REACTOR_BASE_TIME_H_
