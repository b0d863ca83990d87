// The order of everything simulated: by time, and in one time as scheduled.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "reactor/base/prng.h"
#include "reactor/sim/sim_events.h"

namespace sluice::sim {
namespace {

struct Recorder final : EventTarget {
  explicit Recorder(EventQueue& queue) : events(queue) {}
  void OnEvent(const Event& event) override {
    EXPECT_EQ(events.now(), event.time);
    happened.emplace_back(event.time, event.subject);
  }
  EventQueue& events;
  std::vector<std::pair<TimePoint, uint64_t>> happened;
};

// With delays of every magnitude and many of the same time.
TEST(EventQueueTest, HappensInTheOrderOfTimeAndThenOfScheduling) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Prng prng(seed);
    EventQueue events;
    Recorder recorder(events);
    uint64_t number = 0;
    while (number < 5000 || !events.empty()) {
      if (number < 5000 && prng.Chance(11, 20)) {
        const Duration delay = Duration(prng.Between(0, uint64_t{1} << prng.Between(0, 40)));
        events.Schedule(prng.Chance(1, 3) ? Duration(0) : delay, recorder, 0, ++number);
      } else if (!events.empty()) {
        const TimePoint next = events.next_time();
        const size_t before = recorder.happened.size();
        events.HappenNext();
        ASSERT_EQ(recorder.happened.size(), before + 1);
        EXPECT_EQ(recorder.happened.back().first, next);
      }
    }
    EXPECT_EQ(recorder.happened.size(), number);
    // Numbers grow as they are scheduled: pairs compare as (time, sequence).
    EXPECT_TRUE(std::is_sorted(recorder.happened.begin(), recorder.happened.end()));
    EXPECT_EQ(events.next_time(), kNever);
  }
}

TEST(EventQueueTest, WhatIsForgottenNeverHappens) {
  EventQueue events;
  Recorder kept(events);
  Recorder gone(events);
  for (uint64_t i = 0; i < 1000; ++i) {
    events.Schedule(Duration(i * 1000), i % 3 == 0 ? gone : kept, 0, i);
  }
  for (int i = 0; i < 10; ++i) events.HappenNext();
  const size_t gone_before = gone.happened.size();
  events.Forget(gone);
  while (!events.empty()) events.HappenNext();
  EXPECT_EQ(gone.happened.size(), gone_before);
  EXPECT_EQ(kept.happened.size(), 666u);
}

TEST(EventQueueTest, TheClockMovesOverQuietTimeOnly) {
  EventQueue events;
  Recorder recorder(events);
  events.Schedule(Duration(1000), recorder, 0, 1);
  events.SkipTo(EventQueue::kStart + Duration(999));
  events.Schedule(Duration(0), recorder, 0, 2);
  events.HappenNext();
  EXPECT_EQ(recorder.happened.back().second, 2u);
  EXPECT_EQ(events.now(), EventQueue::kStart + Duration(999));
  EXPECT_DEATH(events.SkipTo(EventQueue::kStart + Duration(1001)), "cannot be skipped");
}

}  // namespace
}  // namespace sluice::sim
