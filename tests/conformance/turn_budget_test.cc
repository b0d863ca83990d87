// A firehose among pings: what one connection gets of a turn is bounded. Bytes and turns are
// counted here, not time.
#include "tests/conformance/fixture.h"

namespace sluice::test {
namespace {

class TurnBudgetTest : public ReactorTest {
 protected:
  void SetUp() override {
    backend_options.receive_buffer_bytes = 4 << 10;
    ReactorTest::SetUp();
  }
};
SLUICE_ON_EVERY_BACKEND(TurnBudgetTest);

constexpr uint32_t kTurnBytes = 16 << 10;

// Never closed: sends more whenever what it sent has left.
void Firehose(Peer& peer) {
  peer.on_open = [](Connection& connection) { connection.Send(std::string(1 << 20, 'f')); };
  peer.on_drain = peer.on_open;
}

TEST_P(TurnBudgetTest, AFirehoseGetsNoMoreThanItsBytesATurn) {
  ListenerOptions options;
  options.limits.turn_bytes = kTurnBytes;
  uint64_t turn = 0;
  uint64_t turn_bytes = 0;
  uint64_t most = 0;
  Listener* listener = Listen(
      [&](Peer& peer) {
        peer.keep_bytes = false;
        peer.on_data = [&](Connection& connection, std::string_view bytes) {
          const uint64_t now = connection.loop().stats().turns;
          turn_bytes = now == turn ? turn_bytes + bytes.size() : bytes.size();
          turn = now;
          most = std::max(most, turn_bytes);
          return bytes.size();
        };
      },
      options);
  Connect(listener->endpoint(), Firehose);
  ASSERT_TRUE(
      TurnUntil([&] { return !accepted_.empty() && accepted_[0]->received_bytes >= 8 << 20; }));
  // The budget is looked at between buffers: the last one may reach beyond it.
  EXPECT_LE(most, kTurnBytes + backend_options.receive_buffer_bytes);
}

TEST_P(TurnBudgetTest, PingsMoveOnWhileAFirehoseRuns) {
  ListenerOptions options;
  options.limits.turn_bytes = kTurnBytes;
  Listener* hose = Listen([](Peer& peer) { peer.keep_bytes = false; }, options);
  Connect(hose->endpoint(), Firehose);
  ASSERT_TRUE(TurnUntil([&] { return !accepted_.empty() && accepted_[0]->received_bytes > 0; }));
  const PeerPtr drain = accepted_[0];

  Listener* echo = Listen(script::Echo, options);
  std::vector<PeerPtr> pings;
  for (int i = 0; i < 50; ++i) {
    pings.push_back(Connect(echo->endpoint(), [](Peer& peer) {
      peer.on_open = [](Connection& connection) { connection.Send("p"); };
      peer.on_data = [](Connection& connection, std::string_view bytes) {
        connection.Send("p");
        return bytes.size();
      };
    }));
  }
  ASSERT_TRUE(TurnUntil([&] {
    for (const PeerPtr& ping : pings) {
      if (ping->received_bytes == 0) return false;
    }
    return true;
  }));

  std::vector<uint64_t> before;
  for (const PeerPtr& ping : pings) before.push_back(ping->received_bytes);
  const uint64_t hose_before = drain->received_bytes;
  constexpr int kTurns = 300;
  for (int turn = 0; turn < kTurns; ++turn) loop().Turn(loop().now() + 5ms);
  EXPECT_GT(drain->received_bytes - hose_before, uint64_t{kTurnBytes}) << "the firehose ran too";
  // A round trip is two hops of a turn or two each.
  for (size_t i = 0; i < pings.size(); ++i) {
    EXPECT_GE(pings[i]->received_bytes - before[i], kTurns / 10u) << "ping " << i << " starved";
  }
}

TEST_P(TurnBudgetTest, ABudgetOfOneByteStillMovesOn) {
  ConnectionLimits limits;
  limits.turn_bytes = 1;
  const std::string all = Payload(1, 20 << 10);
  Pair pair = ConnectPair(
      [&](Peer& peer) {
        peer.on_open = [&](Connection& connection) {
          connection.Send(all);
          connection.EndOutput();
        };
      },
      script::Echo, limits);
  ASSERT_TRUE(TurnUntil([&] { return pair.client->closed() && pair.server->closed(); }));
  EXPECT_TRUE(pair.server->received == all);
  EXPECT_TRUE(pair.client->received == all);
}

TEST_P(TurnBudgetTest, TheLastBytesAndTheEndArriveWithoutFurtherEvents) {
  ConnectionLimits limits;
  limits.turn_bytes = 4 << 10;
  for (const size_t size : {4095u, 4096u, 4097u, 8192u, 12289u, 100000u}) {
    Pair pair = ConnectPair(
        [&](Peer& peer) {
          peer.on_open = [&](Connection& connection) {
            connection.Send(Payload(size, size));
            connection.EndOutput();
          };
        },
        {}, limits);
    ASSERT_TRUE(TurnUntil([&] { return pair.server->ends == 1; })) << size;
    EXPECT_TRUE(pair.server->received == Payload(size, size));
  }
}

}  // namespace
}  // namespace sluice::test
