// How connections end: in order, with everything sent, once, and with the reason on record.
#include "tests/conformance/fixture.h"

namespace sluice::test {
namespace {

class CloseTest : public ReactorTest {
 protected:
  bool BothClosed(const Pair& pair) {
    return TurnUntil([&] { return pair.client->closed() && pair.server->closed(); });
  }
};
SLUICE_ON_EVERY_CONFIGURATION(CloseTest);

TEST_P(CloseTest, CloseSendsEverythingFirst) {
  const std::string all = Payload(1, 8 << 20);
  Pair pair = ConnectPair([&](Peer& peer) {
    peer.on_open = [&](Connection& connection) {
      connection.Send(all);
      connection.Close();
      EXPECT_FALSE(connection.is_open());
    };
  });
  ASSERT_TRUE(BothClosed(pair));
  EXPECT_TRUE(pair.server->received == all);
  EXPECT_EQ(pair.client->reason.code, CloseCode::kLocal);
  EXPECT_EQ(pair.server->reason.code, CloseCode::kPeerEnded);
  EXPECT_EQ(pair.server->ends, 1);
}

TEST_P(CloseTest, AfterCloseNothingIsSentAndNothingIsShown) {
  Pair pair = ConnectPair(
      [](Peer& peer) {
        peer.on_open = [](Connection& connection) {
          connection.Send("first");
          connection.Close();
          connection.Send("second");
          connection.SendStatic("third");
          connection.Reserve(5);
          connection.Commit(5);
        };
      },
      [](Peer& peer) {
        peer.on_open = [](Connection& connection) { connection.Send(Payload(1, 100000)); };
      });
  ASSERT_TRUE(BothClosed(pair));
  EXPECT_EQ(pair.server->received, "first");
  EXPECT_EQ(pair.client->data_calls, 0);
}

TEST_P(CloseTest, AnEarlyAnswerIsReadableWhileThePeerStillSends) {
  const std::string body = Payload(2, 1 << 20);
  Pair pair = ConnectPair(
      [&](Peer& peer) {
        peer.on_open = [&](Connection& connection) {
          connection.Send(body);
          connection.Send(body);
        };
      },
      [](Peer& peer) {
        peer.on_data = [](Connection& connection, std::string_view bytes) {
          connection.Send("413 too large");
          connection.Close();
          return bytes.size();
        };
      });
  ASSERT_TRUE(BothClosed(pair));
  EXPECT_EQ(pair.client->received, "413 too large");
  EXPECT_EQ(pair.client->ends, 1);
  EXPECT_EQ(pair.client->reason.code, CloseCode::kPeerEnded);
  EXPECT_EQ(pair.server->data_calls, 1);
  EXPECT_EQ(pair.server->reason.code, CloseCode::kLocal);
}

TEST_P(CloseTest, APeerThatNeverEndsIsWaitedForUntilLingerTimeout) {
  ConnectionLimits limits;
  limits.linger_timeout = 50ms;
  Pair pair = ConnectPair(script::Stay, {}, limits);
  const TimePoint closed_at = loop().now();
  Of(pair.server).Close();
  ASSERT_TRUE(TurnUntil([&] { return pair.server->closed(); }));
  EXPECT_GE(loop().now() - closed_at, 50ms);
  EXPECT_EQ(pair.server->reason.code, CloseCode::kLocal);
  EXPECT_EQ(pair.client->ends, 1);
}

TEST_P(CloseTest, APeerThatSendsForEverDoesNotPushLingerTimeout) {
  ConnectionLimits limits;
  limits.linger_timeout = 50ms;
  Pair pair = ConnectPair(
      [](Peer& peer) {
        script::Stay(peer);
        peer.on_open = [](Connection& connection) { connection.Send("x"); };
      },
      {}, limits);
  Of(pair.server).Close();
  ASSERT_TRUE(TurnUntil([&] {
    if (pair.client->open()) Of(pair.client).Send("drip");
    return pair.server->closed();
  }));
  EXPECT_EQ(pair.server->reason.code, CloseCode::kLocal);
}

TEST_P(CloseTest, BothMayCloseAtOnce) {
  const auto close_at_once = [](Peer& peer) {
    peer.on_open = [](Connection& connection) {
      connection.Send("x");
      connection.Close();
    };
  };
  Pair pair = ConnectPair(close_at_once, close_at_once);
  ASSERT_TRUE(BothClosed(pair));
  EXPECT_EQ(pair.client->reason.code, CloseCode::kLocal);
  EXPECT_EQ(pair.server->reason.code, CloseCode::kLocal);
}

TEST_P(CloseTest, CloseTwiceIsCloseOnce) {
  Pair pair = ConnectPair();
  Of(pair.client).Close();
  Of(pair.client).Close();
  Of(pair.client).EndOutput();
  ASSERT_TRUE(BothClosed(pair));
  EXPECT_EQ(pair.client->reason.code, CloseCode::kLocal);
}

TEST_P(CloseTest, AbortDropsOutputAndResetsThePeer) {
  Pair pair = ConnectPair(
      [](Peer& peer) { peer.on_open = [](Connection& connection) { connection.Send("seen"); }; });
  ASSERT_TRUE(TurnUntil([&] { return pair.server->received == "seen"; }));
  Of(pair.client).Send("never seen");
  Of(pair.client).Abort();
  EXPECT_FALSE(Of(pair.client).is_open());
  EXPECT_EQ(pair.client->closes, 0) << "nothing calls back from inside Abort";
  ASSERT_TRUE(BothClosed(pair));
  EXPECT_EQ(pair.server->received, "seen");
  EXPECT_EQ(pair.client->reason.code, CloseCode::kAborted);
  EXPECT_EQ(pair.server->reason.code, CloseCode::kPeerReset);
  EXPECT_EQ(pair.server->ends, 0);
}

TEST_P(CloseTest, AbortAfterCloseEndsTheWait) {
  ConnectionLimits limits;
  limits.linger_timeout = 1h;
  Pair pair = ConnectPair(script::Stay, {}, limits);
  Of(pair.server).Close();
  ASSERT_TRUE(TurnUntil([&] { return pair.client->ends == 1; }));
  EXPECT_FALSE(pair.server->closed());
  Of(pair.server).Abort();
  ASSERT_TRUE(TurnUntil([&] { return pair.server->closed(); }));
}

TEST_P(CloseTest, AProtocolErrorSendsItsAnswerAndRecordsItsCode) {
  Pair pair = ConnectPair(script::Say("nonsense"), [](Peer& peer) {
    peer.on_data = [](Connection& connection, std::string_view) -> size_t {
      connection.Send("400 what?");
      connection.CloseProtocolError(42);
      return 0;
    };
  });
  ASSERT_TRUE(BothClosed(pair));
  EXPECT_EQ(pair.client->received, "400 what?");
  EXPECT_EQ(pair.server->reason.code, CloseCode::kProtocolError);
  EXPECT_EQ(pair.server->reason.error, 42);
}

TEST_P(CloseTest, TheFirstReasonStays) {
  Pair pair = ConnectPair();
  Of(pair.server).CloseProtocolError(7);
  Of(pair.server).Close();
  Of(pair.server).CloseProtocolError(8);
  ASSERT_TRUE(BothClosed(pair));
  EXPECT_EQ(pair.server->reason.code, CloseCode::kProtocolError);
  EXPECT_EQ(pair.server->reason.error, 7);
}

TEST_P(CloseTest, ADestroyedLoopClosesEverything) {
  Pair pair = ConnectPair(script::Say(Payload(1, 1 << 20)), script::Echo);
  PeerPtr connecting = Connect(pair.listener->endpoint());
  DestroyLoop();
  for (const PeerPtr& peer : {pair.client, pair.server, connecting}) {
    EXPECT_EQ(peer->closes, 1);
    EXPECT_TRUE(peer->destroyed);
    EXPECT_EQ(peer->reason.code, CloseCode::kLoopStopped);
  }
}

TEST_P(CloseTest, EveryConnectionMayBeClosedFromAVisit) {
  Listener* listener = Listen();
  std::vector<PeerPtr> clients;
  for (int i = 0; i < 100; ++i) clients.push_back(Connect(listener->endpoint()));
  ASSERT_TRUE(TurnUntil([&] { return loop().stats().connections == 200; }));
  int visits = 0;
  loop().ForEachConnection(
      [&](Connection& connection) { ++visits % 2 == 0 ? connection.Close() : connection.Abort(); });
  EXPECT_EQ(visits, 200);
  ASSERT_TRUE(TurnUntil([&] { return loop().stats().connections == 0; }));
}

TEST_P(CloseTest, ReasonsAreCountedByCode) {
  Listener* listener = Listen();
  for (int i = 0; i < 3; ++i) {
    PeerPtr client = Connect(listener->endpoint());
    ASSERT_TRUE(TurnUntil([&] { return client->open(); }));
    Of(client).Abort();
  }
  ASSERT_TRUE(TurnUntil([&] { return loop().stats().connections == 0; }));
  uint64_t sum = 0;
  for (const uint64_t count : loop().stats().closes) sum += count;
  EXPECT_EQ(sum, 3 + accepted_.size());
  EXPECT_EQ(loop().stats().closes[static_cast<size_t>(CloseCode::kAborted)], 3u);
}

}  // namespace
}  // namespace sluice::test
