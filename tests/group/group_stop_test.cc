// How a group ends: drained, at once, by signal, from anywhere.
#include <signal.h>
#include <unistd.h>

#include "tests/group/group_fixture.h"

namespace sluice::test {
namespace {

class GroupStopTest : public GroupTest {};
SLUICE_ON_KERNEL_BACKENDS(GroupStopTest);

// Ignores Stop: only an abort ends it.
class Stubborn : public EchoHandler {
 public:
  void OnStop(Connection&) override {}
  void OnEnd(Connection&) override {}
};

// Answers after Stop what was asked before it.
class Thorough : public Handler {
 public:
  size_t OnData(Connection& connection, std::string_view bytes) override {
    connection.Send(bytes);
    connection.Close();
    return bytes.size();
  }
  void OnStop(Connection&) override {}
};

TEST_P(GroupStopTest, StopAnswersWhoWasThereAndJoinReturns) {
  auto group = Group::Start(Options(3), ListenOnOnePort<Thorough>());
  ASSERT_TRUE(group.ok());
  std::vector<RawSocket> clients;
  for (int i = 0; i < 60; ++i) {
    clients.push_back(RawSocket::Connect(endpoint_));
    ASSERT_EQ(clients.back().error, 0);
    clients.back().Write("x");
  }
  (*group)->Stop();
  for (RawSocket& client : clients) {
    ReadFully(client, 2);
    EXPECT_EQ(client.received, "x");
    EXPECT_TRUE(client.ended);
    EXPECT_EQ(client.error, 0);
    client.Close();
  }
  JoinSoon(**group);
}

TEST_P(GroupStopTest, StopFromAnotherThreadWhileOneJoins) {
  auto group = Group::Start(Options(2), ListenOnOnePort<EchoHandler>());
  ASSERT_TRUE(group.ok());
  std::thread stopper([&] { (*group)->Stop(); });
  JoinSoon(**group);
  stopper.join();
}

TEST_P(GroupStopTest, StopFromInsideALoop) {
  auto group = Group::Start(Options(2), [](Loop&, int) { return absl::OkStatus(); });
  ASSERT_TRUE(group.ok());
  (*group)->loop(1).Post([&] { (*group)->Stop(); });
  JoinSoon(**group);
}

TEST_P(GroupStopTest, AtTheDrainDeadlineTheStubbornAreAborted) {
  auto group = Group::Start(Options(2), ListenOnOnePort<Stubborn>());
  ASSERT_TRUE(group.ok());
  RawSocket client = RawSocket::Connect(endpoint_);
  client.Write("x");
  ReadFully(client, 1);
  (*group)->Stop(50ms);
  JoinSoon(**group);
  ReadFully(client, 2);
  EXPECT_EQ(client.error, ECONNRESET);
}

TEST_P(GroupStopTest, ASecondStopEndsAtOnce) {
  auto group = Group::Start(Options(2), ListenOnOnePort<Stubborn>());
  ASSERT_TRUE(group.ok());
  RawSocket client = RawSocket::Connect(endpoint_);
  client.Write("x");
  ReadFully(client, 1);
  (*group)->Stop(1h);
  (*group)->Stop(1h);
  JoinSoon(**group);
  ReadFully(client, 2);
  EXPECT_EQ(client.error, ECONNRESET);
}

TEST_P(GroupStopTest, ADestroyedGroupStopsAtOnce) {
  auto group = Group::Start(Options(2), ListenOnOnePort<Stubborn>());
  ASSERT_TRUE(group.ok());
  RawSocket client = RawSocket::Connect(endpoint_);
  client.Write("x");
  ReadFully(client, 1);
  group->reset();
  ReadFully(client, 2);
  EXPECT_EQ(client.error, ECONNRESET);
}

TEST_P(GroupStopTest, ADestroyedGroupThatDrainedIsFine) {
  auto group = Group::Start(Options(2), ListenOnOnePort<EchoHandler>());
  ASSERT_TRUE(group.ok());
  (*group)->Stop();
}

TEST_P(GroupStopTest, TermDrainsEveryLoopAndASecondOneEndsAtOnce) {
  auto group = Group::Start(Options(3), ListenOnOnePort<Stubborn>());
  ASSERT_TRUE(group.ok());
  (*group)->StopOnSignals(1h);
  std::vector<RawSocket> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(RawSocket::Connect(endpoint_));
    clients.back().Write("x");
    ReadFully(clients.back(), 1);
  }
  kill(getpid(), SIGTERM);
  // Drained of new ones: refused as soon as every loop has heard of it.
  EXPECT_TRUE(RefusedSoon(endpoint_));
  kill(getpid(), SIGTERM);
  JoinSoon(**group);
  for (RawSocket& client : clients) {
    ReadFully(client, 2);
    EXPECT_EQ(client.error, ECONNRESET);
  }
}

// The loop that hears signals is idle and has long drained: it must hear the second all the same.
TEST_P(GroupStopTest, ASecondSignalIsHeardWhileAnyLoopStillDrains) {
  auto group = Group::Start(Options(2), [this](Loop& loop, int index) -> absl::Status {
    return index == 0 ? absl::OkStatus() : ListenOnOnePort<Stubborn>()(loop, 0);
  });
  ASSERT_TRUE(group.ok());
  (*group)->StopOnSignals(1h);
  RawSocket client = RawSocket::Connect(endpoint_);
  client.Write("x");
  ReadFully(client, 1);
  kill(getpid(), SIGTERM);
  EXPECT_TRUE(RefusedSoon(endpoint_));
  kill(getpid(), SIGTERM);
  JoinSoon(**group);
  ReadFully(client, 2);
  EXPECT_EQ(client.error, ECONNRESET);
}

TEST_P(GroupStopTest, IntDrainsToo) {
  auto group = Group::Start(Options(2), ListenOnOnePort<EchoHandler>());
  ASSERT_TRUE(group.ok());
  (*group)->StopOnSignals();
  kill(getpid(), SIGINT);
  JoinSoon(**group);
}

TEST_P(GroupStopTest, PostsThatComeTooLateAreDestroyedUnrun) {
  auto group = Group::Start(Options(2), [](Loop&, int) { return absl::OkStatus(); });
  ASSERT_TRUE(group.ok());
  auto token = std::make_shared<int>(0);
  std::atomic<int> ran{0};
  std::thread poster([&] {
    for (int i = 0; i < 2000; ++i) (*group)->loop(i % 2).Post([token, &ran] { ++ran; });
  });
  (*group)->Stop();
  poster.join();
  JoinSoon(**group);
  group->reset();
  EXPECT_EQ(token.use_count(), 1);
  EXPECT_LE(ran, 2000);
}

TEST_P(GroupStopTest, StoppedInAStormNobodyIsAnsweredHalf) {
  auto group = Group::Start(Options(2), ListenOnOnePort<Thorough>());
  ASSERT_TRUE(group.ok());
  std::atomic<int> answered{0};
  std::atomic<int> half{0};
  std::vector<std::thread> clients;
  for (int thread = 0; thread < 3; ++thread) {
    clients.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) {
        RawSocket client = RawSocket::Connect(endpoint_);
        if (client.error != 0) return;  // closed for good
        client.Write("question");
        ReadFully(client, 9);
        answered += client.received == "question";
        half += !client.received.empty() && client.received != "question";
      }
    });
  }
  while (answered < 50) std::this_thread::yield();
  (*group)->Stop();
  JoinSoon(**group);
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(half, 0);
}

}  // namespace
}  // namespace sluice::test
