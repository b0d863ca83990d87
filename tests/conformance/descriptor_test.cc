// Out of descriptors (FACTS 6.16): wait, do not spin, recover. And none is ever leaked: the fixture
// counts them around every test.
#include <sys/resource.h>

#include "tests/conformance/datagram_peer.h"
#include "tests/conformance/raw_socket.h"

namespace sluice::test {
namespace {

class DescriptorTest : public KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    getrlimit(RLIMIT_NOFILE, &limit_);
  }
  void TearDown() override {
    Restore();
    KernelTest::TearDown();
  }
  // Leaves room for exactly `count` more descriptors.
  void LeaveRoomFor(int count) {
    rlimit tight = limit_;
    std::vector<RawSocket> room;
    for (int i = 0; i < count; ++i) room.push_back(RawSocket::Datagram(Loopback()));
    int highest = 0;
    for (const RawSocket& socket : room) highest = std::max(highest, socket.fd());
    tight.rlim_cur = static_cast<rlim_t>(highest) + 1;
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
  }
  void Restore() { setrlimit(RLIMIT_NOFILE, &limit_); }

  rlimit limit_{};
};
SLUICE_ON_KERNEL_BACKENDS(DescriptorTest);

TEST_P(DescriptorTest, OutOfThemTheServedAreServedTheOthersWaitAndTheLoopSleeps) {
  Listener* listener = Listen(script::Echo);
  std::vector<RawSocket> clients;
  for (int i = 0; i < 60; ++i) {
    clients.push_back(RawSocket::Connect(listener->endpoint()));
    clients.back().Write("x");
  }
  LeaveRoomFor(10);
  ASSERT_TRUE(TurnUntil([&] { return loop().stats().accept_errors > 0; }));
  EXPECT_GE(listener->accepted(), 1u);
  EXPECT_LE(listener->accepted(), 10u);
  Settle(5);

  const LoopStats before = loop().stats();
  const TimePoint until = loop().now() + 300ms;
  while (loop().now() < until) loop().Turn(until);
  const LoopStats after = loop().stats();
  EXPECT_LE(after.turns - before.turns, 150u) << "the loop spins";
  EXPECT_LE(after.accept_errors - before.accept_errors, 100u);
  EXPECT_LE(after.backend.kernel_entries - before.backend.kernel_entries, 600u);

  // Who was accepted is still served.
  int served = 0;
  for (RawSocket& client : clients) {
    client.Read();
    if (client.received != "x") continue;
    client.received.clear();
    client.Write("y");
    ASSERT_TRUE(TurnUntil([&] { return client.Read() || client.received == "y"; }));
    EXPECT_EQ(client.received, "y");
    ++served;
  }
  EXPECT_GE(served, 1);
}

TEST_P(DescriptorTest, AClosedConnectionMakesRoomForTheNext) {
  Listener* listener = Listen([](Peer& peer) {
    peer.on_data = [](Connection& connection, std::string_view bytes) {
      connection.Send(bytes);
      connection.Close();
      return bytes.size();
    };
  });
  std::vector<RawSocket> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(RawSocket::Connect(listener->endpoint()));
  LeaveRoomFor(8);
  ASSERT_TRUE(TurnUntil([&] { return loop().stats().accept_errors > 0; }));
  // Each client that is answered leaves, and no descriptor is given back otherwise: its own end
  // stays open.
  for (RawSocket& client : clients) client.Write("x");
  for (RawSocket& client : clients) client.ShutdownWrite();
  for (RawSocket& client : clients) {
    ASSERT_TRUE(TurnUntil([&] { return client.Read(); })) << "the rest was never accepted";
    EXPECT_EQ(client.received, "x");
  }
  EXPECT_EQ(listener->accepted(), 200u);
}

// Any connection that closes makes room, not only the listener's own. The timer that asks again in
// any case would take longer than these turns.
TEST_P(DescriptorTest, AConnectionFromElsewhereMakesRoomToo) {
  constexpr int kRounds = 5;
  ListenerOptions later;
  later.accepting = false;  // io_uring takes the limit as it is when accepting begins
  Listener* full = Listen({}, later);
  Listener* elsewhere = Listen();
  std::vector<RawSocket> waiting;
  std::vector<PeerPtr> others;
  for (int i = 0; i < kRounds; ++i) others.push_back(Connect(elsewhere->endpoint(), script::Stay));
  ASSERT_TRUE(TurnUntil([&] { return accepted_.size() == kRounds; }));
  LeaveRoomFor(1);
  full->ResumeAccepting();
  int at_once = 0;
  for (int round = 0; round < kRounds; ++round) {
    waiting.push_back(RawSocket::Connect(full->endpoint()));  // with the last descriptor
    ASSERT_EQ(waiting.back().error, 0);
    const uint64_t errors = loop().stats().accept_errors;
    ASSERT_TRUE(TurnUntil([&] { return loop().stats().accept_errors > errors; }));
    const TimePoint asked_again = loop().now() + 50ms;
    Of(others[round]).Abort();
    const uint64_t before = full->accepted();
    ASSERT_TRUE(TurnUntil([&] { return full->accepted() > before; }));
    at_once += loop().now() < asked_again;
    // Of the two descriptors that were freed one is left, for the next that waits.
    ASSERT_TRUE(TurnUntil([&] { return accepted_[round]->closed(); }));
  }
  EXPECT_GE(at_once, 1) << "accepting waited for its timer every time";
}

