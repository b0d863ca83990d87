// The order of a simulated world: events by (time, sequence), one at a time, on a clock that stands
// still in between.
#ifndef SLUICE_REACTOR_SIM_SIM_EVENTS_H_
#define SLUICE_REACTOR_SIM_SIM_EVENTS_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
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
  TimePoint time;  // events of one time happen in the order they were scheduled
  EventTarget* target;
  uint32_t kind;  // the target's business, as are these
  uint32_t number;
  uint64_t subject;
};

// A radix heap (Ahuja, Mehlhorn, Orlin, Tarjan, 1990): what is taken never lies before what was
// taken last, so an event moves towards the front a few times, in order, instead of sifting through
// a tree that no cache holds. Events of one time always share a bucket, and buckets keep their
// order: that is what makes (time, sequence) the order of everything.
class EventQueue {
 public:
  // Not zero: a clock that starts there hides forgotten initialisations.
  static constexpr TimePoint kStart{std::chrono::seconds(1'000'000)};

  TimePoint now() const { return now_; }
  bool empty() const { return size_ == 0; }
  TimePoint next_time() const { return size_ == 0 ? kNever : buckets_[FirstBucket()].earliest; }
  uint64_t happened() const { return happened_; }

  void Schedule(Duration delay, EventTarget& target, uint32_t kind, uint64_t subject,
                uint32_t number = 0) {
    ScheduleAt(now_ + delay, target, kind, subject, number);
  }
  void ScheduleAt(TimePoint time, EventTarget& target, uint32_t kind, uint64_t subject,
                  uint32_t number = 0) {
    SLUICE_CHECK(time >= now_, "nothing happens in the past");
    Push({time, &target, kind, number, subject});
    ++size_;
  }

  // The next event happens; the clock shows its time.
  void HappenNext();

  // What was scheduled for a target that goes never happens.
  void Forget(const EventTarget& target);

  // The clock moves on over a time in which nothing happens.
  void SkipTo(TimePoint time) {
    SLUICE_CHECK(time <= next_time(), "an event cannot be skipped");
    now_ = std::max(now_, time);
  }

 private:
  // Bucket b holds the times that differ from `last_` in bit b - 1 and in none above; the first
  // those equal to it.
  struct Bucket {
    std::vector<Event> events;
    size_t taken = 0;  // of the first bucket: how many have happened
    TimePoint earliest = kNever;
  };
  static constexpr size_t kBuckets = 65;

  size_t FirstBucket() const {
    if (buckets_[0].taken < buckets_[0].events.size()) return 0;
    return static_cast<size_t>(std::countr_zero(occupied_)) + 1;
  }
  void Push(const Event& event);
  void Refill();

  TimePoint now_ = kStart;
  TimePoint last_ = kStart;  // of the event taken last
  uint64_t happened_ = 0;
  size_t size_ = 0;
  uint64_t occupied_ = 0;  // bit b: bucket b + 1 holds something
  std::array<Bucket, kBuckets> buckets_;
};

}  // namespace sluice::sim

#endif  // SLUICE_REACTOR_SIM_SIM_EVENTS_H_
