// The order of a simulated world: events by (time, sequence), one at a time, on a clock that stands
// still in between.
#ifndef SLUICE_REACTOR_SIM_SIM_EVENTS_H_
#define SLUICE_REACTOR_SIM_SIM_EVENTS_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "reactor/base/check.h"
#include "reactor/base/time.h"

namespace sluice::sim {

struct Event;

// Whoever schedules events receives them.
class EventTarget {
 public:
  virtual void OnEvent(const Event& event) = 0;

 protected:
  ~EventTarget() = default;
};

struct Event {
  TimePoint time;
  uint64_t sequence;  // events of one time happen in the order they were scheduled
  EventTarget* target;
  uint32_t kind;  // the target's business, as are these
  uint32_t number;
  uint64_t subject;
};

class EventQueue {
 public:
  // Not zero: a clock that starts there hides forgotten initialisations.
  static constexpr TimePoint kStart{std::chrono::seconds(1'000'000)};

  TimePoint now() const { return now_; }
  bool empty() const { return heap_.empty(); }
  TimePoint next_time() const { return heap_.empty() ? kNever : heap_.front().time; }
  uint64_t happened() const { return happened_; }

  void Schedule(Duration delay, EventTarget& target, uint32_t kind, uint64_t subject,
                uint32_t number = 0) {
    ScheduleAt(now_ + delay, target, kind, subject, number);
  }
  void ScheduleAt(TimePoint time, EventTarget& target, uint32_t kind, uint64_t subject,
                  uint32_t number = 0) {
    SLUICE_CHECK(time >= now_, "nothing happens in the past");
    heap_.push_back({time, ++sequence_, &target, kind, number, subject});
    std::push_heap(heap_.begin(), heap_.end(), Later);
  }

  // The next event happens; the clock shows its time.
  void HappenNext() {
    std::pop_heap(heap_.begin(), heap_.end(), Later);
    const Event event = heap_.back();
    heap_.pop_back();
    now_ = event.time;
    ++happened_;
    event.target->OnEvent(event);
  }

  // What was scheduled for a target that goes never happens.
  void Forget(const EventTarget& target) {
    std::erase_if(heap_, [&target](const Event& event) { return event.target == &target; });
    std::make_heap(heap_.begin(), heap_.end(), Later);
  }

  // The clock moves on over a time in which nothing happens.
  void SkipTo(TimePoint time) {
    SLUICE_CHECK(time <= next_time(), "an event cannot be skipped");
    now_ = std::max(now_, time);
  }

 private:
  static bool Later(const Event& a, const Event& b) {
    return a.time != b.time ? a.time > b.time : a.sequence > b.sequence;
  }

  TimePoint now_ = kStart;
  uint64_t sequence_ = 0;
  uint64_t happened_ = 0;
  std::vector<Event> heap_;
};

}  // namespace sluice::sim

#endif  // SLUICE_REACTOR_SIM_SIM_EVENTS_H_
