// Listening sockets: who is accepted, when, and what is said when it cannot be.
#include "tests/conformance/fixture.h"

namespace sluice::test {
namespace {

using testing::HasSubstr;

class ListenerTest : public ReactorTest {
 protected:
  std::vector<PeerPtr> ConnectMany(Listener* listener, int count, Script script = script::Stay) {
    std::vector<PeerPtr> clients;
    for (int i = 0; i < count; ++i) clients.push_back(Connect(listener->endpoint(), script));
    EXPECT_TRUE(TurnUntil([&] {
      for (const PeerPtr& client : clients) {
        if (!client->open()) return false;
      }
      return true;
    }));
    return clients;
  }
};
SLUICE_ON_EVERY_BACKEND(ListenerTest);

TEST_P(ListenerTest, PortZeroPicksAPortAndSaysWhich) {
  Listener* first = Listen();
  Listener* second = Listen();
  EXPECT_NE(first->endpoint().port(), 0);
  EXPECT_NE(first->endpoint().port(), second->endpoint().port());
  EXPECT_EQ(first->backlog(), 4096);
}

TEST_P(ListenerTest, ABoundPortIsAnErrorThatNamesItAndWhatToDo) {
  Listener* listener = Listen();
  absl::StatusOr<Listener*> second =
      loop().Listen(listener->endpoint(), {}, [] { return nullptr; });
  ASSERT_FALSE(second.ok());
  const std::string text = second.status().ToString();
  EXPECT_THAT(text, HasSubstr(listener->endpoint().ToString()));
  EXPECT_THAT(text, HasSubstr("in use"));
  // And the first goes on.
  ConnectMany(listener, 1);
}

TEST_P(ListenerTest, AnAddressThatIsNotOursIsAnErrorThatNamesIt) {
  absl::StatusOr<Listener*> listener =
      loop().Listen(At("192.0.2.1:8080"), {}, [] { return nullptr; });
  ASSERT_FALSE(listener.ok());
  EXPECT_THAT(listener.status().ToString(), HasSubstr("192.0.2.1:8080"));
}

class EchoHandler : public Handler {
 public:
  explicit EchoHandler(std::string prefix = "") : prefix_(std::move(prefix)) {}
  size_t OnData(Connection& connection, std::string_view bytes) override {
    connection.Send(prefix_);
    connection.Send(bytes);
    return bytes.size();
  }

