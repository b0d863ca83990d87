// Trains against the kernel: that there are any, what they save, and what happens where it refuses
// them.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/conformance/datagram_peer.h"
#include "tests/conformance/raw_socket.h"
#include "tests/conformance/seam.h"
#include "tests/netlab/in_namespace.h"

namespace sluice::test {
namespace {

// The kernel cuts no trains of a socket that sends without checksums (udp_send_skb,
// net/ipv4/udp.c), and says EINVAL, as it does where datagrams are larger than the path's MTU.
constexpr SocketOption<bool> kNoChecksum{SOL_SOCKET, SO_NO_CHECK, "SO_NO_CHECK"};

class UdpTrainKernelTest : public DatagramTest {
 protected:
  void SetUp() override {
    DatagramTest::SetUp();
    if (IsSkipped()) return;
    DatagramPeerPtr probe = Bind();
    if (!probe->socket->GetOption(socket_option::kUdpSegment).ok()) {
      GTEST_SKIP() << "this kernel has no UDP_SEGMENT";
    }
    receiver_ = Bind([](DatagramPeer& peer) {
      peer.options.socket.Set(socket_option::kReceiveBufferBytes, 4 << 20);
    });
  }
  void TearDown() override {
    receiver_.reset();
    DatagramTest::TearDown();
  }

  Endpoint to() const { return receiver_->socket->endpoint(); }
  uint64_t trains() { return loop().stats().backend.datagram_trains; }

  // Sends that many of 100 bytes in one turn; they arrive, each itself.
  void ExpectSent(const DatagramPeerPtr& from, int count) {
    const size_t before = receiver_->received.size();
    for (int i = 0; i < count; ++i) from->socket->Send(to(), Payload(i, 100));
    ASSERT_TRUE(TurnUntil([&] { return receiver_->received.size() >= before + count; }));
    Settle();
    ASSERT_EQ(receiver_->received.size(), before + count);
    for (int i = 0; i < count; ++i) {
      EXPECT_EQ(receiver_->received[before + i].bytes, Payload(i, 100)) << i;
    }
  }

