// Datagrams that may leave as trains: whatever passes the kernel as one, every receiver gets each
// for itself, in order and once, and every one is counted.
#include <map>

#include "tests/conformance/datagram_peer.h"
#include "tests/conformance/fixture.h"

namespace sluice::test {
namespace {

class UdpTrainTest : public DatagramTest {
 protected:
  static void LargeReceiveBuffer(DatagramPeer& peer) {
    peer.options.socket.Set(socket_option::kReceiveBufferBytes, 4 << 20);
  }

  // Sends, and remembers it for ExpectEverything. Sizes up to `size` tell each from the others.
  void Send(const DatagramPeerPtr& from, const DatagramPeerPtr& to, size_t size) {
    std::vector<std::string>& expected = expected_[to];
    expected.push_back(Payload(next_++, size));
    ASSERT_TRUE(from->socket->Send(to->socket->endpoint(), expected.back()));
    ++sent_;
    bytes_sent_ += size;
  }

  bool AllArrived() {
    for (const auto& [peer, expected] : expected_) {
      if (peer->received.size() < expected.size()) return false;
    }
    return true;
  }

  // Of what was sent, by one sender: all of it and nothing else arrived, and `from` counted it.
  void ExpectEverything(const DatagramPeerPtr& from, uint64_t refused = 0) {
    ASSERT_TRUE(TurnUntil([&] {
      const DatagramStats& stats = from->socket->stats();
      return AllArrived() && stats.sent + stats.refused == sent_ + refused;
    }));
    Settle();
    for (const auto& [peer, expected] : expected_) {
      ASSERT_EQ(peer->received.size(), expected.size());
      for (size_t i = 0; i < expected.size(); ++i) {
        ASSERT_TRUE(peer->received[i].bytes == expected[i]) << i;
        EXPECT_EQ(peer->received[i].wire_bytes, expected[i].size());
        EXPECT_FALSE(peer->received[i].truncated);
        EXPECT_EQ(peer->received[i].peer, from->socket->endpoint());
      }
    }
    EXPECT_EQ(from->socket->stats().sent, sent_);
    EXPECT_EQ(from->socket->stats().refused, refused);
    EXPECT_EQ(from->socket->unsent_bytes(), 0u);
  }

  uint64_t bytes_sent() const { return bytes_sent_; }

