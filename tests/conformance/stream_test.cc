// Bytes that go in come out: whole, once, in order, both ways at the same time.
#include <algorithm>
#include <cstring>

#include "tests/conformance/fixture.h"

namespace sluice::test {
namespace {

class StreamTest : public ReactorTest {};
SLUICE_ON_EVERY_CONFIGURATION(StreamTest);

TEST_P(StreamTest, EchoesWhatIsSent) {
  Pair pair = ConnectPair(script::Say("hello"), script::Echo);
  ASSERT_TRUE(TurnUntil([&] { return pair.client->received == "hello"; }));
  EXPECT_EQ(pair.server->received, "hello");
}

TEST_P(StreamTest, BothEndsAgreeOnTheirAddresses) {
  Pair pair = ConnectPair();
  Connection& client = Of(pair.client);
  Connection& server = Of(pair.server);
  EXPECT_EQ(client.peer_endpoint(), pair.listener->endpoint());
  EXPECT_EQ(server.local_endpoint(), pair.listener->endpoint());
  EXPECT_EQ(client.local_endpoint(), server.peer_endpoint());
  EXPECT_NE(client.local_endpoint().port(), 0);
  EXPECT_EQ(&client.loop(), &loop());
}

TEST_P(StreamTest, BigTransfersArriveWholeBothWaysAtOnce) {
  const std::string up = Payload(1, 16 << 20);
  const std::string down = Payload(2, 16 << 20);
  ConnectionLimits limits;
  // Both send more than the high-water mark without reading first: neither may wait for the other.
  limits.output_high_water_bytes = 64 << 20;
  Pair pair = ConnectPair(
      [&](Peer& peer) {
        peer.keep_bytes = false;
        peer.on_open = [&](Connection& connection) { connection.Send(up); };
      },
      [&](Peer& peer) {
        peer.keep_bytes = false;
        peer.on_open = [&](Connection& connection) { connection.SendStatic(down); };
      },
      limits);
  ASSERT_TRUE(TurnUntil([&] {
    return pair.client->received_bytes == down.size() && pair.server->received_bytes == up.size();
  }));
  EXPECT_EQ(pair.server->received_hash.value(), HashOf(up));
  EXPECT_EQ(pair.client->received_hash.value(), HashOf(down));
  EXPECT_EQ(Of(pair.client).stats().bytes_sent, up.size());
  EXPECT_EQ(Of(pair.client).stats().bytes_received, down.size());
}

TEST_P(StreamTest, EverySizeAroundThePowersOfTwoArrives) {
  std::string all;
  Pair pair = ConnectPair();
  for (size_t power = 1; power <= 1 << 17; power *= 2) {
    for (const size_t size : {power - 1, power, power + 1}) {
      const std::string bytes = Payload(size, size);
      all += bytes;
      Of(pair.client).Send(bytes);
      ASSERT_TRUE(TurnUntil([&] { return pair.server->received_bytes == all.size(); })) << size;
    }
  }
  EXPECT_TRUE(pair.server->received == all);
}

TEST_P(StreamTest, ManyKindsOfOutputKeepTheirOrder) {
  static const std::string kBorrowed = Payload(77, 5000);
  Prng prng(5);
  std::string all;
  Pair pair = ConnectPair();
  for (int i = 0; i < 500; ++i) {
    Connection& client = Of(pair.client);
    const std::string bytes = Payload(prng.Next(), prng.Between(0, 3000));
    switch (prng.Between(0, 2)) {
      case 0:
        client.Send(bytes);
        all += bytes;
        break;
      case 1: {
        const std::string_view piece =
            std::string_view(kBorrowed).substr(0, prng.Between(0, kBorrowed.size()));
        client.SendStatic(piece);
        all += piece;
        break;
      }
      default:
        std::memcpy(client.Reserve(bytes.size() + 10), bytes.data(), bytes.size());
        client.Commit(bytes.size());
        all += bytes;
    }
    if (prng.Chance(1, 10)) loop().Turn(loop().now());
  }
  ASSERT_TRUE(TurnUntil([&] { return pair.server->received_bytes == all.size(); }));
  EXPECT_TRUE(pair.server->received == all);
}

TEST_P(StreamTest, AnEmptySendIsNothing) {
  Pair pair = ConnectPair();
  Of(pair.client).Send("");
  Of(pair.client).SendStatic("");
  Of(pair.client).Reserve(8);
  Of(pair.client).Commit(0);
  EXPECT_EQ(Of(pair.client).unsent_bytes(), 0u);
  Settle();
  EXPECT_TRUE(pair.client->open());
  Of(pair.client).Send("x");
  ASSERT_TRUE(TurnUntil([&] { return pair.server->received == "x"; }));
}

TEST_P(StreamTest, NothingIsSentBeforeTheTurnEnds) {
  Pair pair = ConnectPair();
  const uint64_t before = loop().stats().sends;
  Of(pair.client).Send("hello");
  EXPECT_EQ(Of(pair.client).unsent_bytes(), 5u);
  EXPECT_EQ(loop().stats().sends, before);
  ASSERT_TRUE(TurnUntil([&] { return pair.server->received == "hello"; }));
  EXPECT_EQ(Of(pair.client).unsent_bytes(), 0u);
}

TEST_P(StreamTest, WhatATurnSendsLeavesTogether) {
  Pair pair = ConnectPair();
  Settle();
  const uint64_t before = loop().stats().sends;
  for (int i = 0; i < 16; ++i) Of(pair.client).Send("0123456789");
  ASSERT_TRUE(TurnUntil([&] { return pair.server->received_bytes == 160; }));
  EXPECT_EQ(loop().stats().sends, before + 1);
}

TEST_P(StreamTest, UnconsumedBytesAreShownAgainInFrontOfWhatArrivesNext) {
  std::vector<std::string> shown;
  Pair pair = ConnectPair({}, [&](Peer& peer) {
    peer.on_data = [&](Connection&, std::string_view bytes) -> size_t {
      shown.emplace_back(bytes);
      return shown.size() == 1 ? 2 : bytes.size();
    };
  });
  Of(pair.client).Send("abcde");
  ASSERT_TRUE(TurnUntil([&] { return shown.size() == 1; }));
  Settle();
  EXPECT_EQ(shown.size(), 1u) << "nothing new arrived: nothing is shown";
  Of(pair.client).Send("fg");
  ASSERT_TRUE(TurnUntil([&] { return shown.size() == 2; }));
  EXPECT_EQ(shown, (std::vector<std::string>{"abcde", "cdefg"}));
}

// The handler takes only whole 7-byte records, whatever arrives, in whatever pieces.
TEST_P(StreamTest, RecordsAreFoundHoweverTheBytesAreCut) {
  constexpr size_t kRecordBytes = 7;
  const std::string all = Payload(3, kRecordBytes * 2000);
  Pair pair = ConnectPair({}, [&](Peer& peer) {
    peer.on_data = [&](Connection&, std::string_view bytes) {
      return bytes.size() / kRecordBytes * kRecordBytes;
    };
  });
  Prng prng(9);
  for (size_t sent = 0; sent < all.size();) {
    const size_t size = std::min<size_t>(prng.Between(1, 40), all.size() - sent);
    Of(pair.client).Send(std::string_view(all).substr(sent, size));
    sent += size;
    loop().Turn(loop().now());
  }
  ASSERT_TRUE(TurnUntil([&] { return pair.server->received_bytes == all.size(); }));
  EXPECT_TRUE(pair.server->received == all);
}

TEST_P(StreamTest, AMessageLargerThanAnyBufferIsShownWhole) {
  const std::string all = Payload(4, 3 << 20);
  Pair pair = ConnectPair(script::Say(all), [&](Peer& peer) {
    peer.on_data = [&](Connection&, std::string_view bytes) {
      return bytes.size() < all.size() ? 0 : all.size();
    };
  });
  ASSERT_TRUE(TurnUntil([&] { return pair.server->received_bytes == all.size(); }));
  EXPECT_TRUE(pair.server->received == all);
}

TEST_P(StreamTest, CountersOfTheLoopAddUp) {
  Pair pair = ConnectPair(script::Say(Payload(1, 100000)), script::Echo);
  ASSERT_TRUE(TurnUntil([&] { return pair.client->received_bytes == 100000; }));
  LoopStats stats = loop().stats();
  EXPECT_EQ(stats.accepts, 1u);
  EXPECT_EQ(stats.connects, 1u);
  EXPECT_EQ(stats.connections, 2u);
  EXPECT_EQ(stats.bytes_sent, 200000u);
  EXPECT_EQ(stats.bytes_received, 200000u);
  EXPECT_GE(stats.receives, 2u);
  EXPECT_GE(stats.turns, 1u);
  EXPECT_GE(stats.backend.polls, 1u);
  Of(pair.client).Close();
  ASSERT_TRUE(TurnUntil([&] { return pair.client->closed() && pair.server->closed(); }));
  stats = loop().stats();
  EXPECT_EQ(stats.connections, 0u);
  EXPECT_EQ(stats.closes[static_cast<size_t>(CloseCode::kLocal)], 1u);
  EXPECT_EQ(stats.closes[static_cast<size_t>(CloseCode::kPeerEnded)], 1u);
}

TEST_P(StreamTest, AnIdIsNeverFoundAgainAfterItsConnectionIsGone) {
  Listener* listener = Listen();
  std::vector<ConnectionId> gone;
  for (int i = 0; i < 50; ++i) {
    PeerPtr client = Connect(listener->endpoint());
    ASSERT_TRUE(TurnUntil([&] { return client->open(); }));
    EXPECT_NE(loop().Find(client->id), nullptr);
    for (const ConnectionId id : gone) EXPECT_EQ(loop().Find(id), nullptr);
    Of(client).Close();
    ASSERT_TRUE(TurnUntil([&] { return client->closed(); }));
    gone.push_back(client->id);
    EXPECT_EQ(loop().Find(client->id), nullptr);
  }
}

TEST_P(StreamTest, AThousandConnectionsEchoAtOnce) {
  Listener* listener = Listen(script::Echo);
  std::vector<PeerPtr> clients;
  for (int i = 0; i < 1000; ++i) {
    clients.push_back(Connect(listener->endpoint(), script::Say(Payload(i, 100 + i))));
  }
  const uint64_t bytes = 1000 * 100 + 1000 * 999 / 2;
  ASSERT_TRUE(TurnUntil([&] { return loop().stats().bytes_received == 2 * bytes; }));
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(clients[i]->received == Payload(i, 100 + i)) << i;
  }
}

}  // namespace
}  // namespace sluice::test