  DatagramPeerPtr receiver_;
};
SLUICE_ON_KERNEL_BACKENDS(UdpTrainKernelTest);

TEST_P(UdpTrainKernelTest, SixtyFourDatagramsAMessage) {
  DatagramPeerPtr client = Bind();
  ExpectSent(client, 2 * 64 + 1);
  EXPECT_EQ(trains(), 2u) << "two of 64, and one that is alone";
  EXPECT_EQ(client->socket->stats().sent, 129u);
}

TEST_P(UdpTrainKernelTest, ATrainTheKernelRefusesToCutLeavesOneByOne) {
  DatagramPeerPtr client =
      Bind([](DatagramPeer& peer) { peer.options.socket.Set(kNoChecksum, true); });
  ExpectSent(client, 50);
  EXPECT_EQ(trains(), 0u);
  EXPECT_EQ(client->socket->stats().sent, 50u);
  EXPECT_EQ(client->socket->stats().refused, 0u);
  EXPECT_EQ(client->socket->last_send_error(), 0);
}

TEST_P(UdpTrainKernelTest, DatagramsSmallerThanThoseRefusedAreTried) {
  DatagramPeerPtr client =
      Bind([](DatagramPeer& peer) { peer.options.socket.Set(kNoChecksum, true); });
  ExpectSent(client, 3);
  ASSERT_TRUE(client->socket->SetOption(kNoChecksum, false).ok());
  ExpectSent(client, 3);
  EXPECT_EQ(trains(), 0u);
  for (int i = 0; i < 3; ++i) client->socket->Send(to(), std::string(99, 'x'));
  ASSERT_TRUE(TurnUntil([&] { return receiver_->received.size() == 9; }));
  EXPECT_EQ(trains(), 1u);
}

// The refusal is the peer's, not the train's: port 0 is nobody's.
TEST_P(UdpTrainKernelTest, APeerThatCannotBeSentToCostsOnlyItsOwn) {
  DatagramPeerPtr client = Bind();
  Endpoint nowhere = to();
  nowhere.set_port(0);
  for (int run = 0; run < 3; ++run) {
    for (int i = 0; i < 4; ++i) client->socket->Send(to(), Payload(i, 100));
    for (int i = 0; i < 4; ++i) client->socket->Send(nowhere, Payload(i, 100));
  }
  ASSERT_TRUE(TurnUntil([&] { return client->socket->stats().sent == 12; }));
  EXPECT_EQ(client->socket->stats().refused, 12u);
  EXPECT_EQ(client->socket->last_send_error(), EINVAL);
  EXPECT_EQ(trains(), 3u);
  ASSERT_TRUE(TurnUntil([&] { return receiver_->received.size() == 12; }));
  for (int i = 0; i < 12; ++i) EXPECT_EQ(receiver_->received[i].bytes, Payload(i % 4, 100));
}

TEST_P(UdpTrainKernelTest, AnErrorOfAnEarlierDatagramCostsOneAndNotATrain) {
  constexpr SocketOption<bool> kReceiveErrors{IPPROTO_IP, IP_RECVERR, "IP_RECVERR"};
  DatagramPeerPtr client =
      Bind([&](DatagramPeer& peer) { peer.options.socket.Set(kReceiveErrors, true); });
  const Endpoint dead = RawSocket::Datagram(Loopback()).local_endpoint();
  int offered = 0;
  for (int run = 0; run < 4; ++run) {
    client->socket->Send(dead, "anybody?");
    for (int i = 0; i < 8; ++i) client->socket->Send(to(), Payload(offered++, 100));
  }
  ASSERT_TRUE(TurnUntil([&] {
    const DatagramStats& stats = client->socket->stats();
    return stats.sent + stats.refused == 36 && receiver_->received.size() + stats.refused >= 32;
  }));
  Settle();
  const uint64_t refused = client->socket->stats().refused;
  EXPECT_LE(refused, 4u) << "one for each error at most";
  EXPECT_EQ(receiver_->received.size(), 32 - refused);
  int last = -1;
  for (const ReceivedDatagram& datagram : receiver_->received) {
    int number = last + 1;
    while (number < offered && datagram.bytes != Payload(number, 100)) ++number;
    ASSERT_LT(number, offered) << "out of order, twice, or not what was sent";
    last = number;
  }
}

TEST_P(UdpTrainKernelTest, BroadcastsNobodyAskedForAreRefusedOneByOne) {
  DatagramPeerPtr client = Bind();
  for (int i = 0; i < 10; ++i) client->socket->Send(At("127.255.255.255:9"), "x");
  ASSERT_TRUE(TurnUntil([&] { return client->socket->stats().refused == 10; }));
  EXPECT_EQ(client->socket->last_send_error(), EACCES);
  EXPECT_EQ(client->socket->stats().sent, 0u);
}

TEST_P(UdpTrainKernelTest, WhoCutsByHimselfGetsHisOwnCut) {
  DatagramPeerPtr from_start =
      Bind([](DatagramPeer& peer) { peer.options.socket.Set(socket_option::kUdpSegment, 30); });
  DatagramPeerPtr later = Bind();
  ASSERT_TRUE(later->socket->SetOption(socket_option::kUdpSegment, 30).ok());
  for (const DatagramPeerPtr& client : {from_start, later}) {
    receiver_->received.clear();
    for (int i = 0; i < 3; ++i) client->socket->Send(to(), Payload(i, 100));
    ASSERT_TRUE(TurnUntil([&] { return receiver_->received.size() == 12; }));
    for (size_t i = 0; i < 12; ++i) {
      EXPECT_EQ(receiver_->received[i].bytes, Payload(i / 4, 100).substr(i % 4 * 30, 30));
    }
    EXPECT_EQ(client->socket->stats().sent, 3u);
  }
}

TEST_P(UdpTrainKernelTest, UnixDatagramsGoOneByOne) {
  const std::string name = "unix:@sluice-train-" + std::to_string(getpid()) + GetParam().name;
  DatagramPeerPtr reader = Bind({}, At(name + "-reader"));
  DatagramPeerPtr sender = Bind({}, At(name + "-sender"));
  for (int i = 0; i < 8; ++i) sender->socket->Send(reader->socket->endpoint(), Payload(i, 100));
  ASSERT_TRUE(TurnUntil([&] { return reader->received.size() == 8; }));
  for (int i = 0; i < 8; ++i) EXPECT_EQ(reader->received[i].bytes, Payload(i, 100));
  EXPECT_EQ(trains(), 0u);
}

// At the seam, where a SendTo's system calls can be told from others.
class SeamTrainTest : public SeamTest {
 protected:
  static constexpr Token kClient = 1;

  Socket Bound(const DatagramOptions& options = {}) {
    absl::StatusOr<Socket> socket = backend().BindDatagram(Loopback(), options);
    EXPECT_TRUE(socket.ok()) << socket.status().ToString();
    return *socket;
  }

  // System calls of sending so many datagrams of 100 bytes, which are all taken.
  uint64_t EntriesOfSending(Socket from, size_t count) {
    const std::string bytes(100 * count, 'x');
    std::vector<OutgoingDatagram> datagrams;
    for (size_t i = 0; i < count; ++i) datagrams.push_back({&nobody_, bytes.data() + 100 * i, 100});
    const uint64_t before = backend().stats().kernel_entries;
    backend().SendTo(from, datagrams, kClient);
    const uint64_t entries = backend().stats().kernel_entries - before;
    events.clear();
    EXPECT_TRUE(PollUntil([&] { return Count(kClient, Operation::kSendTo) == 1; }));
    EXPECT_EQ(Events(kClient, Operation::kSendTo)[0].result, static_cast<int32_t>(count));
    EXPECT_EQ(Events(kClient, Operation::kSendTo)[0].first_error, 0);
    return entries;
  }

