// Datagrams against the kernel's own limits and manners.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/conformance/datagram_peer.h"
#include "tests/conformance/raw_socket.h"

namespace sluice::test {
namespace {

class UdpKernelTest : public DatagramTest {
 protected:
  static bool SendRaw(const RawSocket& from, const Endpoint& to, std::string_view bytes) {
    return sendto(from.fd(), bytes.data(), bytes.size(), MSG_DONTWAIT, to.address(), to.size()) ==
           static_cast<ssize_t>(bytes.size());
  }
};
SLUICE_ON_KERNEL_BACKENDS(UdpKernelTest);

TEST_P(UdpKernelTest, WhatAFullSocketBufferLosesIsCounted) {
  DatagramPeerPtr server = Bind([](DatagramPeer& peer) {
    peer.options.socket.Set(socket_option::kReceiveBufferBytes, 8192);
  });
  const Endpoint to = server->socket->endpoint();
  RawSocket client = RawSocket::Datagram(Loopback());
  loop().Turn(loop().now());
  // The loop does not turn meanwhile: only the kernel's queue can hold these.
  constexpr uint64_t kCount = 5000;
  for (uint64_t i = 0; i < kCount; ++i) ASSERT_TRUE(SendRaw(client, to, std::string(500, 'x')));
  Settle();
  const size_t before = server->received.size();
  EXPECT_LT(before, kCount);
  // The kernel tells its count with the next datagram.
  ASSERT_TRUE(SendRaw(client, to, "tell me"));
  ASSERT_TRUE(TurnUntil([&] { return server->received.size() == before + 1; }));
  EXPECT_EQ(server->received.size() + server->socket->stats().kernel_drops, kCount + 1);
}

TEST_P(UdpKernelTest, ARefusalByThePeersHostIsAnErrorAndTheSocketGoesOn) {
  // ICMP errors reach an unconnected socket that asks for them (ip(7), IP_RECVERR).
  constexpr SocketOption<bool> kReceiveErrors{IPPROTO_IP, IP_RECVERR, "IP_RECVERR"};
  DatagramPeerPtr client =
      Bind([&](DatagramPeer& peer) { peer.options.socket.Set(kReceiveErrors, true); });
  const Endpoint dead = RawSocket::Datagram(Loopback()).local_endpoint();
  client->socket->Send(dead, "anybody?");
  ASSERT_TRUE(
      TurnUntil([&] { return !client->errors.empty() || client->socket->stats().refused > 0; }));
  if (!client->errors.empty()) {
    EXPECT_EQ(client->errors[0], ECONNREFUSED);
  }
  RawSocket alive = RawSocket::Datagram(Loopback());
  for (int i = 0; i < 3; ++i) client->socket->Send(alive.local_endpoint(), "hello");
  ASSERT_TRUE(TurnUntil([&] { return alive.Read(5) || alive.received.size() >= 5; }));
  ASSERT_TRUE(SendRaw(alive, client->socket->endpoint(), "and back"));
  ASSERT_TRUE(TurnUntil([&] { return client->received.size() == 1; }));
}

TEST_P(UdpKernelTest, BroadcastWithoutAskingIsRefusedAndCounted) {
  DatagramPeerPtr client = Bind();
  Endpoint broadcast = At("127.255.255.255:9");
  client->socket->Send(broadcast, "x");
  ASSERT_TRUE(TurnUntil([&] { return client->socket->stats().refused == 1; }));
  EXPECT_EQ(client->socket->last_send_error(), EACCES);
}

TEST_P(UdpKernelTest, APeerOfAnotherFamilyIsRefusedAndCounted) {
  DatagramPeerPtr client = Bind();
  client->socket->Send(At("[::1]:9"), "x");
  client->socket->Send(client->socket->endpoint(), "to myself");
  ASSERT_TRUE(TurnUntil([&] { return client->received.size() == 1; }));
  EXPECT_EQ(client->socket->stats().refused, 1u);
  EXPECT_NE(client->socket->last_send_error(), 0);
}

TEST_P(UdpKernelTest, CoalescedDatagramsAreTakenApart) {
  DatagramPeerPtr server =
      Bind([](DatagramPeer& peer) { peer.options.socket.Try(socket_option::kUdpGro, true); });
  DatagramPeerPtr client = Bind();
  const Endpoint to = server->socket->endpoint();
  if (!client->socket->SetOption(socket_option::kUdpSegment, 100).ok()) {
    GTEST_SKIP() << "this kernel has no UDP_SEGMENT";
  }
  const std::string all = Payload(1, 1050);
  client->socket->Send(to, all);
  ASSERT_TRUE(TurnUntil([&] { return server->received.size() == 11; }));
  std::string together;
  for (int i = 0; i < 11; ++i) {
    EXPECT_EQ(server->received[i].bytes.size(), i < 10 ? 100u : 50u);
    EXPECT_FALSE(server->received[i].truncated);
    EXPECT_EQ(server->received[i].wire_bytes, server->received[i].bytes.size());
    together += server->received[i].bytes;
  }
  EXPECT_EQ(together, all);
  EXPECT_EQ(server->socket->stats().received, 11u);
}

TEST_P(UdpKernelTest, CoalescedDatagramsAreTruncatedEachByItself) {
  DatagramPeerPtr server = Bind([](DatagramPeer& peer) {
    peer.options.receive_bytes_max = 60;
    peer.options.socket.Try(socket_option::kUdpGro, true);
  });
  DatagramPeerPtr client = Bind();
  if (!client->socket->SetOption(socket_option::kUdpSegment, 100).ok()) {
    GTEST_SKIP() << "this kernel has no UDP_SEGMENT";
  }
  const std::string all = Payload(1, 1000);
  client->socket->Send(server->socket->endpoint(), all);
  ASSERT_TRUE(TurnUntil([&] { return server->received.size() == 10; }));
  for (size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(server->received[i].bytes, all.substr(100 * i, 60));
    EXPECT_EQ(server->received[i].wire_bytes, 100u);
    EXPECT_TRUE(server->received[i].truncated);
  }
}

// Nothing tells when a full unix-domain peer has room again (unix(7)): its datagram is refused, and
// the loop neither spins nor keeps the others waiting.
TEST_P(UdpKernelTest, AFullUnixPeerHoldsNobodyUp) {
  const std::string name = "unix:@sluice-udp-" + std::to_string(getpid()) + GetParam().name;
  RawSocket full = RawSocket::Datagram(At(name + "-full"));
  DatagramPeerPtr reader = Bind({}, At(name + "-reader"));
  DatagramPeerPtr sender = Bind({}, At(name + "-sender"));
  for (int i = 0; i < 2000; ++i) sender->socket->Send(full.local_endpoint(), "x");
  sender->socket->Send(reader->socket->endpoint(), "and you");
  ASSERT_TRUE(TurnUntil([&] { return reader->received.size() == 1; }));
  EXPECT_GT(sender->socket->stats().refused, 0u);
  EXPECT_EQ(sender->socket->stats().sent + sender->socket->stats().refused, 2001u);
  const uint64_t turns = loop().stats().turns;
  const TimePoint until = loop().now() + 100ms;
  while (loop().now() < until) loop().Turn(until);
  EXPECT_LT(loop().stats().turns - turns, 20u) << "the loop spins";
}

TEST_P(UdpKernelTest, FewBuffersStillReceiveABurstWhole) {
  backend_options.datagram_buffers = 2;
  DatagramPeerPtr server = Bind([](DatagramPeer& peer) { peer.echo = true; });
  DatagramPeerPtr client = Bind();
  for (int i = 0; i < 150; ++i) {
    ASSERT_TRUE(client->socket->Send(server->socket->endpoint(), Payload(i, 200)));
  }
  ASSERT_TRUE(TurnUntil([&] { return client->received.size() == 150; }));
  for (int i = 0; i < 150; ++i) EXPECT_EQ(client->received[i].bytes, Payload(i, 200));
  EXPECT_TRUE(server->errors.empty());
  EXPECT_TRUE(client->errors.empty());
}

}  // namespace
}  // namespace sluice::test