TEST_P(DescriptorTest, WithRoomAgainEveryoneIsServed) {
  Listener* listener = Listen(script::Echo);
  std::vector<RawSocket> clients;
  for (int i = 0; i < 100; ++i) {
    clients.push_back(RawSocket::Connect(listener->endpoint()));
    clients.back().Write("x");
  }
  LeaveRoomFor(5);
  ASSERT_TRUE(TurnUntil([&] { return loop().stats().accept_errors > 0; }));
  Settle(5);
  Restore();
  for (RawSocket& client : clients) {
    ASSERT_TRUE(TurnUntil([&] { return client.Read() || client.received == "x"; }));
    EXPECT_EQ(client.received, "x");
  }
  EXPECT_EQ(listener->connections(), 100u);
}

TEST_P(DescriptorTest, AConnectWithoutOneFailsWithItsReason) {
  Listener* listener = Listen();
  LeaveRoomFor(0);
  rlimit none = limit_;
  none.rlim_cur = 3;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  PeerPtr client = Connect(listener->endpoint());
  ASSERT_TRUE(TurnUntil([&] { return client->closed(); }));
  EXPECT_EQ(client->opens, 0);
  EXPECT_EQ(client->reason.code, CloseCode::kConnectFailed);
  EXPECT_EQ(client->reason.error, EMFILE);
}

TEST_P(DescriptorTest, AListenerWithoutOneSaysSo) {
  loop();
  rlimit none = limit_;
  none.rlim_cur = 3;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  absl::StatusOr<Listener*> listener = loop().Listen(Loopback(), {}, [] { return nullptr; });
  ASSERT_FALSE(listener.ok());
  EXPECT_THAT(listener.status().ToString(), testing::HasSubstr("127.0.0.1:0"));
}

TEST_P(DescriptorTest, ABackendWithoutOneSaysSo) {
  rlimit none = limit_;
  none.rlim_cur = 3;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  absl::StatusOr<BackendChoice> choice = GetParam().make({});
  Restore();
  ASSERT_FALSE(choice.ok());
  EXPECT_THAT(choice.status().ToString(), testing::HasSubstr(GetParam().name));
}

TEST_P(DescriptorTest, ChurnOfEveryKindLeavesNone) {
  Listener* listener = Listen(script::Echo);
  Settle();
  const int before = OpenDescriptors();
  Prng prng(7);
  for (int i = 0; i < 500; ++i) {
    PeerPtr client = Connect(listener->endpoint(), script::Say("x"));
    if (prng.Chance(1, 4)) Of(client).Abort();
    if (prng.Chance(1, 4)) listener->PauseAccepting();
    if (prng.Chance(1, 2)) listener->ResumeAccepting();
    loop().Turn(loop().now());
    if (Connection* connection = loop().Find(client->id)) {
      prng.Chance(1, 2) ? connection->Close() : connection->Abort();
    }
  }
  listener->ResumeAccepting();
  ASSERT_TRUE(TurnUntil([&] { return loop().stats().connections == 0; }));
  Settle();
  EXPECT_EQ(loop().stats().connections, 0u);
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST_P(DescriptorTest, FailedListensConnectsAndBindsLeaveNone) {
  Listener* listener = Listen();
  DatagramSocket* bound =
      *loop().Bind(Loopback(), {}, MakeDatagramHandler(std::make_shared<DatagramPeer>()));
  const Endpoint taken = bound->endpoint();
  Settle(3);
  const int before = OpenDescriptors();
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(loop().Listen(listener->endpoint(), {}, [] { return nullptr; }).ok());
    EXPECT_FALSE(
        loop().Bind(taken, {}, MakeDatagramHandler(std::make_shared<DatagramPeer>())).ok());
    ConnectOptions refused;
    refused.socket.Set(socket_option::kCongestion, "no-such-algorithm");
    PeerPtr client = Connect(listener->endpoint(), {}, refused);
    ASSERT_TRUE(TurnUntil([&] { return client->closed(); }));
  }
  EXPECT_EQ(OpenDescriptors(), before);
}

}  // namespace
}  // namespace sluice::test
