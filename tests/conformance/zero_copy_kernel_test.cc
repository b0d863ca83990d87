// io_uring's zero-copy sends: used where they are asked for and can be had, and done without where
// not. What they must not change is tested with every other way of sending.
#include <unistd.h>

#include "tests/conformance/fixture.h"
#include "tests/conformance/raw_socket.h"

namespace sluice::test {
namespace {

class ZeroCopyKernelTest : public KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (!IsSkipped() && GetParam().name != "io_uring") GTEST_SKIP() << "only io_uring has them";
  }
};
SLUICE_ON_KERNEL_BACKENDS(ZeroCopyKernelTest);

TEST_P(ZeroCopyKernelTest, OnlySendsOfTheSizeAskedForUseThem) {
  backend_options.zero_copy_send_bytes = 10'000;
  Pair pair = ConnectPair({}, script::Stay);
  Of(pair.client).Send(Payload(1, 9'999));
  ASSERT_TRUE(TurnUntil([&] { return pair.server->received_bytes == 9'999; }));
  EXPECT_EQ(loop().stats().backend.zero_copy_sends, 0u);
  Of(pair.client).Send(Payload(2, 10'000));
  ASSERT_TRUE(TurnUntil([&] { return pair.server->received_bytes == 19'999; }));
  EXPECT_EQ(loop().stats().backend.zero_copy_sends, 1u);
  EXPECT_EQ(pair.server->received, Payload(1, 9'999) + Payload(2, 10'000));
}

TEST_P(ZeroCopyKernelTest, AUnixSocketCopiesInstead) {
  backend_options.zero_copy_send_bytes = 1;
  const std::string path = testing::TempDir() + "sluice-zero-copy-" + std::to_string(getpid());
  Listener* listener = Listen(script::Echo, {}, At("unix:" + path));
  PeerPtr client = Connect(listener->endpoint(), script::Say("copied"));
  ASSERT_TRUE(TurnUntil([&] { return client->received == "copied"; }));
}

// The memory is the kernel's until the peer's kernel has it: a peer that does not read keeps it,
// and the connection can be closed all the same.
TEST_P(ZeroCopyKernelTest, AnUnreadPeerDoesNotKeepAConnectionFromClosing) {
  backend_options.zero_copy_send_bytes = 1;
  Listener* listener = Listen([](Peer& peer) {
    peer.on_open = [](Connection& connection) { connection.Send(Payload(1, 8 << 20)); };
  });
  RawSocket client = RawSocket::Connect(listener->endpoint(), 4096);
  ASSERT_TRUE(TurnUntil([&] { return loop().stats().backend.zero_copy_sends > 0; }));
  Settle();
  Of(accepted_[0]).Abort();
  ASSERT_TRUE(TurnUntil([&] { return accepted_[0]->closed(); }));
}

TEST_P(ZeroCopyKernelTest, ALoopThatGoesLeavesNothingLent) {
  backend_options.zero_copy_send_bytes = 1;
  Listener* listener = Listen([](Peer& peer) {
    peer.on_open = [](Connection& connection) { connection.Send(Payload(1, 8 << 20)); };
  });
  RawSocket client = RawSocket::Connect(listener->endpoint(), 4096);
  ASSERT_TRUE(TurnUntil([&] { return loop().stats().backend.zero_copy_sends > 0; }));
  DestroyLoop();
  EXPECT_TRUE(accepted_[0]->destroyed);
}

}  // namespace
}  // namespace sluice::test
