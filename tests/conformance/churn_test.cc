// Thousands of short connections: none sees a byte of another (FACTS 6.1, 6.10), none is leaked.
#include "tests/conformance/fixture.h"

namespace sluice::test {
namespace {

class ChurnTest : public ReactorTest {
 protected:
  // What connection `number` sends: no two start alike.
  static std::string Question(uint64_t number) {
    Prng prng(number);
    return Payload(number, prng.Between(8, 4000));
  }
};
SLUICE_ON_EVERY_BACKEND(ChurnTest);

TEST_P(ChurnTest, NoConnectionSeesAByteOfAnother) {
  constexpr int kConnections = 3000;
  constexpr int kAtOnce = 50;
  Listener* listener = Listen(script::Echo);
  const Endpoint endpoint = listener->endpoint();
  int started = 0;
  int finished = 0;
  int wrong = 0;
  std::function<void()> start = [&] {
    const uint64_t number = started++;
    Connect(endpoint, [&, number](Peer& peer) {
      peer.on_open = [number](Connection& connection) {
        connection.Send(Question(number));
        connection.EndOutput();
      };
      peer.on_close = [&, number](Connection&, CloseReason) {
        ++finished;
        wrong += peer.received != Question(number);
        if (started < kConnections) start();
      };
    });
  };
  while (started < kAtOnce) start();
  ASSERT_TRUE(TurnUntil([&] { return finished == kConnections; }));
  EXPECT_EQ(wrong, 0);
  ASSERT_TRUE(TurnUntil([&] { return loop().stats().connections == 0; }));
  EXPECT_EQ(loop().stats().accepts, uint64_t{kConnections});
  EXPECT_EQ(loop().stats().closes[static_cast<size_t>(CloseCode::kPeerEnded)], 2u * kConnections);
}

// Half of the connections die on the way, at any moment and in any manner; what arrives is still a
// prefix of what was sent to that connection and to no other.
TEST_P(ChurnTest, SuddenDeathsMixNothingUp) {
  constexpr int kConnections = 2000;
  backend_options.receive_buffer_bytes = 2048;
  Prng prng(5);
  Listener* listener = Listen([&](Peer& peer) {
    peer.on_data = [&](Connection& connection, std::string_view bytes) {
      connection.Send(bytes);
      if (prng.Chance(1, 8)) connection.Abort();
      if (prng.Chance(1, 8)) connection.Close();
      return bytes.size();
    };
  });
  int mixed_up = 0;
  int closed = 0;
  for (int number = 0; number < kConnections; ++number) {
    PeerPtr client = Connect(listener->endpoint(), [&, number](Peer& peer) {
      peer.on_open = [&, number](Connection& connection) {
        connection.Send(Question(number));
        if (prng.Chance(1, 10)) connection.Abort();
        if (prng.Chance(1, 4)) connection.EndOutput();
      };
      peer.on_data = [&](Connection& connection, std::string_view bytes) {
        if (prng.Chance(1, 6)) connection.Abort();
        return bytes.size();
      };
      peer.on_close = [&, number](Connection&, CloseReason) {
        mixed_up += Question(number).compare(0, peer.received.size(), peer.received) != 0;
        ++closed;
      };
    });
    if (prng.Chance(1, 10)) Of(client).Abort();
    for (uint64_t turns = prng.Between(0, 2); turns > 0; --turns) loop().Turn(loop().now());
  }
  loop().ForEachConnection([](Connection& connection) { connection.Close(); });
  ASSERT_TRUE(TurnUntil([&] {
    // Those still in the accept queue arrive and wait for bytes: let them go too.
    loop().ForEachConnection([](Connection& connection) {
      if (connection.is_open()) connection.Close();
    });
    return closed == kConnections && loop().stats().connections == 0;
  }));
  EXPECT_EQ(mixed_up, 0);
}

TEST_P(ChurnTest, AServerThatEndsFirstServesThousandsInARow) {
  Listener* listener = Listen([](Peer& peer) {
    peer.on_open = [&peer](Connection& connection) {
      connection.Send(std::to_string(peer.index));
      connection.Close();
    };
  });
  for (int i = 0; i < 2000; ++i) {
    PeerPtr client = Connect(listener->endpoint());
    ASSERT_TRUE(TurnUntil([&] { return client->closed(); }));
    ASSERT_EQ(client->received, std::to_string(i));
    ASSERT_EQ(client->reason.code, CloseCode::kPeerEnded);
  }
}

}  // namespace
}  // namespace sluice::test
