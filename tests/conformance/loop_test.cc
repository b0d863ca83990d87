// The loop itself: turns, posted functions, what it says of itself.
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "tests/conformance/fixture.h"

namespace sluice::test {
namespace {

class LoopTest : public ReactorTest {};
SLUICE_ON_EVERY_BACKEND(LoopTest);

class LoopKernelTest : public KernelTest {};
SLUICE_ON_KERNEL_BACKENDS(LoopKernelTest);

TEST_P(LoopTest, SaysWhichBackendItRunsOnAndWhy) {
  EXPECT_EQ(loop().backend_name(), GetParam().name);
  EXPECT_THAT(loop().backend_reason(), testing::Not(testing::IsEmpty()));
}

TEST_P(LoopTest, ATurnWaitsNoLongerThanItIsTold) {
  const TimePoint until = loop().now() + 30ms;
  while (loop().now() < until) ASSERT_TRUE(loop().Turn(until));
  const uint64_t turns = loop().stats().turns;
  ASSERT_TRUE(loop().Turn(loop().now() - 1s));
  EXPECT_EQ(loop().stats().turns, turns + 1);
}

TEST_P(LoopTest, TimeNeverRunsBackwards) {
  TimePoint last = loop().now();
  for (int i = 0; i < 1000; ++i) {
    loop().Turn(loop().now());
    ASSERT_GE(loop().now(), last);
    last = loop().now();
  }
}

TEST_P(LoopTest, AnIdleLoopSleeps) {
  ConnectPair();
  Settle();
  const uint64_t turns = loop().stats().turns;
  const uint64_t entries = loop().stats().backend.kernel_entries;
  const TimePoint until = loop().now() + 200ms;
  while (loop().now() < until) loop().Turn(until);
  EXPECT_LT(loop().stats().turns - turns, 20u);
  EXPECT_LT(loop().stats().backend.kernel_entries - entries, 60u);
}

TEST_P(LoopTest, PostedFunctionsRunInOrderInALaterTurn) {
  std::vector<int> order;
  for (int i = 0; i < 100; ++i) {
    loop().Post([&order, i] { order.push_back(i); });
  }
  EXPECT_TRUE(order.empty()) << "Post calls nothing";
  ASSERT_TRUE(TurnUntil([&] { return order.size() == 100; }));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[i], i);
  EXPECT_EQ(loop().stats().posted, 100u);
}

TEST_P(LoopTest, APostBeforeATurnKeepsItFromSleeping) {
  bool ran = false;
  loop().Post([&] { ran = true; });
  for (int turns = 0; !ran && turns < 10; ++turns) ASSERT_TRUE(loop().Turn(kNever));
  EXPECT_TRUE(ran);
}

// With a lost wake-up it would sleep on: it has no other event.
TEST_P(LoopKernelTest, ASleepingLoopWakesUpForEveryPostOfAnotherThread) {
  constexpr int kRounds = 3000;
  Loop& sleeping = loop();
  std::atomic<int> seen{0};
  std::thread poster([&] {
    for (int i = 0; i < kRounds; ++i) {
      sleeping.Post([&] {
        ++seen;
        seen.notify_one();
      });
      for (int now = 0; (now = seen) <= i;) seen.wait(now);
    }
  });
  EXPECT_TRUE(SleepUntil([&] { return seen == kRounds; }));
  seen = kRounds;  // also where it was given up
  seen.notify_one();
  poster.join();
}

TEST_P(LoopTest, AFunctionThatPostsItselfDoesNotHoldTheTurn) {
  int runs = 0;
  std::function<void()> again = [&] {
    if (++runs < 100) loop().Post(again);
  };
  loop().Post(again);
  loop().Turn(kNever);
  EXPECT_LE(runs, 1);
  ASSERT_TRUE(TurnUntil([&] { return runs == 100; }));
}

TEST_P(LoopTest, PostedFunctionsAreDestroyedUnrunWithTheLoop) {
  auto token = std::make_shared<int>(0);
  bool ran = false;
  loop().Post([token, &ran] { ran = true; });
  EXPECT_EQ(token.use_count(), 2);
  DestroyLoop();
  EXPECT_EQ(token.use_count(), 1);
  EXPECT_FALSE(ran);
}

TEST_P(LoopTest, FunctionsPostedAfterItStoppedAreDestroyedUnrun) {
  auto token = std::make_shared<int>(0);
  bool ran = false;
  loop().Stop();
  loop().Run();
  loop().Post([token, &ran] { ran = true; });
  EXPECT_EQ(token.use_count(), 1) << "at once: whoever waits for it must learn that it never runs";
  loop().Turn(loop().now());
  EXPECT_FALSE(ran);
}

TEST_P(LoopTest, APostedFunctionMayStopTheLoop) {
  Pair pair = ConnectPair();
  loop().Post([&] { loop().Stop(); });
  loop().Run();
  EXPECT_TRUE(pair.client->closed());
  EXPECT_TRUE(pair.server->closed());
}

TEST_P(LoopTest, TwoLoopsLiveSideBySide) {
  std::unique_ptr<Loop> other = MakeLoop();
  Listener* listener = Listen(script::Echo);
  PeerPtr client = Connect(listener->endpoint(), script::Say("across"), {}, other.get());
  ASSERT_TRUE(TurnUntil([&] {
    other->Turn(other->now());
    return client->received == "across";
  }));
  EXPECT_EQ(loop().stats().accepts, 1u);
  EXPECT_EQ(other->stats().accepts, 0u);
  EXPECT_EQ(other->stats().connects, 1u);
}

}  // namespace
}  // namespace sluice::test
