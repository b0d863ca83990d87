// Every typed option goes to the kernel and comes back, as far as this kernel and user may.
#include <arpa/inet.h>

#include "tests/conformance/datagram_peer.h"
#include "tests/conformance/fixture.h"

namespace sluice::test {
namespace {

namespace option = socket_option;

class SocketOptionTest : public DatagramTest {
 protected:
  // What was set is what is read, except where `read_back` says what the kernel makes of it.
  // Options a kernel or user lacks are refused in words that name them.
  template <class Target, class T>
  void RoundTrip(Target& target, SocketOption<T> option, std::type_identity_t<T> value,
                 std::type_identity_t<T> read_back) {
    const absl::Status status = target.SetOption(option, value);
    if (!status.ok()) {
      EXPECT_THAT(status.ToString(), testing::HasSubstr(option.label));
      EXPECT_TRUE(may_be_refused_) << status.ToString();
      return;
    }
    absl::StatusOr<T> got = target.GetOption(option);
    ASSERT_TRUE(got.ok()) << got.status().ToString();
    EXPECT_TRUE(*got == read_back) << option.label;
  }
  template <class Target, class T>
  void RoundTrip(Target& target, SocketOption<T> option, std::type_identity_t<T> value) {
    RoundTrip(target, option, value, value);
  }

