// backend.h, sending: streams and datagrams.
#include "tests/conformance/seam.h"

namespace sluice::test {
namespace {

constexpr Token kClient = 1;
constexpr Token kServer = 2;

class SeamSendTest : public SeamTest {
 protected:
  Socket Bound(DatagramOptions options = {}) {
    absl::StatusOr<Socket> socket = backend().BindDatagram(Loopback(), options);
    EXPECT_TRUE(socket.ok()) << socket.status().ToString();
    return *socket;
  }
};
SLUICE_ON_EVERY_BACKEND(SeamSendTest);

TEST_P(SeamSendTest, CompletesOnceWithWhatWasTaken) {
  Pipe pipe = Connected(kClient);
  backend().StartReceive(pipe.server, kServer);
  Send(pipe.client, "hello", kClient);
  ASSERT_TRUE(PollUntil([&] { return Received(kServer) == "hello"; }));
  Settle();
  ASSERT_EQ(Count(kClient, Operation::kSend), 1u);
  EXPECT_EQ(Events(kClient, Operation::kSend)[0].result, 5);
}

TEST_P(SeamSendTest, SpansAreSentInOrder) {
  Pipe pipe = Connected(kClient);
  backend().StartReceive(pipe.server, kServer);
  std::vector<std::string> pieces;
  std::string all;
  for (size_t i = 0; i < Backend::kSendSpansMax; ++i) {
    pieces.push_back(Payload(i, 1 + 37 * i));
    all += pieces.back();
  }
  {
    std::vector<iovec> spans;
    for (std::string& piece : pieces) spans.push_back({piece.data(), piece.size()});
    SendSpans(pipe.client, spans, kClient);
  }
  ASSERT_TRUE(PollUntil([&] { return Received(kServer).size() == all.size(); }));
  EXPECT_TRUE(Received(kServer) == all);
}

TEST_P(SeamSendTest, ShortSendsOfferedAgainArriveWhole) {
  Pipe pipe = Connected(kClient);
  const std::string all = Payload(1, 8 << 20);
  backend().StartReceive(pipe.server, kServer);
  SendAll(pipe.client, all, kClient);
  ASSERT_TRUE(PollUntil([&] { return Received(kServer).size() == all.size(); }));
  EXPECT_EQ(HashOf(Received(kServer)), HashOf(all));
}

TEST_P(SeamSendTest, TwoSocketsSendAtOnce) {
  Pipe pipe = Connected(kClient);
  backend().StartReceive(pipe.server, kServer);
  backend().StartReceive(pipe.client, kClient);
  Send(pipe.client, "ping", kClient);
  Send(pipe.server, "pong", kServer);
  ASSERT_TRUE(
      PollUntil([&] { return Received(kServer) == "ping" && Received(kClient) == "pong"; }));
}

TEST_P(SeamSendTest, SendingToAResetPeerIsAnErrorNotASignal) {
  Pipe pipe = Connected(kClient);
  backend().Close(pipe.server, CloseMode::kReset, kServer);
  ASSERT_TRUE(PollUntil([&] { return Count(kServer, Operation::kClose) == 1; }));
  for (int i = 0; i < 2; ++i) {
    Send(pipe.client, "x", kClient);
    ASSERT_TRUE(PollUntil([&] { return Count(kClient, Operation::kSend) == i + 1u; }));
  }
  EXPECT_TRUE(Events(kClient, Operation::kSend)[0].result == -ECONNRESET ||
              Events(kClient, Operation::kSend)[0].result == -EPIPE);
  EXPECT_EQ(Events(kClient, Operation::kSend)[1].result, -EPIPE);
}

TEST_P(SeamSendTest, ABatchOfDatagramsIsTakenInOrder) {
  const Socket server = Bound();
  const Socket client = Bound();
  backend().StartReceive(server, kServer);
  const Endpoint to = backend().LocalEndpoint(server);
  std::vector<std::string> bytes;
  for (int i = 0; i < 100; ++i) bytes.push_back("datagram " + std::to_string(i));
  {
    std::vector<OutgoingDatagram> batch;
    for (const std::string& datagram : bytes) {
      batch.push_back({&to, datagram.data(), datagram.size()});
    }
    backend().SendTo(client, batch, kClient);
  }
  ASSERT_TRUE(PollUntil([&] { return Count(kServer, Operation::kReceive) == 100; }));
  ASSERT_TRUE(PollUntil([&] { return Count(kClient, Operation::kSendTo) == 1; }));
  EXPECT_EQ(Events(kClient, Operation::kSendTo)[0].result, 100);
  const std::vector<Event> received = Events(kServer, Operation::kReceive);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(received[i].bytes, bytes[i]);
    EXPECT_TRUE(received[i].more);
  }
}

TEST_P(SeamSendTest, RefusedDatagramsOfABatchAreCountedOutAndTheOthersLeave) {
  const Socket server = Bound();
  const Socket client = Bound();
  backend().StartReceive(server, kServer);
  const Endpoint to = backend().LocalEndpoint(server);
  const std::string good = "good";
  const std::string oversize(65508, 'x');
  const std::vector<OutgoingDatagram> batch = {{&to, good.data(), good.size()},
                                               {&to, oversize.data(), oversize.size()},
                                               {&to, good.data(), good.size()},
                                               {&to, oversize.data(), oversize.size()}};
  backend().SendTo(client, batch, kClient);
  ASSERT_TRUE(PollUntil([&] { return Count(kClient, Operation::kSendTo) == 1; }));
  EXPECT_EQ(Events(kClient, Operation::kSendTo)[0].result, 2);
  EXPECT_EQ(Events(kClient, Operation::kSendTo)[0].first_error, -EMSGSIZE);
  ASSERT_TRUE(PollUntil([&] { return Count(kServer, Operation::kReceive) == 2; }));
}

TEST_P(SeamSendTest, OptionsAreSetAndReadAndRefusedInWords) {
  Pipe pipe = Connected(kClient);
  SocketOptions options;
  options.Set(socket_option::kKeepAliveIdle, 55s).Set(socket_option::kUdpSegment, 100);
  EXPECT_TRUE(backend().SetOption(pipe.client, options.entries()[0]).ok());
  absl::StatusOr<std::string> value =
      backend().GetOption(pipe.client, RawSocketOptionFor(socket_option::kKeepAliveIdle));
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(socket_option_internal::FromBytes<int>(*value), 55);
  EXPECT_THAT(backend().SetOption(pipe.client, options.entries()[1]).ToString(),
              testing::HasSubstr("UDP_SEGMENT"));
}

}  // namespace
}  // namespace sluice::test
