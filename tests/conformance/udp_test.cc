// Datagrams: whole, apart, counted.
#include "tests/conformance/datagram_peer.h"
#include "tests/conformance/fixture.h"

namespace sluice::test {
namespace {

class UdpTest : public DatagramTest {};
SLUICE_ON_EVERY_BACKEND(UdpTest);

TEST_P(UdpTest, EchoesADatagram) {
  DatagramPeerPtr server = Bind([](DatagramPeer& peer) { peer.echo = true; });
  DatagramPeerPtr client = Bind();
  EXPECT_TRUE(client->socket->Send(server->socket->endpoint(), "hello"));
  ASSERT_TRUE(TurnUntil([&] { return client->received.size() == 1; }));
  EXPECT_EQ(client->received[0].bytes, "hello");
  EXPECT_EQ(client->received[0].peer, server->socket->endpoint());
  EXPECT_EQ(server->received[0].peer, client->socket->endpoint());
  EXPECT_EQ(server->received[0].wire_bytes, 5u);
  EXPECT_FALSE(server->received[0].truncated);
}

TEST_P(UdpTest, DatagramsStayApartAndInOrder) {
  DatagramPeerPtr server = Bind();
  DatagramPeerPtr client = Bind();
  Prng prng(1);
  std::vector<std::string> sent;
  for (int i = 0; i < 200; ++i) {
    sent.push_back(Payload(i, prng.Between(1, 300)));
    ASSERT_TRUE(client->socket->Send(server->socket->endpoint(), sent.back()));
  }
  EXPECT_EQ(server->received.size(), 0u) << "what a turn sends leaves when it ends";
  ASSERT_TRUE(TurnUntil([&] { return server->received.size() == 200; }));
  for (int i = 0; i < 200; ++i) EXPECT_EQ(server->received[i].bytes, sent[i]) << i;
  EXPECT_LT(server->batches, 200) << "several datagrams a batch";
  EXPECT_EQ(client->socket->stats().sent, 200u);
  EXPECT_EQ(server->socket->stats().received, 200u);
  EXPECT_EQ(client->socket->stats().bytes_sent, server->socket->stats().bytes_received);
}

TEST_P(UdpTest, MoreThanOneSendBatchLeavesInOrder) {
  DatagramPeerPtr server = Bind([](DatagramPeer& peer) {
    peer.options.socket.Set(socket_option::kReceiveBufferBytes, 4 << 20);
  });
  DatagramPeerPtr client = Bind();
  constexpr size_t kCount = 2 * Backend::kSendDatagramsMax + 1;
  for (size_t i = 0; i < kCount; ++i) {
    ASSERT_TRUE(client->socket->Send(server->socket->endpoint(), std::to_string(i)));
  }
  ASSERT_TRUE(TurnUntil(
      [&] { return server->received.size() + server->socket->stats().kernel_drops >= kCount; }));
  ASSERT_EQ(server->received.size(), kCount);
  for (size_t i = 0; i < kCount; ++i) EXPECT_EQ(server->received[i].bytes, std::to_string(i));
}

TEST_P(UdpTest, EveryBufferOfABatchIsUsedAgain) {
  backend_options.datagram_buffers = 4;
  DatagramPeerPtr server = Bind();
  DatagramPeerPtr client = Bind();
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 4; ++i) client->socket->Send(server->socket->endpoint(), "x");
    ASSERT_TRUE(TurnUntil([&] { return server->received.size() == 4u * (round + 1); })) << round;
  }
  EXPECT_LT(server->batches, 40) << "several datagrams a batch";
}

TEST_P(UdpTest, WhoSendsEveryTurnKeepsNobodyFromBeingHeard) {
  DatagramPeerPtr server = Bind();
  DatagramPeerPtr client = Bind();
  Pair pair = ConnectPair(script::Say("x"), script::Echo);
  for (int turn = 0; turn < 200 && pair.client->received.empty(); ++turn) {
    client->socket->Send(server->socket->endpoint(), "again");
    loop().Turn(loop().now() + 1ms);
  }
  EXPECT_EQ(pair.client->received, "x");
  EXPECT_FALSE(server->received.empty());
}

TEST_P(UdpTest, AnEmptyDatagramIsADatagram) {
  DatagramPeerPtr server = Bind([](DatagramPeer& peer) { peer.echo = true; });
  DatagramPeerPtr client = Bind();
  EXPECT_TRUE(client->socket->Send(server->socket->endpoint(), ""));
  EXPECT_TRUE(client->socket->Send(server->socket->endpoint(), "after"));
  ASSERT_TRUE(TurnUntil([&] { return client->received.size() == 2; }));
  EXPECT_EQ(client->received[0].bytes, "");
  EXPECT_EQ(client->received[1].bytes, "after");
}