 private:
  const Endpoint nobody_ = RawSocket::Datagram(Loopback()).local_endpoint();
};
SLUICE_ON_KERNEL_BACKENDS(SeamTrainTest);

TEST_P(SeamTrainTest, TrainsTakeFewerSystemCalls) {
  const uint64_t trains = EntriesOfSending(Bound(), Backend::kSendDatagramsMax);
  if (backend().stats().datagram_trains == 0) GTEST_SKIP() << "this kernel has no UDP_SEGMENT";
  DatagramOptions single;
  single.trains = false;
  EXPECT_LT(trains, EntriesOfSending(Bound(single), Backend::kSendDatagramsMax));
}

TEST_P(SeamTrainTest, ARefusedTrainIsTriedOnce) {
  DatagramOptions options;
  options.socket.Set(kNoChecksum, true);
  const Socket refusing = Bound(options);
  if (!backend().GetOption(refusing, RawSocketOptionFor(socket_option::kUdpSegment)).ok()) {
    GTEST_SKIP() << "this kernel has no UDP_SEGMENT";
  }
  options.trains = false;
  const uint64_t single = EntriesOfSending(Bound(options), 50);
  EXPECT_EQ(EntriesOfSending(refusing, 50), single + 1);
  EXPECT_EQ(EntriesOfSending(refusing, 50), single);
  EXPECT_EQ(backend().stats().datagram_trains, 0u);
}

// On loopback what was sent leaves the send buffer at once, unless a queue of the device holds it:
// that takes a namespace and tc(8).
class UdpFullSendBufferTest : public testing::TestWithParam<BackendCase> {};
SLUICE_ON_KERNEL_BACKENDS(UdpFullSendBufferTest);

// All of them fit the receive buffer, should nobody read meanwhile.
constexpr size_t kSlowCount = 300;
constexpr size_t kSlowBytes = 200;

struct CountingHandler : DatagramHandler {
  void OnDatagrams(DatagramSocket&, absl::Span<const Datagram> batch) override {
    for (const Datagram& datagram : batch) {
      in_order = in_order && datagram.bytes == Payload(received, kSlowBytes);
      ++received;
    }
  }
  size_t received = 0;
  bool in_order = true;
};

// In the child: says what was wrong.
absl::StatusOr<std::string> SendThroughASlowDevice(const BackendCase& backend) {
  if (std::system("tc qdisc add dev lo root tbf rate 1mbit burst 16kb limit 1mb 2>&1") != 0) {
    return "no tbf";
  }
  absl::StatusOr<BackendChoice> choice = backend.make({});
  if (!choice.ok()) return choice.status();
  Loop loop(*std::move(choice));
  auto handler = std::make_unique<CountingHandler>();
  CountingHandler& counted = *handler;
  DatagramSocketOptions options;
  options.socket.Set(socket_option::kReceiveBufferBytes, 4 << 20);
  absl::StatusOr<DatagramSocket*> receiver = loop.Bind(Loopback(), options, std::move(handler));
  options.socket.Set(socket_option::kSendBufferBytes, 8192);
  absl::StatusOr<DatagramSocket*> sender =
      loop.Bind(Loopback(), options, std::make_unique<CountingHandler>());
  if (!receiver.ok() || !sender.ok()) return absl::InternalError("bind");
  for (size_t i = 0; i < kSlowCount; ++i)
    (*sender)->Send((*receiver)->endpoint(), Payload(i, kSlowBytes));
  for (int turn = 0; turn < 3; ++turn) loop.Turn(loop.now());
  if ((*sender)->stats().sent >= Backend::kSendDatagramsMax) return "too late";
  if (!TurnUntil(loop, [&] { return counted.received >= kSlowCount; })) {
    return "some never arrived";
  }
  Settle(loop);
  if (!counted.in_order || counted.received != kSlowCount) return "not in order, or one twice";
  if ((*sender)->stats().sent != kSlowCount || (*sender)->stats().refused != 0) return "miscounted";
  return loop.stats().backend.datagram_trains > 0 ? "in order" : "no train";
}

TEST_P(UdpFullSendBufferTest, ATrainWaitsForRoomAndGoesOn) {
  if (!GetParam().make({}).ok()) GTEST_SKIP() << "this host lacks " << GetParam().name;
  SLUICE_SKIP_WITHOUT_NAMESPACES();
  const std::string answer = netlab::InNamespace(
      [](const netlab::PrivateNamespace&) { return SendThroughASlowDevice(GetParam()); });
  if (answer == "no tbf") GTEST_SKIP() << "this host lacks tc(8) or sch_tbf";
  if (answer == "too late") GTEST_SKIP() << "the host is so busy that the device kept up";
  EXPECT_EQ(answer, "in order");
}

}  // namespace
}  // namespace sluice::test