 private:
  std::map<DatagramPeerPtr, std::vector<std::string>> expected_;
  uint64_t sent_ = 0;
  uint64_t bytes_sent_ = 0;
  uint64_t next_ = 1;
};
SLUICE_ON_EVERY_BACKEND(UdpTrainTest);

TEST_P(UdpTrainTest, EqualDatagramsStayApart) {
  DatagramPeerPtr server = Bind(LargeReceiveBuffer);
  DatagramPeerPtr client = Bind();
  for (int i = 0; i < 200; ++i) Send(client, server, 700);
  ExpectEverything(client);
  EXPECT_EQ(client->socket->stats().bytes_sent, bytes_sent());
  EXPECT_EQ(server->socket->stats().received, 200u);
  EXPECT_EQ(server->socket->stats().bytes_received, bytes_sent());
}

// The last of a train may be shorter: not longer, not empty, and not in the middle.
TEST_P(UdpTrainTest, EveryNeighbourhoodOfSizes) {
  DatagramPeerPtr server = Bind(LargeReceiveBuffer);
  DatagramPeerPtr client = Bind();
  for (const size_t first : {0u, 1u, 99u, 100u, 101u}) {
    for (const size_t second : {0u, 1u, 99u, 100u, 101u}) {
      for (const size_t size : {size_t{100}, first, second, size_t{100}}) {
        Send(client, server, size);
      }
    }
  }
  ExpectEverything(client);
}

TEST_P(UdpTrainTest, RunsOfSizesToSeveralPeersInOneTurn) {
  std::vector<DatagramPeerPtr> servers;
  for (int i = 0; i < 3; ++i) servers.push_back(Bind(LargeReceiveBuffer));
  DatagramPeerPtr client = Bind();
  Prng prng(7);
  for (int run = 0; run < 60; ++run) {
    const DatagramPeerPtr& server = servers[prng.Between(0, 2)];
    const size_t size = prng.Between(0, 400);
    const uint64_t count = prng.Between(1, 5);
    for (uint64_t i = 0; i < count; ++i) Send(client, server, size);
    if (prng.Chance(1, 2)) Send(client, server, prng.Between(0, size));
  }
  ExpectEverything(client);
  EXPECT_EQ(client->socket->stats().bytes_sent, bytes_sent());
}

TEST_P(UdpTrainTest, LargeDatagramsOfWhichOnlyAFewFitAMessage) {
  DatagramPeerPtr server = Bind(LargeReceiveBuffer);
  DatagramPeerPtr client = Bind();
  for (const size_t size : {21829u, 21830u, 32743u, 32744u, 65507u}) {
    for (int i = 0; i < 2; ++i) Send(client, server, size);
    ExpectEverything(client);  // by twos: the receive buffer is no larger
  }
}

TEST_P(UdpTrainTest, TurnAfterTurn) {
  DatagramPeerPtr server = Bind(LargeReceiveBuffer);
  DatagramPeerPtr client = Bind();
  for (int turn = 0; turn < 20; ++turn) {
    for (int i = 0; i < turn; ++i) Send(client, server, 50 + turn);
    ExpectEverything(client);
  }
}

TEST_P(UdpTrainTest, WhatIsRefusedInTheMiddleIsCountedAndTheOthersLeave) {
  DatagramPeerPtr server = Bind(LargeReceiveBuffer);
  DatagramPeerPtr client = Bind();
  const std::string oversize(65508, 'x');
  uint64_t refused = 0;
  for (int run = 0; run < 6; ++run) {
    for (int i = 0; i < 5; ++i) Send(client, server, 300);
    for (int i = 0; i < run % 3; ++i) {
      ASSERT_TRUE(client->socket->Send(server->socket->endpoint(), oversize));
      ++refused;
    }
  }
  ExpectEverything(client, refused);
  EXPECT_EQ(client->socket->last_send_error(), EMSGSIZE);
}

TEST_P(UdpTrainTest, APeerThatIsGoneTakesNothingFromTheOthers) {
  DatagramPeerPtr server = Bind(LargeReceiveBuffer);
  DatagramPeerPtr gone = Bind();
  const Endpoint dead = gone->socket->endpoint();
  gone->socket->Close();
  ASSERT_TRUE(TurnUntil([&] { return gone->closes == 1; }));
  DatagramPeerPtr client = Bind();
  for (int run = 0; run < 5; ++run) {
    for (int i = 0; i < 6; ++i) Send(client, server, 200);
    for (int i = 0; i < 6; ++i) client->socket->Send(dead, std::string(200, 'x'));
  }
  ASSERT_TRUE(TurnUntil([&] { return AllArrived() && client->socket->stats().sent == 60; }));
  EXPECT_EQ(client->socket->stats().refused, 0u);
  EXPECT_EQ(server->received.size(), 30u);
}

TEST_P(UdpTrainTest, AReceiverThatCoalescesShowsItsHandlerTheSame) {
  DatagramPeerPtr server = Bind([](DatagramPeer& peer) {
    LargeReceiveBuffer(peer);
    peer.options.socket.Try(socket_option::kUdpGro, true);
  });
  DatagramPeerPtr client = Bind();
  for (const size_t size : {1u, 333u, 1400u}) {
    for (int i = 0; i < 70; ++i) Send(client, server, size);
    Send(client, server, size / 2);
    ExpectEverything(client);
  }
  EXPECT_EQ(server->socket->stats().received, 213u);
  EXPECT_EQ(server->socket->stats().truncated, 0u);
}

TEST_P(UdpTrainTest, WithoutTrainsNothingElseChanges) {
  DatagramPeerPtr server = Bind(LargeReceiveBuffer);
  DatagramPeerPtr client = Bind([](DatagramPeer& peer) { peer.options.trains = false; });
  for (int i = 0; i < 150; ++i) Send(client, server, 500);
  ExpectEverything(client);
  EXPECT_EQ(loop().stats().backend.datagram_trains, 0u);
}

}  // namespace
}  // namespace sluice::test