TEST_P(UdpTest, TheLargestDatagramFits) {
  DatagramPeerPtr server = Bind();
  DatagramPeerPtr client = Bind();
  const std::string largest = Payload(1, 65507);  // 65,535 less the IPv4 and UDP headers
  EXPECT_TRUE(client->socket->Send(server->socket->endpoint(), largest));
  ASSERT_TRUE(TurnUntil([&] { return server->received.size() == 1; }));
  EXPECT_TRUE(server->received[0].bytes == largest);
  EXPECT_FALSE(server->received[0].truncated);
}

TEST_P(UdpTest, ALargerDatagramThanAskedForIsTruncatedAndSaysSo) {
  DatagramPeerPtr server = Bind([](DatagramPeer& peer) { peer.options.receive_bytes_max = 100; });
  DatagramPeerPtr client = Bind();
  for (const size_t size : {99u, 100u, 101u, 5000u}) {
    client->socket->Send(server->socket->endpoint(), Payload(size, size));
  }
  ASSERT_TRUE(TurnUntil([&] { return server->received.size() == 4; }));
  const size_t sizes[] = {99, 100, 101, 5000};
  for (int i = 0; i < 4; ++i) {
    const ReceivedDatagram& datagram = server->received[i];
    EXPECT_EQ(datagram.bytes, Payload(sizes[i], sizes[i]).substr(0, 100));
    EXPECT_EQ(datagram.wire_bytes, sizes[i]);
    EXPECT_EQ(datagram.truncated, sizes[i] > 100);
  }
  EXPECT_EQ(server->socket->stats().truncated, 2u);
}

TEST_P(UdpTest, AnOversizeDatagramIsRefusedCountedAndHoldsNothingUp) {
  DatagramPeerPtr server = Bind();
  DatagramPeerPtr client = Bind();
  const Endpoint to = server->socket->endpoint();
  EXPECT_TRUE(client->socket->Send(to, "before"));
  EXPECT_TRUE(client->socket->Send(to, std::string(65508, 'x')));
  EXPECT_TRUE(client->socket->Send(to, "after"));
  ASSERT_TRUE(TurnUntil([&] { return server->received.size() == 2; }));
  EXPECT_EQ(server->received[0].bytes, "before");
  EXPECT_EQ(server->received[1].bytes, "after");
  EXPECT_EQ(client->socket->stats().refused, 1u);
  EXPECT_EQ(client->socket->stats().sent, 2u);
  EXPECT_EQ(client->socket->last_send_error(), EMSGSIZE);
}

TEST_P(UdpTest, EveryRefusalOfABatchIsCountedWhereverItStands) {
  DatagramPeerPtr server = Bind();
  DatagramPeerPtr client = Bind();
  const Endpoint to = server->socket->endpoint();
  Prng prng(3);
  std::vector<std::string> expected;
  uint64_t refused = 0;
  for (int i = 0; i < 100; ++i) {
    if (prng.Chance(1, 5)) {
      client->socket->Send(to, std::string(65508, 'x'));
      ++refused;
    } else {
      expected.push_back(std::to_string(i));
      client->socket->Send(to, expected.back());
    }
  }
  ASSERT_TRUE(TurnUntil([&] {
    return server->received.size() == expected.size() && client->socket->unsent_bytes() == 0;
  }));
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(server->received[i].bytes, expected[i]);
  EXPECT_EQ(client->socket->stats().refused, refused);
  EXPECT_EQ(client->socket->stats().sent, expected.size());
}

TEST_P(UdpTest, BeyondTheSendQueueDatagramsAreDroppedAndCounted) {
  DatagramPeerPtr server = Bind();
  DatagramPeerPtr client =
      Bind([](DatagramPeer& peer) { peer.options.send_queue_bytes_max = 1000; });
  int taken = 0;
  for (int i = 0; i < 20; ++i) {
    taken += client->socket->Send(server->socket->endpoint(), std::string(100, 'x'));
  }
  // The queue's own bookkeeping may count as well.
  EXPECT_GE(taken, 1);
  EXPECT_LE(taken, 10);
  EXPECT_EQ(client->socket->stats().queue_drops, 20u - taken);
  ASSERT_TRUE(TurnUntil([&] { return server->received.size() == static_cast<size_t>(taken); }));
  EXPECT_TRUE(client->socket->Send(server->socket->endpoint(), "room again"));
  ASSERT_TRUE(TurnUntil([&] { return server->received.size() == taken + 1u; }));
}

TEST_P(UdpTest, WhilePausedNothingIsShown) {
  DatagramPeerPtr server = Bind();
  DatagramPeerPtr client = Bind();
  server->socket->PauseReading();
  Settle();
  client->socket->Send(server->socket->endpoint(), "x");
  Settle();
  EXPECT_EQ(server->received.size(), 0u);
  server->socket->ResumeReading();
  ASSERT_TRUE(TurnUntil([&] { return server->received.size() == 1; }));
}

