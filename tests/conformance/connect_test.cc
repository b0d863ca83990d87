// Outbound connections: open, refused, timed out, nowhere to go.
#include "tests/conformance/fixture.h"

namespace sluice::test {
namespace {

class ConnectTest : public ReactorTest {
 protected:
  // A port where nobody listens: one that somebody listened at a moment ago.
  Endpoint DeadEndpoint() {
    Listener* listener = Listen();
    const Endpoint endpoint = listener->endpoint();
    listener->Close();
    Settle(5);
    return endpoint;
  }
};
SLUICE_ON_EVERY_BACKEND(ConnectTest);

TEST_P(ConnectTest, RefusedIsOnCloseAlone) {
  PeerPtr client = Connect(DeadEndpoint());
  ASSERT_TRUE(TurnUntil([&] { return client->closed(); }));
  EXPECT_EQ(client->opens, 0);
  EXPECT_EQ(client->reason.code, CloseCode::kConnectFailed);
  EXPECT_EQ(client->reason.error, ECONNREFUSED);
  EXPECT_EQ(loop().Find(client->id), nullptr);
  EXPECT_EQ(loop().stats().connects, 0u);
}

TEST_P(ConnectTest, AConnectUnderWayIsFoundByItsIdAndMayHaveADeadline) {
  Listener* listener = Listen(script::Echo);
  PeerPtr client = Connect(listener->endpoint());
  Connection* connecting = loop().Find(client->id);
  ASSERT_NE(connecting, nullptr) << "found from the start";
  connecting->SetDeadline(loop().now() + kPatience);
  EXPECT_FALSE(connecting->is_reading());
  ASSERT_TRUE(TurnUntil([&] { return client->open(); }));
  Of(client).Send("hello");
  ASSERT_TRUE(TurnUntil([&] { return client->received == "hello"; }));
}

TEST_P(ConnectTest, AFullAcceptQueueTimesOut) {
  ListenerOptions options;
  options.backlog = 0;
  options.accepting = false;
  Listener* listener = Listen({}, options);
  ConnectOptions connect_options;
  connect_options.timeout = 150ms;
  // The queue holds its limit and one more; the others are dropped without a word.
  const TimePoint start = loop().now();
  std::vector<PeerPtr> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(Connect(listener->endpoint(), script::Stay, connect_options));
  }
  ASSERT_TRUE(TurnUntil([&] {
    for (const PeerPtr& client : clients) {
      if (!client->open() && !client->closed()) return false;
    }
    return true;
  }));
  int timed_out = 0;
  for (const PeerPtr& client : clients) {
    if (!client->closed()) continue;
    ++timed_out;
    EXPECT_EQ(client->opens, 0);
    EXPECT_EQ(client->reason.code, CloseCode::kConnectTimeout);
  }
  EXPECT_GE(timed_out, 2);
  EXPECT_GE(loop().now() - start, 150ms);
  EXPECT_TRUE(clients[0]->open());
}

TEST_P(ConnectTest, AbortAndCloseEndAConnectUnderWay) {
  ListenerOptions options;
  options.backlog = 0;
  options.accepting = false;
  Listener* listener = Listen({}, options);
  for (int i = 0; i < 3; ++i) Connect(listener->endpoint(), script::Stay);
  Settle();
  PeerPtr aborted = Connect(listener->endpoint());
  PeerPtr closed = Connect(listener->endpoint());
  PeerPtr aborted_later = Connect(listener->endpoint());
  Of(aborted).Abort();
  Of(closed).Close();
  EXPECT_EQ(aborted->closes + closed->closes, 0) << "nothing calls back from inside";
  ASSERT_TRUE(TurnUntil([&] { return aborted->closed() && closed->closed(); }));
  EXPECT_EQ(aborted->opens, 0);
  EXPECT_EQ(aborted->reason.code, CloseCode::kAborted);
  EXPECT_EQ(closed->opens, 0);
  Settle();
  Of(aborted_later).Abort();
  ASSERT_TRUE(TurnUntil([&] { return aborted_later->closed(); }));
  EXPECT_EQ(aborted_later->reason.code, CloseCode::kAborted);
}

TEST_P(ConnectTest, WhatWasSentBeforeItOpenedLeavesEvenWhereOnOpenCloses) {
  Listener* listener = Listen();
  PeerPtr client = Connect(listener->endpoint(), [](Peer& peer) {
    peer.on_open = [](Connection& connection) { connection.Close(); };
  });
  Of(client).Send("early");
  ASSERT_TRUE(TurnUntil([&] { return client->closed(); }));
  ASSERT_EQ(accepted_.size(), 1u);
  EXPECT_EQ(accepted_[0]->received, "early");
}

TEST_P(ConnectTest, ManyAtOnceAllOpen) {
  Listener* listener = Listen();
  for (int i = 0; i < 500; ++i) Connect(listener->endpoint());
  ASSERT_TRUE(
      TurnUntil([&] { return loop().stats().connects == 500 && loop().stats().accepts == 500; }));
}

TEST_P(ConnectTest, AHandlerMayConnectOnFromItsOnOpen) {
  Listener* listener = Listen();
  const Endpoint endpoint = listener->endpoint();
  int depth = 0;
  std::vector<PeerPtr> chain;
  Script next = [&](Peer& peer) {
    peer.on_open = [&](Connection&) {
      if (++depth < 20) chain.push_back(Connect(endpoint, next));
    };
  };
  chain.push_back(Connect(endpoint, next));
  ASSERT_TRUE(TurnUntil([&] { return depth == 20; }));
}

TEST_P(ConnectTest, Ipv6ConnectsWhereTheHostHasIt) {
  absl::StatusOr<Listener*> listener =
      loop().Listen(At("[::1]:0"), {}, [] { return MakePeerHandler(std::make_shared<Peer>()); });
  if (!listener.ok()) GTEST_SKIP() << listener.status().ToString();
  PeerPtr client = Connect((*listener)->endpoint(), script::Say("six"));
  ASSERT_TRUE(TurnUntil([&] { return loop().stats().bytes_received == 3; }));
  EXPECT_EQ(Of(client).peer_endpoint(), (*listener)->endpoint());
  EXPECT_EQ(Of(client).local_endpoint().family(), AF_INET6);
}

}  // namespace
}  // namespace sluice::test
