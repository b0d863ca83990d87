// Loop::Stop: finish, then end; at the deadline end anyway.
#include "tests/conformance/fixture.h"

namespace sluice::test {
namespace {

class StopTest : public ReactorTest {};
SLUICE_ON_EVERY_BACKEND(StopTest);

void PauseReading(Connection& connection) {
  connection.PauseReading();
}

TEST_P(StopTest, WithNothingOpenRunReturns) {
  loop().Stop();
  EXPECT_TRUE(loop().stopping());
  loop().Run();
  EXPECT_FALSE(loop().Turn());
  EXPECT_FALSE(loop().Turn());
}

TEST_P(StopTest, AskedBeforeItRanAListenerClosesToo) {
  Listener* listener = Listen();
  const Endpoint endpoint = listener->endpoint();
  loop().Stop();
  loop().Run();
  // The port is free again.
  std::unique_ptr<Loop> next = MakeLoop();
  EXPECT_TRUE(next->Listen(endpoint, {}, [] { return nullptr; }).ok());
}

TEST_P(StopTest, EveryConnectionIsAskedAndByDefaultCloses) {
  Pair pair = ConnectPair();
  loop().Stop();
  loop().Run();
  EXPECT_EQ(pair.client->stops, 1);
  EXPECT_EQ(pair.server->stops, 1);
  EXPECT_EQ(pair.client->reason.code, CloseCode::kLocal);
  EXPECT_EQ(pair.server->reason.code, CloseCode::kLocal);
}

TEST_P(StopTest, WhatIsUnsentLeavesFirst) {
  const std::string all = Payload(1, 16 << 20);
  Pair pair = ConnectPair([](Peer& peer) { peer.on_stop = [](Connection&) {}; }, script::Say(all));
  loop().Stop();
  loop().Run();
  EXPECT_TRUE(pair.client->received == all);
  EXPECT_EQ(pair.server->reason.code, CloseCode::kLocal);
  EXPECT_EQ(pair.client->reason.code, CloseCode::kPeerEnded);
}

TEST_P(StopTest, AHandlerMayFinishItsConversationFirst) {
  Pair pair = ConnectPair(
      [](Peer& peer) {
        peer.on_stop = [](Connection&) {};
        peer.on_data = [](Connection& connection, std::string_view bytes) {
          connection.Send("last words");
          return bytes.size();
        };
      },
      [](Peer& peer) {
        peer.on_stop = [](Connection& connection) { connection.Send("going away"); };
        peer.on_data = [](Connection& connection, std::string_view bytes) {
          connection.Close();
          return bytes.size();
        };
      });
  loop().Stop();
  loop().Run();
  EXPECT_EQ(pair.client->received, "going away");
  EXPECT_EQ(pair.server->received, "last words");
  EXPECT_EQ(pair.server->reason.code, CloseCode::kLocal);
}

TEST_P(StopTest, WhatIsOpenAtTheDrainDeadlineIsAborted) {
  Pair pair = ConnectPair(script::Stay, script::Stay);
  const TimePoint start = loop().now();
  loop().Stop(80ms);
  loop().Run();
  EXPECT_GE(loop().now() - start, 80ms);
  EXPECT_EQ(pair.client->stops, 1);
  EXPECT_EQ(pair.client->reason.code, CloseCode::kLoopStopped);
  EXPECT_EQ(pair.server->reason.code, CloseCode::kLoopStopped);
}

TEST_P(StopTest, ASecondStopAbortsAtOnce) {
  Pair pair = ConnectPair(script::Stay, script::Stay);
  loop().Stop(1h);
  Settle();
  EXPECT_TRUE(pair.client->open());
  loop().Stop(1h);
  ASSERT_TRUE(TurnUntil([&] { return !loop().Turn(loop().now()); }));
  EXPECT_EQ(pair.client->reason.code, CloseCode::kLoopStopped);
  EXPECT_EQ(pair.client->stops, 1);
}

TEST_P(StopTest, LimitsOfForEverAreNoLimits) {
  constexpr Duration kForEver = Duration::max();
  ConnectionLimits limits;
  limits.idle_timeout = limits.stall_timeout = limits.linger_timeout = kForEver;
  ListenerOptions listener_options;
  listener_options.limits = limits;
  ConnectOptions connect_options;
  connect_options.limits = limits;
  connect_options.timeout = kForEver;
  Listener* listener = Listen(script::Echo, listener_options);
  PeerPtr client = Connect(listener->endpoint(), script::Say(Payload(1, 1 << 20)), connect_options);
  ASSERT_TRUE(TurnUntil([&] { return client->received_bytes == 1 << 20; }));
  loop().Stop(kForEver);
  loop().Run();
  EXPECT_EQ(client->reason.code, CloseCode::kLocal);
}

TEST_P(StopTest, WithoutDrainNothingIsWaitedFor) {
  Pair pair = ConnectPair(script::Stay, script::Stay);
  loop().Stop(0ms);
  loop().Run();
  EXPECT_EQ(pair.server->reason.code, CloseCode::kLoopStopped);
}

TEST_P(StopTest, ConnectionsThatWaitInTheAcceptQueueAreServed) {
  Listener* listener = Listen([](Peer& peer) {
    peer.on_stop = [](Connection&) {};
    peer.on_data = [](Connection& connection, std::string_view bytes) {
      connection.Send(bytes);
      connection.Close();
      return bytes.size();
    };
  });
  // The clients' loop turns alone: the kernel completes their connections, nobody accepts them.
  std::unique_ptr<Loop> clients_loop = MakeLoop();
  std::vector<PeerPtr> clients;
  for (int i = 0; i < 100; ++i) {
    clients.push_back(Connect(listener->endpoint(), script::Say("request " + std::to_string(i)), {},
                              clients_loop.get()));
  }
  ASSERT_TRUE(
      test::TurnUntil(*clients_loop, [&] { return clients_loop->stats().connects == 100; }));
  test::Settle(*clients_loop);
  EXPECT_EQ(accepted_.size(), 0u);
  loop().Stop();
  ASSERT_TRUE(test::TurnUntil(*clients_loop, [&] { return !loop().Turn(loop().now() + 1ms); }));
  ASSERT_TRUE(
      test::TurnUntil(*clients_loop, [&] { return clients_loop->stats().connections == 0; }));
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(clients[i]->received, "request " + std::to_string(i));
    EXPECT_EQ(clients[i]->reason.code, CloseCode::kPeerEnded);
  }
}

TEST_P(StopTest, APausedListenerDoesNotHoldTheStopForLongerThanTheDrain) {
  ListenerOptions options;
  options.accepting = false;
  Listener* listener = Listen({}, options);
  PeerPtr client = Connect(listener->endpoint());
  ASSERT_TRUE(TurnUntil([&] { return client->open(); }));
  loop().Stop(100ms);
  ASSERT_TRUE(TurnUntil([&] { return !loop().Turn(loop().now() + 1ms); }));
  EXPECT_TRUE(client->closed());
}

TEST_P(StopTest, AConnectUnderWayIsEnded) {
  ListenerOptions options;
  options.accepting = false;
  options.backlog = 0;
  Listener* listener = Listen({}, options);
  // Some of these find the queue full and stay connecting.
  std::vector<PeerPtr> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(Connect(listener->endpoint(), script::Stay));
  Settle();
  loop().Stop(50ms);
  ASSERT_TRUE(TurnUntil([&] { return !loop().Turn(loop().now() + 1ms); }));
  for (const PeerPtr& client : clients) EXPECT_EQ(client->closes, 1);
}

// Input that waits in the kernel, since the peer was slow to take the answers before it.
TEST_P(StopTest, WhatWaitsBehindBackpressureIsAnsweredFirst) {
  const std::string all = Payload(1, 100 << 10);
  ListenerOptions options;
  options.limits.output_high_water_bytes = 16 << 10;
  options.limits.output_low_water_bytes = 0;
  Listener* listener = Listen(
      [](Peer& peer) {
        script::Echo(peer);
        peer.on_open = [](Connection& connection) {
          EXPECT_TRUE(connection.SetOption(socket_option::kSendBufferBytes, 4 << 10).ok());
        };
      },
      options);
  ConnectOptions connect_options;
  connect_options.socket.Set(socket_option::kReceiveBufferBytes, 4 << 10);
  connect_options.limits.output_high_water_bytes = 1 << 20;  // both would wait for ever
  std::unique_ptr<Loop> other = MakeLoop();
  PeerPtr client = Connect(
      listener->endpoint(), [](Peer& peer) { peer.on_open = PauseReading; }, connect_options,
      other.get());
  const auto both_turn_until = [&](absl::FunctionRef<bool()> done) {
    return test::TurnUntil(*other, [&] {
      loop().Turn(loop().now());
      return done();
    });
  };
  ASSERT_TRUE(both_turn_until([&] { return client->open() && accepted_.size() == 1; }));
  // In pieces, so that it stops in the middle; in the end all is in the kernel.
  for (size_t sent = 0; sent < all.size(); sent += 4 << 10) {
    other->Find(client->id)->Send(std::string_view(all).substr(sent, 4 << 10));
    ASSERT_TRUE(both_turn_until([&] { return other->Find(client->id)->unsent_bytes() == 0; }));
  }
  ASSERT_TRUE(both_turn_until([&] { return !Of(accepted_[0]).is_reading(); }));
  ASSERT_LT(accepted_[0]->received_bytes, all.size());
  loop().Stop(1h);
  const TimePoint later = loop().now() + 100ms;
  ASSERT_TRUE(both_turn_until([&] { return loop().now() >= later; }));
  EXPECT_EQ(accepted_[0]->stops, 0) << "asked to finish while input waits";
  other->Find(client->id)->ResumeReading();
  ASSERT_TRUE(both_turn_until([&] { return client->closed(); }));
  EXPECT_TRUE(client->received == all);
}

TEST_P(StopTest, AConnectionThatOpensWhileItDrainsIsAskedToFinishToo) {
  std::unique_ptr<Loop> other = MakeLoop();
  Listener* elsewhere = Listen({}, {}, Loopback(), other.get());
  PeerPtr late;
  Pair pair = ConnectPair(
      [&](Peer& peer) {
        peer.on_stop = [&](Connection& connection) {
          late = Connect(elsewhere->endpoint());
          connection.Close();
        };
      },
      {});
  loop().Stop(1h);
  ASSERT_TRUE(test::TurnUntil(*other, [&] { return !loop().Turn(loop().now() + 1ms); }));
  ASSERT_NE(late, nullptr);
  EXPECT_EQ(late->opens, 1);
  EXPECT_EQ(late->stops, 1);
  EXPECT_EQ(late->reason.code, CloseCode::kLocal);
}

TEST_P(StopTest, TimersAndPostsRunWhileItDrains) {
  ConnectPair(script::Stay, script::Stay);
  bool fired = false;
  bool posted = false;
  Timer timer(loop(), [&] { fired = true; });
  timer.ArmAfter(10ms);
  loop().Stop(60ms);
  loop().Post([&] { posted = true; });
  loop().Run();
  EXPECT_TRUE(fired);
  EXPECT_TRUE(posted);
}

TEST_P(StopTest, StopFromInsideEveryKindOfCallbackEndsRun) {
  Listener* listener = Listen([](Peer& peer) {
    peer.on_data = [](Connection& connection, std::string_view bytes) {
      connection.Send("answered");
      connection.loop().Stop();
      return bytes.size();
    };
  });
  PeerPtr client = Connect(listener->endpoint(), [](Peer& peer) {
    peer.on_open = [](Connection& connection) { connection.Send("x"); };
    peer.on_stop = [](Connection&) {};
  });
  loop().Run();
  EXPECT_EQ(client->received, "answered");
}

}  // namespace
}  // namespace sluice::test