TEST_P(UdpTest, CloseSendsWhatIsQueuedThenEndsOnce) {
  DatagramPeerPtr server = Bind();
  DatagramPeerPtr client = Bind();
  const Endpoint to = server->socket->endpoint();
  for (int i = 0; i < 10; ++i) client->socket->Send(to, std::to_string(i));
  client->socket->Close();
  EXPECT_FALSE(client->socket->Send(to, "too late"));
  EXPECT_EQ(client->closes, 0) << "nothing calls back from inside Close";
  ASSERT_TRUE(TurnUntil([&] { return client->closes == 1 && server->received.size() == 10; }));
  Settle();
  EXPECT_TRUE(client->destroyed);
  EXPECT_EQ(server->received.size(), 10u);
}

TEST_P(UdpTest, CloseFromInsideABatchShowsNoFurtherOne) {
  DatagramPeerPtr server = Bind();
  server->on_datagrams = [&](DatagramSocket& socket) { socket.Close(); };
  DatagramPeerPtr client = Bind();
  for (int i = 0; i < 10; ++i) client->socket->Send(server->socket->endpoint(), "x");
  ASSERT_TRUE(TurnUntil([&] { return server->closes == 1; }));
  EXPECT_EQ(server->batches, 1);
}

TEST_P(UdpTest, StopSendsWhatIsQueuedAndCloses) {
  DatagramPeerPtr server = Bind();
  std::unique_ptr<Loop> other = MakeLoop();
  DatagramPeerPtr client = Bind({}, Loopback(), other.get());
  client->socket->Send(server->socket->endpoint(), "last");
  other->Stop();
  other->Run();
  EXPECT_EQ(client->stops, 1);
  EXPECT_EQ(client->closes, 1);
  ASSERT_TRUE(TurnUntil([&] { return server->received.size() == 1; }));
}

TEST_P(UdpTest, ABoundPortIsAnErrorThatNamesIt) {
  DatagramPeerPtr server = Bind();
  const Endpoint endpoint = server->socket->endpoint();
  absl::StatusOr<DatagramSocket*> second =
      loop().Bind(endpoint, {}, MakeDatagramHandler(std::make_shared<DatagramPeer>()));
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(second.status().ToString(), testing::HasSubstr(endpoint.ToString()));
}

TEST_P(UdpTest, ALimitThatNoDatagramFitsIsRefused) {
  for (const size_t limit : {size_t{0}, kDatagramBytesMax + 1}) {
    DatagramSocketOptions options;
    options.receive_bytes_max = limit;
    EXPECT_FALSE(
        loop()
            .Bind(Loopback(), options, MakeDatagramHandler(std::make_shared<DatagramPeer>()))
            .ok())
        << limit;
  }
}

TEST_P(UdpTest, SocketsThatShareAPortShareItsPeers) {
  const DatagramScript share = [](DatagramPeer& peer) { peer.options.reuse_port = true; };
  DatagramPeerPtr first = Bind(share);
  DatagramPeerPtr second = Bind(share, first->socket->endpoint());
  for (int i = 0; i < 100; ++i) {
    DatagramPeerPtr client = Bind();
    client->socket->Send(first->socket->endpoint(), "x");
    client->socket->Close();
  }
  ASSERT_TRUE(TurnUntil([&] { return first->received.size() + second->received.size() == 100; }));
  EXPECT_GT(first->received.size(), 0u);
  EXPECT_GT(second->received.size(), 0u);
}

TEST_P(UdpTest, ManySocketsAtOnceKeepTheirDatagramsApart) {
  DatagramPeerPtr server = Bind([](DatagramPeer& peer) { peer.echo = true; });
  std::vector<DatagramPeerPtr> clients;
  for (int i = 0; i < 100; ++i) {
    clients.push_back(Bind());
    clients.back()->socket->Send(server->socket->endpoint(), Payload(i, 100));
  }
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(TurnUntil([&] { return clients[i]->received.size() == 1; })) << i;
    EXPECT_EQ(clients[i]->received[0].bytes, Payload(i, 100));
  }
}

TEST_P(UdpTest, Ipv6WorksWhereTheHostHasIt) {
  auto peer = std::make_shared<DatagramPeer>();
  absl::StatusOr<DatagramSocket*> socket =
      loop().Bind(At("[::1]:0"), {}, MakeDatagramHandler(peer));
  if (!socket.ok()) GTEST_SKIP() << socket.status().ToString();
  (*socket)->Send((*socket)->endpoint(), "to myself");
  ASSERT_TRUE(TurnUntil([&] { return peer->received.size() == 1; }));
  EXPECT_EQ(peer->received[0].peer, (*socket)->endpoint());
}

}  // namespace
}  // namespace sluice::test
