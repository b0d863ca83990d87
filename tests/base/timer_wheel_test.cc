// The wheel alone, with a clock that is a number of this file.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <vector>

#include "reactor/base/prng.h"
#include "reactor/timer.h"

namespace sluice {
namespace {

using namespace std::chrono_literals;
using std::chrono::hours;

struct TestTimer : TimerNode {
  TestTimer() : TimerNode(&TestTimer::Fired) {}
  static void Fired(TimerNode& node) {
    auto& timer = static_cast<TestTimer&>(node);
    ++timer.fired;
    if (timer.on_fire) timer.on_fire();
  }
  int fired = 0;
  std::function<void()> on_fire;
};

constexpr TimePoint kStart = TimePoint(123456789s);

// When the wheel fires a deadline at the latest: at the end of its tick of 2^16 ns.
TimePoint EndOfTick(TimePoint deadline) {
  constexpr int64_t kTick = 1 << 16;
  const int64_t count = deadline.time_since_epoch().count();
  return TimePoint(Duration((count + kTick - 1) / kTick * kTick));
}

class TimerWheelTest : public testing::Test {
 protected:
  void Advance(TimePoint now) { wheel_.Advance(now_ = now); }

  TimePoint now_ = kStart;
  TimerWheel wheel_{kStart};
};

TEST_F(TimerWheelTest, FiresWithinATickOfItsDeadlineAndNeverBefore) {
  for (const Duration delay :
       {Duration(1ns), Duration(65us), Duration(66us), Duration(1ms), Duration(4194304ns),
        Duration(1s), Duration(60s), Duration(hours(1)), Duration(hours(24 * 365))}) {
    TestTimer timer;
    const TimePoint deadline = now_ + delay;
    wheel_.Arm(timer, deadline);
    EXPECT_TRUE(timer.armed());
    EXPECT_EQ(timer.deadline(), deadline);
    Advance(deadline - 1ns);
    EXPECT_EQ(timer.fired, 0) << delay.count();
    Advance(EndOfTick(deadline));
    EXPECT_EQ(timer.fired, 1) << delay.count();
    EXPECT_FALSE(timer.armed());
    Advance(deadline + 1h);
    EXPECT_EQ(timer.fired, 1) << "one-shot";
  }
}

TEST_F(TimerWheelTest, APastDeadlineFiresAtTheNextAdvance) {
  Advance(kStart + 1h);
  TestTimer timer;
  wheel_.Arm(timer, kStart);
  EXPECT_LE(wheel_.NextDeadline(), now_);
  Advance(now_);
  EXPECT_EQ(timer.fired, 1);
}

TEST_F(TimerWheelTest, ArmReplacesTheEarlierDeadline) {
  TestTimer timer;
  wheel_.Arm(timer, kStart + 1s);
  wheel_.Arm(timer, kStart + 3s);
  Advance(kStart + 2s);
  EXPECT_EQ(timer.fired, 0);
  wheel_.Arm(timer, kStart + 2500ms);
  Advance(kStart + 2600ms);
  EXPECT_EQ(timer.fired, 1);
  Advance(kStart + 10s);
  EXPECT_EQ(timer.fired, 1);
}

TEST_F(TimerWheelTest, ACancelledOrDestroyedTimerNeverFires) {
  TestTimer cancelled;
  wheel_.Arm(cancelled, kStart + 1s);
  cancelled.Cancel();
  EXPECT_FALSE(cancelled.armed());
  {
    TestTimer destroyed;
    destroyed.on_fire = [] { FAIL() << "destroyed"; };
    wheel_.Arm(destroyed, kStart + 1s);
  }
  Advance(kStart + 2s);
  EXPECT_EQ(cancelled.fired, 0);
}

TEST_F(TimerWheelTest, AFiringTimerMayArmItselfAgain) {
  TestTimer timer;
  timer.on_fire = [&] { wheel_.Arm(timer, now_ + 10ms); };
  wheel_.Arm(timer, kStart + 10ms);
  for (int i = 1; i <= 100; ++i) {
    Advance(EndOfTick(timer.deadline()));
    EXPECT_EQ(timer.fired, i);
  }
}

TEST_F(TimerWheelTest, WhatAFiringTimerArmsForThePastWaitsForTheNextAdvance) {
  TestTimer timer;
  timer.on_fire = [&] {
    if (timer.fired < 3) wheel_.Arm(timer, kStart);
  };
  wheel_.Arm(timer, kStart + 1ms);
  Advance(kStart + 1s);
  EXPECT_EQ(timer.fired, 1);
  EXPECT_LE(wheel_.NextDeadline(), now_) << "the loop must not sleep";
  Advance(now_);
  EXPECT_EQ(timer.fired, 2);
  Advance(now_);
  EXPECT_EQ(timer.fired, 3);
  Advance(now_);
  EXPECT_EQ(timer.fired, 3);
}

TEST_F(TimerWheelTest, AFiringTimerMayCancelDestroyOrPostponeOthersThatAreDue) {
  // Whichever of these fires first acts on the three others.
  std::vector<std::unique_ptr<TestTimer>> timers;
  bool acted = false;
  int fired = 0;
  for (int i = 0; i < 4; ++i) timers.push_back(std::make_unique<TestTimer>());
  for (int i = 0; i < 4; ++i) {
    timers[i]->on_fire = [&, i] {
      ++fired;
      if (acted) return;
      acted = true;
      timers[(i + 1) % 4]->Cancel();
      timers[(i + 2) % 4].reset();
      wheel_.Arm(*timers[(i + 3) % 4], kStart + 1h);
    };
    wheel_.Arm(*timers[i], kStart + 1ms);
  }
  Advance(kStart + 1s);
  EXPECT_EQ(fired, 1);
  Advance(kStart + 2h);
  EXPECT_EQ(fired, 2) << "the postponed one";
}

TEST_F(TimerWheelTest, AFiringTimerMayDestroyItself) {
  auto timer = std::make_unique<TestTimer>();
  bool fired = false;
  timer->on_fire = [&] {
    fired = true;
    // Destroys this very function: nothing of it is touched afterwards.
    timer.reset();
  };
  wheel_.Arm(*timer, kStart + 1ms);
  // The fake's own bookkeeping happens before the call, so that its end is the last touch.
  Advance(kStart + 1s);
  EXPECT_TRUE(fired);
  EXPECT_EQ(timer, nullptr);
}

TEST_F(TimerWheelTest, TimersFireInTheOrderOfTheirDeadlinesAcrossAdvances) {
  std::vector<int> order;
  std::vector<std::unique_ptr<TestTimer>> timers;
  const int delays_ms[] = {700, 3, 90, 5000, 1, 260, 4100, 17};
  for (const int delay_ms : delays_ms) {
    timers.push_back(std::make_unique<TestTimer>());
    timers.back()->on_fire = [&order, delay_ms] { order.push_back(delay_ms); };
    wheel_.Arm(*timers.back(), kStart + delay_ms * 1ms);
  }
  while (order.size() < timers.size()) Advance(now_ + 500us);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST_F(TimerWheelTest, NothingArmedMeansNoDeadline) {
  EXPECT_EQ(wheel_.NextDeadline(), kNever);
  TestTimer timer;
  wheel_.Arm(timer, kStart + 1s);
  EXPECT_NE(wheel_.NextDeadline(), kNever);
  timer.Cancel();
  EXPECT_EQ(wheel_.NextDeadline(), kNever);
  wheel_.Arm(timer, kStart + 1s);
  Advance(EndOfTick(kStart + 1s));
  EXPECT_EQ(wheel_.NextDeadline(), kNever);
}

TEST_F(TimerWheelTest, ATimerArmedForNeverDoesNotFire) {
  TestTimer timer;
  wheel_.Arm(timer, kNever);
  Advance(kStart + hours(24 * 365 * 50));
  EXPECT_EQ(timer.fired, 0);
  EXPECT_GT(wheel_.NextDeadline(), now_);
}

// A loop that sleeps until NextDeadline reaches any deadline in few wake-ups, and none too late.
TEST_F(TimerWheelTest, SleepingUntilNextDeadlineReachesEveryDeadlineInFewSteps) {
  Prng prng(11);
  for (int round = 0; round < 300; ++round) {
    TestTimer timer;
    const TimePoint deadline =
        now_ + Duration(int64_t{1} << prng.Between(0, 55)) + Duration(prng.Between(0, 1000000));
    wheel_.Arm(timer, deadline);
    int steps = 0;
    while (timer.fired == 0) {
      const TimePoint next = wheel_.NextDeadline();
      ASSERT_LE(next, EndOfTick(deadline)) << "sleeps past a deadline";
      ASSERT_LE(++steps, 24) << "wakes up again and again, deadline in "
                             << (deadline - now_).count() << " ns";
      Advance(std::max(next, now_));
    }
    EXPECT_GE(now_, deadline);
    EXPECT_LE(now_, EndOfTick(deadline));
  }
}

struct ModelTimer {
  TestTimer timer;
  bool armed = false;
  TimePoint deadline;
  int expected_fires = 0;
};

Duration RandomDelay(Prng& prng) {
  // Every magnitude from nanoseconds to a century is as likely as any other.
  return Duration(prng.Next() >> prng.Between(2, 63));
}

TEST_F(TimerWheelTest, AThousandRandomTimersFireExactlyWhenAModelSays) {
  for (uint64_t seed = 0; seed < 8; ++seed) {
    Prng prng(seed);
    TimerWheel wheel(kStart);
    TimePoint now = kStart;
    std::vector<std::unique_ptr<ModelTimer>> timers;
    for (int i = 0; i < 1000; ++i) timers.push_back(std::make_unique<ModelTimer>());
    for (int step = 0; step < 400; ++step) {
      for (int change = 0; change < 20; ++change) {
        ModelTimer& model = *timers[prng.Between(0, timers.size() - 1)];
        if (prng.Chance(1, 5)) {
          model.timer.Cancel();
          model.armed = false;
        } else {
          model.deadline = kNever - now < 1h ? now : now + RandomDelay(prng) / 4;
          wheel.Arm(model.timer, model.deadline);
          model.armed = true;
        }
      }
      TimePoint earliest = kStart + hours(24 * 365 * 200);
      for (const auto& model : timers) {
        if (model->armed) earliest = std::min(earliest, model->deadline);
      }
      ASSERT_LE(wheel.NextDeadline(), EndOfTick(earliest)) << "seed " << seed << " step " << step;
      // To a deadline exactly, a little on, or far on.
      now = prng.Chance(1, 3) ? std::max(now, EndOfTick(earliest))
                              : now + Duration(prng.Next() >> prng.Between(14, 63));
      wheel.Advance(now);
      for (const auto& model : timers) {
        if (model->armed && EndOfTick(model->deadline) <= now) {
          model->armed = false;
          ++model->expected_fires;
        }
        ASSERT_EQ(model->timer.fired, model->expected_fires)
            << "seed " << seed << " step " << step << " deadline "
            << (model->deadline - now).count() << " ns from now";
        ASSERT_EQ(model->timer.armed(), model->armed);
      }
    }
  }
}

}  // namespace
}  // namespace sluice
