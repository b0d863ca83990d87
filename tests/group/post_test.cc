// Loop::Post, the one call for other threads: nothing lost, order kept. That a sleeping
// loop wakes up is conformance/loop_test.cc.
#include "tests/group/group_fixture.h"

namespace sluice::test {
namespace {

class PostTest : public GroupTest {
 protected:
  std::unique_ptr<Loop> MakeLoop() {
    absl::StatusOr<std::unique_ptr<Loop>> loop = Loop::Create(Options(1).loop);
    EXPECT_TRUE(loop.ok()) << loop.status().ToString();
    return std::move(*loop);
  }
};
SLUICE_ON_KERNEL_BACKENDS(PostTest);

TEST_P(PostTest, FromManyThreadsNothingIsLostAndEachKeepsItsOrder) {
  constexpr int kThreads = 4;
  constexpr int kEach = 5000;
  std::unique_ptr<Loop> loop = MakeLoop();
  std::vector<int> next(kThreads, 0);
  int wrong = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kEach; ++i) {
        loop->Post([&, thread, i] { wrong += next[thread]++ != i; });
      }
    });
  }
  EXPECT_TRUE(TurnUntil(*loop, [&] {
    int sum = 0;
    for (const int count : next) sum += count;
    return sum == kThreads * kEach;
  }));
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(loop->stats().posted, uint64_t{kThreads * kEach});
}

TEST_P(PostTest, PostsRaceWithTrafficAndNeitherIsLost) {
  std::unique_ptr<Loop> loop = MakeLoop();
  absl::StatusOr<Listener*> listener =
      loop->Listen(Loopback(), {}, [] { return std::make_unique<EchoHandler>(); });
  ASSERT_TRUE(listener.ok());
  const Endpoint endpoint = (*listener)->endpoint();
  std::atomic<int> ran{0};
  std::atomic<int> right{0};
  std::atomic<int> working{2};
  const auto finish = [&] {
    --working;
    loop->Post([] {});  // looks again
  };
  std::thread poster([&] {
    for (int i = 0; i < 5000; ++i) loop->Post([&] { ++ran; });
    finish();
  });
  std::thread client([&] {
    for (int i = 0; i < 200; ++i) {
      RawSocket socket = RawSocket::Connect(endpoint);
      socket.Write("hello");
      ReadFully(socket, 5);
      right += socket.received == "hello";
    }
    finish();
  });
  EXPECT_TRUE(SleepUntil(*loop, [&] { return working == 0 && ran == 5000; }));
  poster.join();
  client.join();
  EXPECT_EQ(ran, 5000);
  EXPECT_EQ(right, 200);
}

}  // namespace
}  // namespace sluice::test
