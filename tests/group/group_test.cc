// Group: one loop a thread, set up one after the other, all or none.
#include <sched.h>

#include <set>

#include "tests/group/group_fixture.h"

namespace sluice::test {
namespace {

SLUICE_ON_KERNEL_BACKENDS(GroupTest);

TEST_P(GroupTest, SetUpRunsOnEachLoopsThreadInOrderAndOneAtATime) {
  std::vector<int> order;
  std::set<std::thread::id> threads;
  std::atomic<int> running{0};
  absl::StatusOr<std::unique_ptr<Group>> group =
      Group::Start(Options(4), [&](Loop& loop, int index) {
        EXPECT_EQ(running.fetch_add(1), 0);
        EXPECT_EQ(loop.backend_name(), GetParam().name);
        order.push_back(index);
        threads.insert(std::this_thread::get_id());
        running.fetch_sub(1);
        return absl::OkStatus();
      });
  ASSERT_TRUE(group.ok()) << group.status().ToString();
  EXPECT_EQ((*group)->size(), 4);
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3}));
  EXPECT_EQ(threads.size(), 4u);
  EXPECT_EQ(threads.count(std::this_thread::get_id()), 0u);
  (*group)->Stop();
  JoinSoon(**group);
}

TEST_P(GroupTest, ZeroThreadsAreOneForEachCoreThisProcessMayUse) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  ASSERT_EQ(sched_getaffinity(0, sizeof(cores), &cores), 0);
  auto group = Group::Start(Options(0), [](Loop&, int) { return absl::OkStatus(); });
  ASSERT_TRUE(group.ok());
  EXPECT_EQ((*group)->size(), CPU_COUNT(&cores));
}

TEST_P(GroupTest, AFailedSetUpUnwindsWhatWasSetUp) {
  int set_up = 0;
  absl::StatusOr<std::unique_ptr<Group>> group =
      Group::Start(Options(3), [&](Loop& loop, int index) -> absl::Status {
        if (index == 2) return absl::UnavailableError("no third one");
        ++set_up;
        return ListenOnOnePort<EchoHandler>()(loop, index);
      });
  ASSERT_FALSE(group.ok());
  EXPECT_EQ(group.status(), absl::UnavailableError("no third one"));
  EXPECT_EQ(set_up, 2);
  RawSocket late = RawSocket::Connect(endpoint_);
  EXPECT_EQ(late.error, ECONNREFUSED) << "the listeners are gone";
}

TEST_P(GroupTest, TheFirstFailureIsTheAnswer) {
  int calls = 0;
  auto group = Group::Start(Options(3), [&](Loop&, int) {
    return absl::InvalidArgumentError("call " + std::to_string(calls++));
  });
  ASSERT_FALSE(group.ok());
  EXPECT_THAT(group.status().ToString(), testing::HasSubstr("call 0"));
}

TEST_P(GroupTest, AServerOfSeveralLoopsServesManyClients) {
  auto group = Group::Start(Options(3), ListenOnOnePort<EchoHandler>());
  ASSERT_TRUE(group.ok()) << group.status().ToString();
  std::vector<std::thread> clients;
  std::atomic<int> right{0};
  for (int thread = 0; thread < 4; ++thread) {
    clients.emplace_back([&, thread] {
      for (int i = 0; i < 50; ++i) {
        RawSocket client = RawSocket::Connect(endpoint_);
        const std::string bytes = Payload(thread * 1000 + i, 5000);
        client.Write(bytes);
        ReadFully(client, bytes.size());
        right += client.received == bytes;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(right, 200);
  (*group)->Stop();
  JoinSoon(**group);
}

TEST_P(GroupTest, LoopsPostToEachOther) {
  constexpr int kLoops = 3;
  constexpr int kHops = 3000;
  auto group = Group::Start(Options(kLoops), [](Loop&, int) { return absl::OkStatus(); });
  ASSERT_TRUE(group.ok());
  std::atomic<bool> arrived{false};
  int hops = 0;  // handed on with the function, from thread to thread
  std::function<void(int)> hop = [&](int at) {
    if (++hops == kHops) {
      arrived = true;
      arrived.notify_one();
      return;
    }
    const int next = (at + 1) % kLoops;
    (*group)->loop(next).Post([&hop, next] { hop(next); });
  };
  (*group)->loop(0).Post([&hop] { hop(0); });
  arrived.wait(false);
  (*group)->Stop();
  JoinSoon(**group);
  EXPECT_EQ(hops, kHops);
}

TEST_P(GroupTest, EachLoopCountsItsOwn) {
  auto group = Group::Start(Options(2), ListenOnOnePort<EchoHandler>());
  ASSERT_TRUE(group.ok());
  std::vector<RawSocket> clients;
  for (int i = 0; i < 60; ++i) {
    clients.push_back(RawSocket::Connect(endpoint_));
    clients.back().Write("x");
  }
  for (RawSocket& client : clients) ReadFully(client, 1);
  std::atomic<uint64_t> accepts{0};
  std::atomic<int> answers{0};
  for (int i = 0; i < 2; ++i) {
    Loop& loop = (*group)->loop(i);
    loop.Post([&accepts, &answers, &loop] {
      accepts += loop.stats().accepts;
      ++answers;
      answers.notify_one();
    });
  }
  for (int seen = 0; (seen = answers) < 2;) answers.wait(seen);
  EXPECT_EQ(accepts, 60u);
}

}  // namespace
}  // namespace sluice::test
