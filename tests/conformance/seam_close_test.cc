// backend.h, rule 5: what is outstanding completes first, then exactly one close completion.
#include "tests/conformance/seam.h"

namespace sluice::test {
namespace {

constexpr Token kClient = 1;
constexpr Token kServer = 2;

class SeamCloseTest : public SeamTest {};
SLUICE_ON_EVERY_BACKEND(SeamCloseTest);

TEST_P(SeamCloseTest, OrderlyIsAnEndForThePeer) {
  Pipe pipe = Connected(kClient);
  backend().StartReceive(pipe.server, kServer);
  SendAll(pipe.client, "last", kClient);
  backend().Close(pipe.client, CloseMode::kOrderly, kClient);
  ASSERT_TRUE(PollUntil([&] { return Count(kClient, Operation::kClose) == 1; }));
  ASSERT_TRUE(PollUntil([&] {
    const std::vector<Event> received = Events(kServer, Operation::kReceive);
    return !received.empty() && received.back().result == 0;
  }));
  EXPECT_EQ(Received(kServer), "last");
  Settle();
  EXPECT_EQ(Count(kClient, Operation::kClose), 1u);
  EXPECT_EQ(Events(kClient, Operation::kClose)[0].result, 0);
}

TEST_P(SeamCloseTest, AnOutstandingSendCompletesBeforeTheClose) {
  for (const CloseMode mode : {CloseMode::kOrderly, CloseMode::kReset}) {
    const Token token = mode == CloseMode::kOrderly ? 10 : 11;
    Pipe pipe = Connected(token);
    // Nobody receives: sooner or later a send stays outstanding.
    const std::string much = Payload(1, 4 << 20);
    size_t sends = 0;
    for (bool stuck = false; !stuck;) {
      Send(pipe.client, much, token);
      ++sends;
      Settle();
      stuck = Count(token, Operation::kSend) < sends;
    }
    backend().Close(pipe.client, mode, token);
    ASSERT_TRUE(PollUntil([&] { return Count(token, Operation::kClose) == 1; }));
    ASSERT_EQ(Count(token, Operation::kSend), sends);
    const int32_t result = Events(token, Operation::kSend).back().result;
    EXPECT_TRUE(result > 0 || result == -ECANCELED) << result;
  }
}

TEST_P(SeamCloseTest, AStandingReceiveEndsWithIt) {
  Pipe pipe = Connected(kClient);
  backend().StartReceive(pipe.client, kClient);
  Settle();
  backend().Close(pipe.client, CloseMode::kOrderly, kClient);
  ASSERT_TRUE(PollUntil([&] { return Count(kClient, Operation::kClose) == 1; }));
  SendAll(pipe.server, "nobody is there", kServer);
  Settle();
  EXPECT_EQ(Received(kClient), "");
}

TEST_P(SeamCloseTest, ANumberUsedAgainHearsNothingOfItsPredecessor) {
  // Closed in the middle of everything, its descriptor taken by the next at once (FACTS 6.10).
  Prng prng(4);
  for (int round = 0; round < 300; ++round) {
    const Token client = 1000 + 10 * round;
    const Token server = client + 1;
    Pipe pipe = Connected(client);
    backend().StartReceive(pipe.server, server);
    if (prng.Chance(1, 2)) backend().StartReceive(pipe.client, client);
    const std::string bytes = Payload(round, prng.Between(1, 3000));
    Send(pipe.client, bytes, client);
    const std::string back = Payload(round + 1000, prng.Between(1, 3000));
    if (prng.Chance(1, 2)) Send(pipe.server, back, server);
    if (prng.Chance(1, 3)) Settle();
    backend().Close(pipe.client, prng.Chance(1, 2) ? CloseMode::kOrderly : CloseMode::kReset,
                    client);
    backend().Close(pipe.server, prng.Chance(1, 2) ? CloseMode::kOrderly : CloseMode::kReset,
                    server);
    ASSERT_TRUE(PollUntil([&] {
      return Count(client, Operation::kClose) == 1 && Count(server, Operation::kClose) == 1;
    }));
    const std::string received = Received(server);
    EXPECT_EQ(bytes.compare(0, received.size(), received), 0) << "round " << round;
    const std::string received_back = Received(client);
    EXPECT_EQ(back.compare(0, received_back.size(), received_back), 0) << "round " << round;
    events.clear();
  }
}

TEST_P(SeamCloseTest, ADatagramSocketEndsInOrderToo) {
  absl::StatusOr<Socket> socket = backend().BindDatagram(Loopback(), {});
  ASSERT_TRUE(socket.ok());
  backend().StartReceive(*socket, kClient);
  const Endpoint self = backend().LocalEndpoint(*socket);
  const OutgoingDatagram datagram{&self, "x", 1};
  backend().SendTo(*socket, absl::MakeConstSpan(&datagram, 1), kClient);
  backend().Close(*socket, CloseMode::kOrderly, kClient);
  ASSERT_TRUE(PollUntil([&] { return Count(kClient, Operation::kClose) == 1; }));
  EXPECT_EQ(Count(kClient, Operation::kSendTo), 1u);
}

TEST_P(SeamCloseTest, ABackendMayGoWithEverythingOpen) {
  Pipe pipe = Connected(kClient);
  backend().StartReceive(pipe.server, kServer);
  backend().StartReceive(pipe.client, kClient);
  const Socket listener = Listening();
  backend().StartAccept(listener, 3, AcceptCount::kUnlimited);
  backend().Connect(backend().LocalEndpoint(listener), {}, 4);
  static const std::string kBytes = Payload(1, 100000);  // the backend's until it is gone
  Send(pipe.client, kBytes, kClient);
  // The fixture destroys the backend and counts descriptors.
}

}  // namespace
}  // namespace sluice::test
