#include "reactor/sim/sim_events.h"

#include <utility>

namespace sluice::sim {
namespace {

uint64_t TicksOf(TimePoint time) {
  return static_cast<uint64_t>(time.time_since_epoch().count());
}

}  // namespace

void EventQueue::Push(const Event& event) {
  const auto number = static_cast<size_t>(std::bit_width(TicksOf(event.time) ^ TicksOf(last_)));
  Bucket& bucket = buckets_[number];
  bucket.events.push_back(event);
  bucket.earliest = std::min(bucket.earliest, event.time);
  if (number > 0) occupied_ |= uint64_t{1} << (number - 1);
}

// Spreads the first bucket that holds something over those before it, which are empty.
void EventQueue::Refill() {
  Bucket& first = buckets_[0];
  first.events.clear();
  first.taken = 0;
  first.earliest = kNever;
  const auto number = static_cast<size_t>(std::countr_zero(occupied_)) + 1;
  occupied_ &= ~(uint64_t{1} << (number - 1));
  Bucket& source = buckets_[number];
  last_ = std::exchange(source.earliest, kNever);
  for (const Event& event : source.events) Push(event);
  source.events.clear();
}

void EventQueue::HappenNext() {
  SLUICE_CHECK(size_ > 0, "nothing will happen any more");
  if (FirstBucket() != 0) Refill();
  Bucket& first = buckets_[0];
  const Event event = first.events[first.taken++];
  --size_;
  now_ = event.time;
  ++happened_;
  event.target->OnEvent(event);
}

void EventQueue::Forget(const EventTarget& target) {
  for (size_t number = 0; number < kBuckets; ++number) {
    Bucket& bucket = buckets_[number];
    const auto waiting = bucket.events.begin() + static_cast<std::ptrdiff_t>(bucket.taken);
    const auto kept = std::remove_if(waiting, bucket.events.end(), [&target](const Event& event) {
      return event.target == &target;
    });
    size_ -= static_cast<size_t>(bucket.events.end() - kept);
    bucket.events.erase(kept, bucket.events.end());
    if (number > 0 && bucket.events.empty()) occupied_ &= ~(uint64_t{1} << (number - 1));
    bucket.earliest = kNever;
    for (size_t i = bucket.taken; i < bucket.events.size(); ++i) {
      bucket.earliest = std::min(bucket.earliest, bucket.events[i].time);
    }
  }
}

}  // namespace sluice::sim
