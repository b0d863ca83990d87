// Timers of a loop. The wheel alone is tested in tests/base/timer_wheel_test.cc.
#include <algorithm>
#include <chrono>
#include <memory>

#include "tests/conformance/fixture.h"

namespace sluice::test {
namespace {

class TimerTest : public ReactorTest {};
SLUICE_ON_EVERY_BACKEND(TimerTest);

TEST_P(TimerTest, FiresOnceAndNeverEarly) {
  int fired = 0;
  TimePoint fired_at;
  Timer timer(loop(), [&] {
    ++fired;
    fired_at = loop().now();
  });
  EXPECT_FALSE(timer.armed());
  const TimePoint armed_at = loop().now();
  timer.ArmAfter(20ms);
  EXPECT_TRUE(timer.armed());
  EXPECT_GE(timer.deadline(), armed_at + 20ms) << "from the call, not from the turn";
  ASSERT_TRUE(TurnUntil([&] { return fired > 0; }));
  EXPECT_GE(fired_at, armed_at + 20ms);
  EXPECT_FALSE(timer.armed());
  Settle();
  EXPECT_EQ(fired, 1);
}

TEST_P(TimerTest, OneThatIsOverdueKeepsTheLoopFromSleeping) {
  bool fired = false;
  Timer timer(loop(), [&] { fired = true; });
  timer.ArmAt(loop().now() - 1s);
  EXPECT_TRUE(SleepUntil([&] { return fired; }));
}

TEST_P(TimerTest, ForEverIsNever) {
  bool fired = false;
  Timer timer(loop(), [&] { fired = true; });
  timer.ArmAfter(Duration::max());
  EXPECT_EQ(timer.deadline(), kNever);
  Settle();
  EXPECT_FALSE(fired);
}

TEST_P(TimerTest, ASleepingTurnWakesUpForIt) {
  bool fired = false;
  Timer timer(loop(), [&] { fired = true; });
  timer.ArmAfter(10ms);
  // Nothing else will ever wake this loop up.
  for (int turns = 0; !fired && turns < 1000; ++turns) ASSERT_TRUE(loop().Turn(kNever));
  EXPECT_TRUE(fired);
}

TEST_P(TimerTest, ATurnWithNothingToDoSleepsUntilTheTimerInsteadOfSpinning) {
  bool fired = false;
  Timer timer(loop(), [&] { fired = true; });
  timer.ArmAfter(150ms);
  int turns = 0;
  while (!fired) {
    ASSERT_TRUE(loop().Turn(kNever));
    ++turns;
  }
  EXPECT_LT(turns, 40) << "the loop spins towards its timers";
}

TEST_P(TimerTest, ArmReplacesAndCancelPrevents) {
  int cancelled = 0;
  int replaced = 0;
  TimePoint replaced_at;
  Timer cancel(loop(), [&] { ++cancelled; });
  Timer replace(loop(), [&] {
    ++replaced;
    replaced_at = loop().now();
  });
  const TimePoint start = loop().now();
  cancel.ArmAfter(5ms);
  cancel.Cancel();
  replace.ArmAfter(5ms);
  replace.ArmAt(start + 40ms);
  ASSERT_TRUE(TurnUntil([&] { return replaced == 1; }));
  EXPECT_GE(replaced_at, start + 40ms);
  EXPECT_EQ(cancelled, 0);
}

TEST_P(TimerTest, MayBeArmedCancelledAndDestroyedByAFiringTimer) {
  int ticks = 0;
  bool wrong = false;
  auto victim = std::make_unique<Timer>(loop(), [&] { wrong = true; });
  Timer cancelled(loop(), [&] { wrong = true; });
  std::unique_ptr<Timer> self;
  Timer ticker(loop(), [&] {
    cancelled.Cancel();
    victim.reset();
    if (++ticks < 5) ticker.ArmAfter(1ms);
  });
  ticker.ArmAfter(1ms);
  // Due after the ticker, and seen together with it when this thread is slow.
  cancelled.ArmAfter(500ms);
  victim->ArmAfter(500ms);
  bool self_destroyed = false;
  self = std::make_unique<Timer>(loop(), [&] {
    self_destroyed = true;
    self.reset();
  });
  self->ArmAfter(2ms);
  ASSERT_TRUE(TurnUntil([&] { return ticks == 5 && self_destroyed; }));
  EXPECT_FALSE(wrong);
  EXPECT_EQ(self, nullptr);
}

TEST_P(TimerTest, ArmedForThePastFiresInTheNextTurnAndNotForEverInOne) {
  int fired = 0;
  Timer timer(loop(), [&] {
    if (++fired < 1000) timer.ArmAt(loop().now() - 1s);
  });
  timer.ArmAt(loop().now() - 1s);
  EXPECT_EQ(fired, 0) << "nothing fires from inside Arm";
  loop().Turn(kNever);
  EXPECT_EQ(fired, 1);
  ASSERT_TRUE(TurnUntil([&] { return fired == 1000; }));
}

TEST_P(TimerTest, ManyTimersAllFireNoneEarly) {
  Prng prng(1);
  int fired = 0;
  int early = 0;
  std::vector<std::unique_ptr<Timer>> timers;
  for (int i = 0; i < 1000; ++i) {
    timers.push_back(std::make_unique<Timer>(loop(), [&, i] {
      ++fired;
      early += loop().now() < timers[i]->deadline();
    }));
  }
  for (auto& timer : timers) timer->ArmAfter(Duration(prng.Between(0, 100'000'000)));
  ASSERT_TRUE(TurnUntil([&] { return fired == 1000; }));
  EXPECT_EQ(early, 0);
}

TEST_P(TimerTest, APeriodicTimerDoesNotDrift) {
  // Armed from its deadline, not from now: tick n is due at start + n periods.
  const TimePoint start = loop().now();
  int ticks = 0;
  Timer timer(loop(), [&] {
    ++ticks;
    EXPECT_GE(loop().now(), start + ticks * 2ms);
    timer.ArmAt(start + (ticks + 1) * 2ms);
  });
  timer.ArmAt(start + 2ms);
  ASSERT_TRUE(TurnUntil([&] { return ticks == 50; }));
}

class TimerKernelTest : public KernelTest {};
SLUICE_ON_KERNEL_BACKENDS(TimerKernelTest);

// A handler that took its time before it armed a timer gets the whole delay from there on.
TEST_P(TimerKernelTest, ADelayCountsFromTheCallAndNotFromTheBeginningOfTheTurn) {
  using Clock = std::chrono::steady_clock;
  Clock::time_point armed;
  Clock::time_point fired;
  Timer timer(loop(), [&] { fired = Clock::now(); });
  loop().Post([&] {
    const Clock::time_point began = Clock::now();
    while (Clock::now() - began < 60ms) continue;
    armed = Clock::now();
    timer.ArmAfter(40ms);
  });
  ASSERT_TRUE(TurnUntil([&] { return fired != Clock::time_point(); }));
  EXPECT_GE(fired - armed, 40ms);
}

}  // namespace
}  // namespace sluice::test