  bool may_be_refused_ = false;
};
SLUICE_ON_KERNEL_BACKENDS(SocketOptionTest);

TEST_P(SocketOptionTest, OfEverySocket) {
  Pair pair = ConnectPair();
  Connection& connection = Of(pair.client);
  for (const bool on : {true, false}) {
    RoundTrip(connection, option::kKeepAlive, on);
    RoundTrip(connection, option::kDontRoute, on);
    RoundTrip(connection, option::kOutOfBandInline, on);
    RoundTrip(connection, option::kReuseAddress, on);
    RoundTrip(connection, option::kBroadcast, on);
    RoundTrip(connection, option::kReceiveOverflowCount, on);
    RoundTrip(connection, option::kZeroCopy, on);
  }
  // The kernel doubles buffer sizes for its own bookkeeping (socket(7)).
  RoundTrip(connection, option::kReceiveBufferBytes, 65536, 131072);
  RoundTrip(connection, option::kSendBufferBytes, 65536, 131072);
  RoundTrip(connection, option::kReceiveLowWater, 1);
  RoundTrip(connection, option::kPriority, 3);
  ASSERT_TRUE(connection.SetOption(option::kLinger, linger{1, 5}).ok());
  absl::StatusOr<linger> lingering = connection.GetOption(option::kLinger);
  ASSERT_TRUE(lingering.ok());
  EXPECT_EQ(lingering->l_onoff, 1);
  EXPECT_EQ(lingering->l_linger, 5);
  ASSERT_TRUE(connection.SetOption(option::kLinger, linger{0, 0}).ok());
}

TEST_P(SocketOptionTest, ThatNeedPrivilegesAreSetOrRefusedByName) {
  may_be_refused_ = true;
  Pair pair = ConnectPair();
  Connection& connection = Of(pair.client);
  // These two are read by their other names (socket(7)).
  const absl::Status forced = connection.SetOption(option::kReceiveBufferBytesForce, 65536);
  if (forced.ok()) {
    EXPECT_EQ(*connection.GetOption(option::kReceiveBufferBytes), 131072);
    EXPECT_TRUE(connection.SetOption(option::kSendBufferBytesForce, 65536).ok());
    EXPECT_EQ(*connection.GetOption(option::kSendBufferBytes), 131072);
  } else {
    EXPECT_THAT(forced.ToString(), testing::HasSubstr("SO_RCVBUFFORCE"));
  }
  RoundTrip(connection, option::kMark, 7);
  RoundTrip(connection, option::kPriority, 7);
  RoundTrip(connection, option::kBusyPoll, 50us);
  RoundTrip(connection, option::kIncomingCpu, 0);
  RoundTrip(connection, option::kTransparent, true);
  RoundTrip(connection, option::kBindToDevice, "lo");
}

TEST_P(SocketOptionTest, ThatAreReadOnlyAreRead) {
  Pair pair = ConnectPair();
  Connection& connection = Of(pair.client);
  EXPECT_EQ(*connection.GetOption(option::kError), 0);
  EXPECT_EQ(*connection.GetOption(option::kType), SOCK_STREAM);
  EXPECT_FALSE(*connection.GetOption(option::kAccepting));
  EXPECT_EQ(connection.GetOption(option::kTcpInfo)->tcpi_state, TCP_ESTABLISHED);
  EXPECT_TRUE(connection.GetOption(option::kMemoryInfo).ok());
  EXPECT_EQ(*pair.listener->GetOption(option::kType), SOCK_STREAM);
  EXPECT_TRUE(*pair.listener->GetOption(option::kAccepting));
}

TEST_P(SocketOptionTest, OfTcp) {
  Pair pair = ConnectPair();
  Connection& connection = Of(pair.client);
  for (const bool on : {true, false}) {
    RoundTrip(connection, option::kNoDelay, on);
    RoundTrip(connection, option::kCork, on);
    RoundTrip(connection, option::kQuickAck, on);
  }
  RoundTrip(connection, option::kKeepAliveIdle, 30s);
  RoundTrip(connection, option::kKeepAliveInterval, 5s);
  RoundTrip(connection, option::kKeepAliveProbes, 3);
  RoundTrip(connection, option::kSynRetries, 4);
  RoundTrip(connection, option::kUserTimeout, 1500ms);
  RoundTrip(connection, option::kNotSentLowWater, 16384);
  RoundTrip(connection, option::kFinWait2, 20s);
  RoundTrip(connection, option::kCongestion, "reno");
  EXPECT_GT(*connection.GetOption(option::kMaxSegment), 0);
  EXPECT_TRUE(connection.GetOption(option::kWindowClamp).ok());
}

TEST_P(SocketOptionTest, OfAListener) {
  ListenerOptions options;
  options.socket.Set(option::kDeferAccept, 3s)
      .Set(option::kFastOpenQueue, 16)
      .Set(option::kMaxSegment, 1000)
      .Set(option::kWindowClamp, 100000)
      .Try(option::kFreeBind, true);
  Listener* listener = Listen({}, options);
  // The kernel counts in retransmissions of 1, 2, 4 s: 3 s are two of them (tcp(7)).
  EXPECT_EQ(*listener->GetOption(option::kDeferAccept), 3s);
  EXPECT_EQ(*listener->GetOption(option::kFastOpenQueue), 16);
  EXPECT_EQ(*listener->GetOption(option::kMaxSegment), 1000);
  EXPECT_EQ(*listener->GetOption(option::kFreeBind), true);
}

TEST_P(SocketOptionTest, OfAnOutboundConnection) {
  Listener* listener = Listen();
  ConnectOptions options;
  options.socket.Set(option::kBindAddressNoPort, true)
      .Set(option::kMaxSegment, 1200)
      .Try(option::kFastOpenConnect, true);
  PeerPtr client = Connect(listener->endpoint(), script::Say("hello"), options);
  ASSERT_TRUE(TurnUntil(
      [&] { return client->open() && !accepted_.empty() && accepted_[0]->received == "hello"; }));
  EXPECT_TRUE(*Of(client).GetOption(option::kBindAddressNoPort));
}

TEST_P(SocketOptionTest, OfIp) {
  Pair pair = ConnectPair();
  Connection& connection = Of(pair.client);
  RoundTrip(connection, option::kTtl, 33);
  RoundTrip(connection, option::kTypeOfService, 0x10);
  RoundTrip(connection, option::kMtuDiscover, IP_PMTUDISC_DO);
  RoundTrip(connection, option::kFreeBind, true);
}

TEST_P(SocketOptionTest, OfDatagrams) {
  DatagramPeerPtr peer = Bind();
  DatagramSocket& socket = *peer->socket;
  for (const bool on : {true, false}) {
    RoundTrip(socket, option::kBroadcast, on);
    RoundTrip(socket, option::kUdpGro, on);
    RoundTrip(socket, option::kUdpCork, on);
    RoundTrip(socket, option::kMulticastLoop, on);
  }
  RoundTrip(socket, option::kUdpSegment, 1200);
  RoundTrip(socket, option::kUdpSegment, 0);
  RoundTrip(socket, option::kMulticastTtl, 4);
  may_be_refused_ = true;
  ASSERT_TRUE(TurnUntil([&] { return true; }));
  EXPECT_TRUE(*socket.GetOption(option::kReceiveOverflowCount)) << "drops are counted by it";
}

TEST_P(SocketOptionTest, OfMulticastOnTheInterfaceTheUserNames) {
  DatagramPeerPtr receiver = Bind({}, At("0.0.0.0:0"));
  DatagramPeerPtr sender = Bind({}, At("0.0.0.0:0"));
  ip_mreqn group{};
  inet_pton(AF_INET, "239.255.77.1", &group.imr_multiaddr);
  inet_pton(AF_INET, "127.0.0.1", &group.imr_address);
  const absl::Status joined = receiver->socket->SetOption(option::kMulticastJoin, group);
  ASSERT_TRUE(joined.ok()) << joined.ToString();
  ASSERT_TRUE(sender->socket->SetOption(option::kMulticastInterface, group).ok());
  Endpoint to = At("239.255.77.1:0");
  to.set_port(receiver->socket->endpoint().port());
  sender->socket->Send(to, "to all of you");
  ASSERT_TRUE(TurnUntil(
      [&] { return receiver->received.size() == 1 || sender->socket->stats().refused > 0; }));
  EXPECT_EQ(sender->socket->stats().refused, 0u);
  EXPECT_TRUE(receiver->socket->SetOption(option::kMulticastLeave, group).ok());
}

TEST_P(SocketOptionTest, OfIpv6) {
  auto peer = std::make_shared<DatagramPeer>();
  DatagramSocketOptions options;
  options.socket.Set(option::kIpv6Only, true);
  absl::StatusOr<DatagramSocket*> socket =
      loop().Bind(At("[::1]:0"), options, MakeDatagramHandler(peer));
  if (!socket.ok()) GTEST_SKIP() << socket.status().ToString();
  EXPECT_TRUE(*(*socket)->GetOption(option::kIpv6Only));
  RoundTrip(**socket, option::kIpv6HopLimit, 12);
  RoundTrip(**socket, option::kIpv6MulticastHops, 3);
  RoundTrip(**socket, option::kIpv6MulticastLoop, false);
  RoundTrip(**socket, option::kIpv6MulticastInterface, 1);
}

TEST_P(SocketOptionTest, AWrongLevelIsRefusedByName) {
  Pair pair = ConnectPair();
  const absl::Status status = Of(pair.client).SetOption(option::kUdpSegment, 100);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.ToString(), testing::HasSubstr("UDP_SEGMENT"));
  EXPECT_THAT(Of(pair.client).GetOption(option::kUdpSegment).status().ToString(),
              testing::HasSubstr("UDP_SEGMENT"));
}

}  // namespace
}  // namespace sluice::test
