// Signals as events of the loop.
#include <signal.h>
#include <unistd.h>

#include "tests/conformance/fixture.h"

namespace sluice::test {
namespace {

class SignalTest : public KernelTest {};
SLUICE_ON_KERNEL_BACKENDS(SignalTest);

int handled_before_the_loop = 0;

TEST_P(SignalTest, AFunctionIsCalledOnTheLoopAfterTheSignal) {
  int calls = 0;
  loop().OnSignal(SIGUSR1, [&] { ++calls; });
  raise(SIGUSR1);
  EXPECT_EQ(calls, 0) << "not from inside the signal";
  ASSERT_TRUE(TurnUntil([&] { return calls == 1; }));
  Settle();
  EXPECT_EQ(calls, 1);
  raise(SIGUSR1);
  ASSERT_TRUE(TurnUntil([&] { return calls == 2; }));
}

TEST_P(SignalTest, EachSignalHasItsOwnFunction) {
  int first = 0;
  int second = 0;
  loop().OnSignal(SIGUSR1, [&] { ++first; });
  loop().OnSignal(SIGUSR2, [&] { ++second; });
  kill(getpid(), SIGUSR2);
  ASSERT_TRUE(TurnUntil([&] { return second == 1; }));
  EXPECT_EQ(first, 0);
}

TEST_P(SignalTest, ASleepingLoopWakesUp) {
  int calls = 0;
  loop().OnSignal(SIGALRM, [&] { ++calls; });
  itimerval soon{{0, 0}, {0, 20000}};
  setitimer(ITIMER_REAL, &soon, nullptr);
  for (int turns = 0; calls == 0 && turns < 1000; ++turns) ASSERT_TRUE(loop().Turn(kNever));
  EXPECT_EQ(calls, 1);
}

TEST_P(SignalTest, AfterTheLoopTheSignalDoesWhatItDidBefore) {
  struct sigaction before {};
  struct sigaction saved {};
  before.sa_handler = [](int) { ++handled_before_the_loop; };
  sigaction(SIGUSR1, &before, &saved);
  handled_before_the_loop = 0;
  int calls = 0;
  loop().OnSignal(SIGUSR1, [&] { ++calls; });
  raise(SIGUSR1);
  ASSERT_TRUE(TurnUntil([&] { return calls == 1; }));
  EXPECT_EQ(handled_before_the_loop, 0);
  DestroyLoop();
  raise(SIGUSR1);
  EXPECT_EQ(handled_before_the_loop, 1);
  sigaction(SIGUSR1, &saved, nullptr);
}

TEST_P(SignalTest, AnotherLoopMayTakeASignalOverAndKeepsIt) {
  int first = 0;
  int second = 0;
  std::unique_ptr<Loop> former = MakeLoop();
  former->OnSignal(SIGUSR1, [&] { ++first; });
  loop().OnSignal(SIGUSR1, [&] { ++second; });
  former.reset();
  raise(SIGUSR1);
  ASSERT_TRUE(TurnUntil([&] { return second == 1; }));
  EXPECT_EQ(first, 0);
}

TEST_P(SignalTest, TheFirstTermDrainsAndTheSecondEndsAtOnce) {
  Pair finishing = ConnectPair(script::Stay, script::Stay);
  loop().StopOnSignals(1h);
  kill(getpid(), SIGTERM);
  ASSERT_TRUE(TurnUntil([&] { return loop().stopping(); }));
  Settle();
  EXPECT_TRUE(finishing.client->open());
  kill(getpid(), SIGTERM);
  ASSERT_TRUE(TurnUntil([&] { return !loop().Turn(loop().now() + 1ms); }));
  EXPECT_EQ(finishing.client->reason.code, CloseCode::kLoopStopped);
}

TEST_P(SignalTest, IntStopsToo) {
  Pair pair = ConnectPair();
  loop().StopOnSignals();
  kill(getpid(), SIGINT);
  loop().Run();
  EXPECT_EQ(pair.client->reason.code, CloseCode::kLocal);
}

TEST_P(SignalTest, AStormOfSignalsBlocksNothingAndIsHeard) {
  int calls = 0;
  loop().OnSignal(SIGUSR1, [&] { ++calls; });
  // More than any pipe between handler and loop holds.
  for (int i = 0; i < 100000; ++i) raise(SIGUSR1);
  ASSERT_TRUE(TurnUntil([&] { return calls > 0; }));
  Settle();
  const int calls_of_the_storm = calls;
  raise(SIGUSR1);
  ASSERT_TRUE(TurnUntil([&] { return calls > calls_of_the_storm; }));
}

}  // namespace
}  // namespace sluice::test