 private:
  std::string prefix_;
};

TEST_P(ListenerTest, TextNamesAnEndpointOrIsRefused) {
  absl::StatusOr<Listener*> listener = loop().Listen<EchoHandler>("127.0.0.1:0");
  ASSERT_TRUE(listener.ok()) << listener.status().ToString();
  absl::StatusOr<Listener*> prefixed =
      loop().Listen<EchoHandler>("127.0.0.1:0", {}, std::string("> "));
  ASSERT_TRUE(prefixed.ok());
  PeerPtr client = Connect((*prefixed)->endpoint(), script::Say("hi"));
  ASSERT_TRUE(TurnUntil([&] { return client->received == "> hi"; }));
  for (const char* text : {"", "nonsense", "127.0.0.1", "127.0.0.1:99999", "[::1:80"}) {
    absl::StatusOr<Listener*> refused = loop().Listen<EchoHandler>(text);
    ASSERT_FALSE(refused.ok()) << text;
    EXPECT_THAT(refused.status().ToString(), HasSubstr(text));
  }
}

TEST_P(ListenerTest, AHostNameIsLookedUp) {
  absl::StatusOr<Endpoint> localhost = ResolveEndpoint("localhost:80");
  if (!localhost.ok()) GTEST_SKIP() << localhost.status().ToString();
  EXPECT_EQ(localhost->port(), 80);
  absl::StatusOr<Listener*> listener = loop().Listen<EchoHandler>("localhost:0");
  ASSERT_TRUE(listener.ok()) << listener.status().ToString();
  PeerPtr client = Connect((*listener)->endpoint(), script::Say("hi"));
  ASSERT_TRUE(TurnUntil([&] { return client->received == "hi"; }));
}

TEST_P(ListenerTest, AtConnectionsMaxTheOthersWaitAndThenGetTheirTurn) {
  ListenerOptions options;
  options.connections_max = 2;
  Listener* listener = Listen(script::Echo, options);
  std::vector<PeerPtr> clients = ConnectMany(listener, 6, script::Say("x"));
  ASSERT_TRUE(TurnUntil([&] { return listener->accepted() == 2; }));
  Settle();
  EXPECT_EQ(listener->accepted(), 2u);
  EXPECT_EQ(listener->connections(), 2u);
  for (int served = 2; served < 6; ++served) {
    for (const PeerPtr& client : clients) {
      if (client->received == "x" && client->open()) {
        Of(client).Close();
        break;
      }
    }
    ASSERT_TRUE(TurnUntil([&] { return listener->accepted() == served + 1u; }));
    ASSERT_TRUE(TurnUntil([&] { return accepted_.back()->received == "x"; }));
    EXPECT_LE(listener->connections(), 2u);
  }
}

TEST_P(ListenerTest, WhilePausedArrivalsWaitInTheQueue) {
  ListenerOptions options;
  options.accepting = false;
  Listener* listener = Listen(script::Echo, options);
  std::vector<PeerPtr> clients = ConnectMany(listener, 3, script::Say("x"));
  Settle();
  EXPECT_EQ(listener->accepted(), 0u);
  listener->ResumeAccepting();
  ASSERT_TRUE(TurnUntil([&] { return listener->accepted() == 3; }));
  listener->PauseAccepting();
  listener->PauseAccepting();
  Settle(3);
  std::vector<PeerPtr> late = ConnectMany(listener, 2, script::Say("x"));
  Settle();
  // One accept may have been under way when it was paused.
  EXPECT_LE(listener->accepted(), 4u);
  listener->ResumeAccepting();
  ASSERT_TRUE(TurnUntil([&] { return listener->accepted() == 5; }));
  ASSERT_TRUE(TurnUntil([&] { return late[1]->received == "x"; }));
}

TEST_P(ListenerTest, AcceptOneAcceptsOneEachAndCallsAddUp) {
  ListenerOptions options;
  options.accepting = false;
  Listener* listener = Listen({}, options);
  ConnectMany(listener, 6);
  listener->AcceptOne();
  ASSERT_TRUE(TurnUntil([&] { return listener->accepted() == 1; }));
  Settle();
  EXPECT_EQ(listener->accepted(), 1u);
  listener->AcceptOne();
  listener->AcceptOne();
  listener->AcceptOne();
  ASSERT_TRUE(TurnUntil([&] { return listener->accepted() == 4; }));
  Settle();
  EXPECT_EQ(listener->accepted(), 4u);
}

TEST_P(ListenerTest, AcceptOneWaitsForAConnectionThatIsYetToCome) {
  ListenerOptions options;
  options.accepting = false;
  Listener* listener = Listen(script::Echo, options);
  listener->AcceptOne();
  Settle();
  std::vector<PeerPtr> clients = ConnectMany(listener, 2, script::Say("x"));
  ASSERT_TRUE(TurnUntil([&] { return listener->accepted() == 1; }));
  Settle();
  EXPECT_EQ(listener->accepted(), 1u);
}

TEST_P(ListenerTest, TheAcceptQueueIsVisible) {
  ListenerOptions options;
  options.accepting = false;
  options.backlog = 5;
  Listener* listener = Listen({}, options);
  absl::StatusOr<AcceptQueue> queue = listener->accept_queue();
  ASSERT_TRUE(queue.ok()) << queue.status().ToString();
  EXPECT_EQ(queue->length, 0u);
  EXPECT_EQ(queue->limit, 5u);
  ConnectMany(listener, 3);
  EXPECT_EQ(listener->accept_queue()->length, 3u);
  listener->AcceptOne();
  ASSERT_TRUE(TurnUntil([&] { return listener->accepted() == 1; }));
  EXPECT_EQ(listener->accept_queue()->length, 2u);
}

TEST_P(ListenerTest, TheQueueHoldsItsLimitAndOneMore) {
  ListenerOptions options;
  options.accepting = false;
  options.backlog = 5;
  Listener* listener = Listen({}, options);
  std::vector<PeerPtr> clients;
  for (int i = 0; i < 10; ++i) clients.push_back(Connect(listener->endpoint(), script::Stay));
  ASSERT_TRUE(TurnUntil([&] { return loop().stats().connects == 6; }));
  Settle();
  EXPECT_EQ(loop().stats().connects, 6u);
  EXPECT_EQ(listener->accept_queue()->length, 6u);
}

TEST_P(ListenerTest, CloseLeavesAcceptedConnectionsAloneAndResetsTheWaiting) {
  ListenerOptions options;
  options.accepting = false;
  Listener* listener = Listen(script::Echo, options);
  listener->AcceptOne();
  std::vector<PeerPtr> clients = ConnectMany(listener, 3);
  ASSERT_TRUE(TurnUntil([&] { return listener->accepted() == 1; }));
  const Endpoint endpoint = listener->endpoint();
  listener->Close();
  ASSERT_TRUE(TurnUntil([&] { return clients[1]->closed() && clients[2]->closed(); }));
  EXPECT_EQ(clients[1]->reason.code, CloseCode::kPeerReset);
  Of(clients[0]).Send("still here");
  ASSERT_TRUE(TurnUntil([&] { return clients[0]->received == "still here"; }));
  PeerPtr late = Connect(endpoint);
  ASSERT_TRUE(TurnUntil([&] { return late->closed(); }));
  EXPECT_EQ(late->reason.code, CloseCode::kConnectFailed);
}

TEST_P(ListenerTest, AClosedPortMayBeBoundAgainAtOnce) {
  Listener* listener = Listen();
  const Endpoint endpoint = listener->endpoint();
  PeerPtr client = Connect(endpoint);
  ASSERT_TRUE(TurnUntil([&] { return accepted_.size() == 1 && accepted_[0]->open(); }));
  // The server's end closes first and stays in TIME_WAIT.
  Of(accepted_[0]).Close();
  ASSERT_TRUE(TurnUntil([&] { return client->closed() && accepted_[0]->closed(); }));
  listener->Close();
  Settle(5);
  Listen({}, {}, endpoint);
}

TEST_P(ListenerTest, PausingAndResumingUnderArrivalsLosesNoConnection) {
  Listener* listener = Listen(script::Echo);
  Prng prng(4);
  std::vector<PeerPtr> clients;
  for (int i = 0; i < 400; ++i) {
    clients.push_back(Connect(listener->endpoint(), script::Say("x")));
    switch (prng.Between(0, 3)) {
      case 0:
        listener->PauseAccepting();
        break;
      case 1:
        listener->ResumeAccepting();
        break;
      case 2:
        listener->PauseAccepting();
        listener->AcceptOne();
        break;
      default:
        loop().Turn(loop().now());
    }
  }
  listener->ResumeAccepting();
  for (const PeerPtr& client : clients) {
    ASSERT_TRUE(TurnUntil([&] { return client->received == "x"; }));
  }
  EXPECT_EQ(listener->accepted(), 400u);
  EXPECT_EQ(listener->connections(), 400u);
  EXPECT_EQ(loop().stats().accepts, 400u);
}

TEST_P(ListenerTest, ListenersThatShareAPortShareItsConnections) {
  ListenerOptions options;
  options.reuse_port = true;
  Listener* first = Listen({}, options);
  Listener* second = Listen({}, options, first->endpoint());
  for (int i = 0; i < 200; ++i) Connect(first->endpoint());
  ASSERT_TRUE(TurnUntil([&] { return first->accepted() + second->accepted() == 200; }));
  EXPECT_GT(first->accepted(), 0u);
  EXPECT_GT(second->accepted(), 0u);
}

}  // namespace
}  // namespace sluice::test
