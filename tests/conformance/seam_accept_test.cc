// backend.h, accepting and connecting.
#include <algorithm>

#include "tests/conformance/seam.h"

namespace sluice::test {
namespace {

constexpr Token kListener = 1;
constexpr Token kClient = 100;

class SeamAcceptTest : public SeamTest {
 protected:
  std::vector<Socket> ConnectMany(Socket listener, int count, Token first = kClient) {
    std::vector<Socket> clients;
    for (int i = 0; i < count; ++i) {
      clients.push_back(backend().Connect(backend().LocalEndpoint(listener), {}, first + i));
    }
    return clients;
  }
};
SLUICE_ON_EVERY_BACKEND(SeamAcceptTest);

TEST_P(SeamAcceptTest, UnlimitedStandsAndDeliversEveryConnection) {
  const Socket listener = Listening();
  backend().StartAccept(listener, kListener, AcceptCount::kUnlimited);
  EXPECT_TRUE(events.empty()) << "completions come only out of Poll";
  ConnectMany(listener, 100);
  ASSERT_TRUE(PollUntil([&] { return Count(kListener, Operation::kAccept) == 100; }));
  std::vector<uint32_t> sockets;
  for (const Event& event : Events(kListener, Operation::kAccept)) {
    EXPECT_EQ(event.result, 0);
    EXPECT_TRUE(event.more);
    EXPECT_TRUE(event.accepted.valid());
    sockets.push_back(event.accepted.index);
  }
  std::sort(sockets.begin(), sockets.end());
  EXPECT_EQ(std::unique(sockets.begin(), sockets.end()), sockets.end());
}

TEST_P(SeamAcceptTest, OneCompletesOnceAndMayStartAgain) {
  const Socket listener = Listening();
  backend().StartAccept(listener, kListener, AcceptCount::kOne);
  ConnectMany(listener, 3);
  ASSERT_TRUE(PollUntil([&] { return Count(kListener, Operation::kAccept) == 1; }));
  Settle();
  ASSERT_EQ(Count(kListener, Operation::kAccept), 1u);
  EXPECT_FALSE(Events(kListener, Operation::kAccept)[0].more);
  backend().StartAccept(listener, kListener, AcceptCount::kOne);
  ASSERT_TRUE(PollUntil([&] { return Count(kListener, Operation::kAccept) == 2; }));
}

TEST_P(SeamAcceptTest, StopIsSilentAndStartMayFollowAtOnce) {
  const Socket listener = Listening();
  backend().StartAccept(listener, kListener, AcceptCount::kUnlimited);
  Settle();
  backend().StopAccept(listener);
  Settle();
  EXPECT_TRUE(events.empty());
  backend().StartAccept(listener, kListener, AcceptCount::kUnlimited);
  for (int i = 0; i < 50; ++i) {
    backend().StopAccept(listener);
    backend().StartAccept(listener, kListener, AcceptCount::kUnlimited);
    ConnectMany(listener, 2, kClient + 2 * i);
    if (i % 3 == 0) PollOnce();
  }
  ASSERT_TRUE(PollUntil([&] { return Count(kListener, Operation::kAccept) == 100; }));
  Settle();
  EXPECT_EQ(Count(kListener, Operation::kAccept), 100u);
  for (const Event& event : Events(kListener, Operation::kAccept)) EXPECT_EQ(event.result, 0);
}

TEST_P(SeamAcceptTest, AStoppedListenerLeavesArrivalsInTheQueue) {
  const Socket listener = Listening();
  backend().StartAccept(listener, kListener, AcceptCount::kUnlimited);
  Settle();
  backend().StopAccept(listener);
  Settle();
  ConnectMany(listener, 5);
  Settle();
  EXPECT_EQ(Count(kListener, Operation::kAccept), 0u);
  backend().StartAccept(listener, kListener, AcceptCount::kUnlimited);
  ASSERT_TRUE(PollUntil([&] { return Count(kListener, Operation::kAccept) == 5; }));
}

TEST_P(SeamAcceptTest, EndpointsAreThoseOfTheSocket) {
  const Socket listener = Listening();
  backend().StartAccept(listener, kListener, AcceptCount::kOne);
  const Socket client = ConnectMany(listener, 1)[0];
  ASSERT_TRUE(PollUntil([&] {
    return Count(kListener, Operation::kAccept) == 1 && Count(kClient, Operation::kConnect) == 1;
  }));
  const Socket server = Events(kListener, Operation::kAccept)[0].accepted;
  EXPECT_EQ(backend().LocalEndpoint(server), backend().LocalEndpoint(listener));
  EXPECT_EQ(backend().PeerEndpoint(client), backend().LocalEndpoint(listener));
  EXPECT_EQ(backend().PeerEndpoint(server), backend().LocalEndpoint(client));
}

TEST_P(SeamAcceptTest, ARefusedConnectSaysSo) {
  const Socket listener = Listening();
  const Endpoint endpoint = backend().LocalEndpoint(listener);
  backend().Close(listener, CloseMode::kOrderly, kListener);
  ASSERT_TRUE(PollUntil([&] { return Count(kListener, Operation::kClose) == 1; }));
  const Socket client = backend().Connect(endpoint, {}, kClient);
  EXPECT_TRUE(events.size() == 1) << "submitting never calls back";
  ASSERT_TRUE(PollUntil([&] { return Count(kClient, Operation::kConnect) == 1; }));
  EXPECT_EQ(Events(kClient, Operation::kConnect)[0].result, -ECONNREFUSED);
  if (client.valid()) {
    backend().Close(client, CloseMode::kOrderly, kClient);
    ASSERT_TRUE(PollUntil([&] { return Count(kClient, Operation::kClose) == 1; }));
  }
}

TEST_P(SeamAcceptTest, CloseEndsAConnectUnderWayBeforeItself) {
  const Socket listener = Listening(0);
  const std::vector<Socket> clients = ConnectMany(listener, 6);
  Settle();
  // Some of them found the queue full. Closed, each has its connect completion, then the close.
  for (size_t i = 0; i < clients.size(); ++i) {
    backend().Close(clients[i], CloseMode::kReset, kClient + i);
  }
  int cancelled = 0;
  for (size_t i = 0; i < clients.size(); ++i) {
    ASSERT_TRUE(PollUntil([&] { return Count(kClient + i, Operation::kClose) == 1; }));
    ASSERT_EQ(Count(kClient + i, Operation::kConnect), 1u);
    const int32_t result = Events(kClient + i, Operation::kConnect)[0].result;
    EXPECT_TRUE(result == 0 || result == -ECANCELED) << result;
    cancelled += result == -ECANCELED;
    EXPECT_EQ(Events(kClient + i, Operation::kClose)[0].result, 0);
  }
  EXPECT_GT(cancelled, 0);
}

TEST_P(SeamAcceptTest, AListenerClosedUnderArrivalsEndsWithItsClose) {
  for (int round = 0; round < 30; ++round) {
    const Token token = 10'000 + round;
    const Socket listener = Listening();
    backend().StartAccept(listener, token, AcceptCount::kUnlimited);
    ConnectMany(listener, 5, 20'000 + 10 * round);
    if (round % 2 == 0) {
      ASSERT_TRUE(PollUntil([&] { return Count(token, Operation::kAccept) >= 1; }));
    }
    backend().Close(listener, CloseMode::kOrderly, token);
    ASSERT_TRUE(PollUntil([&] { return Count(token, Operation::kClose) == 1; }));
    EXPECT_EQ(events.back().token == token ? events.back().operation : Operation::kClose,
              Operation::kClose);
  }
  // Whatever was accepted is ours to close: the fixture counts descriptors after the backend went.
}

}  // namespace
}  // namespace sluice::test
