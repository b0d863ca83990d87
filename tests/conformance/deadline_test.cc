// Idle timeouts and absolute deadlines: never early, and nothing pushes an absolute one.
#include "tests/conformance/fixture.h"

namespace sluice::test {
namespace {

class DeadlineTest : public ReactorTest {
 protected:
  static ConnectionLimits Idle(Duration idle_timeout) {
    ConnectionLimits limits;
    limits.idle_timeout = idle_timeout;
    return limits;
  }
};
SLUICE_ON_EVERY_BACKEND(DeadlineTest);

TEST_P(DeadlineTest, ASilentConnectionIsClosed) {
  const TimePoint before = loop().now();
  Pair pair = ConnectPair({}, script::Stay, Idle(60ms));
  ASSERT_TRUE(TurnUntil([&] { return pair.client->closed() && pair.server->closed(); }));
  EXPECT_GE(loop().now() - before, 60ms);
  EXPECT_EQ(pair.server->reason.code, CloseCode::kIdleTimeout);
}

TEST_P(DeadlineTest, BytesEitherWayKeepAConnectionFromBeingIdle) {
  const TimePoint before = loop().now();
  ListenerOptions options;
  options.limits = Idle(500ms);
  // One gets bytes and never answers, the other sends and never hears.
  Listener* listener = Listen(script::Stay, options);
  ConnectOptions connect_options;
  connect_options.limits = options.limits;
  PeerPtr client = Connect(listener->endpoint(), script::Stay, connect_options);
  TimePoint next = loop().now();
  ASSERT_TRUE(TurnUntil([&] {
    if (client->open() && loop().now() >= next) {
      next = loop().now() + 50ms;
      Of(client).Send("drip");
    }
    return client->closed() || loop().now() - before >= 1200ms;
  }));
  EXPECT_TRUE(client->open());
  EXPECT_TRUE(accepted_[0]->open());
}

TEST_P(DeadlineTest, ZeroMeansNoIdleLimit) {
  Pair pair = ConnectPair({}, {}, Idle(0ms));
  const TimePoint until = loop().now() + 100ms;
  ASSERT_TRUE(TurnUntil([&] { return loop().now() >= until; }));
  EXPECT_TRUE(pair.client->open());
}

TEST_P(DeadlineTest, ADrippingClientCannotPushADeadline) {
  TimePoint deadline;
  Pair pair = ConnectPair(
      {},
      [&](Peer& peer) {
        script::Stay(peer);
        peer.on_open = [&](Connection& connection) {
          deadline = connection.loop().now() + 150ms;
          connection.SetDeadline(deadline);
        };
      },
      Idle(10s));
  TimePoint next = loop().now();
  ASSERT_TRUE(TurnUntil([&] {
    if (pair.client->open() && loop().now() >= next) {
      next = loop().now() + 5ms;
      Of(pair.client).Send("drip");
    }
    return pair.server->closed();
  }));
  EXPECT_GE(loop().now(), deadline);
  EXPECT_EQ(pair.server->reason.code, CloseCode::kDeadline);
  EXPECT_GT(pair.server->received_bytes, 0u);
}

TEST_P(DeadlineTest, NeverLiftsADeadline) {
  Pair pair = ConnectPair();
  Of(pair.server).SetDeadline(loop().now() + 20ms);
  Of(pair.server).SetDeadline(kNever);
  const TimePoint until = loop().now() + 100ms;
  ASSERT_TRUE(TurnUntil([&] { return loop().now() >= until; }));
  EXPECT_TRUE(pair.server->open());
}

TEST_P(DeadlineTest, ALaterDeadlineReplacesAnEarlierOneAndTheOtherWayRound) {
  Pair later = ConnectPair();
  Pair earlier = ConnectPair();
  const TimePoint now = loop().now();
  Of(later.server).SetDeadline(now + 20ms);
  Of(later.server).SetDeadline(now + 120ms);
  Of(earlier.server).SetDeadline(now + 1h);
  Of(earlier.server).SetDeadline(now + 20ms);
  ASSERT_TRUE(TurnUntil([&] { return earlier.server->closed(); }));
  ASSERT_TRUE(TurnUntil([&] { return later.server->closed(); }));
  EXPECT_GE(loop().now(), now + 120ms);
}

TEST_P(DeadlineTest, APastDeadlineClosesInTheNextTurns) {
  Pair pair = ConnectPair();
  Of(pair.server).SetDeadline(loop().now() - 1s);
  EXPECT_EQ(pair.server->closes, 0) << "nothing calls back from inside SetDeadline";
  ASSERT_TRUE(TurnUntil([&] { return pair.server->closed(); }));
  EXPECT_EQ(pair.server->reason.code, CloseCode::kDeadline);
}

TEST_P(DeadlineTest, ADeadlineEndsALingeringClose) {
  ConnectionLimits limits;
  limits.linger_timeout = 1h;
  Pair pair = ConnectPair(script::Stay, {}, limits);
  Of(pair.server).SetDeadline(loop().now() + 50ms);
  Of(pair.server).Close();
  ASSERT_TRUE(TurnUntil([&] { return pair.server->closed(); }));
}

TEST_P(DeadlineTest, SetLimitsTakesEffectOnAnOpenConnection) {
  Pair pair = ConnectPair({}, script::Stay);
  const ConnectionLimits limits = Idle(40ms);
  Of(pair.server).SetLimits(limits);
  EXPECT_EQ(Of(pair.server).limits(), limits);
  EXPECT_FALSE(Of(pair.client).limits() == limits) << "its neighbour keeps its own";
  ASSERT_TRUE(TurnUntil([&] { return pair.server->closed(); }));
  EXPECT_EQ(pair.server->reason.code, CloseCode::kIdleTimeout);
}

TEST_P(DeadlineTest, SetLimitsCanLiftALimitToo) {
  Pair pair = ConnectPair({}, {}, Idle(80ms));
  Of(pair.server).SetLimits({});
  Of(pair.client).SetLimits({});
  const TimePoint until = loop().now() + 200ms;
  ASSERT_TRUE(TurnUntil([&] { return loop().now() >= until; }));
  EXPECT_TRUE(pair.server->open());
  EXPECT_TRUE(pair.client->open());
}

TEST_P(DeadlineTest, AThousandDeadlinesCloseAThousandConnectionsNoneEarly) {
  Prng prng(2);
  struct Due {
    PeerPtr client;
    TimePoint deadline;
  };
  Listener* listener = Listen();
  std::vector<TimePoint> deadlines(1000);
  int early = 0;
  int closed = 0;
  for (int i = 0; i < 1000; ++i) {
    deadlines[i] = loop().now() + Duration(prng.Between(0, 200'000'000));
    PeerPtr client = Connect(listener->endpoint(), [&, i](Peer& peer) {
      peer.on_open = [&, i](Connection& connection) { connection.SetDeadline(deadlines[i]); };
      peer.on_close = [&, i](Connection& connection, CloseReason reason) {
        EXPECT_EQ(reason.code, CloseCode::kDeadline);
        early += connection.loop().now() < deadlines[i];
        ++closed;
      };
    });
  }
  ASSERT_TRUE(TurnUntil([&] { return closed == 1000; }));
  EXPECT_EQ(early, 0);
}

}  // namespace
}  // namespace sluice::test
