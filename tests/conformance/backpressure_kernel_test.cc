// Backpressure against peers that are not ours: they never read, or they read through a straw.
#include "tests/conformance/fixture.h"
#include "tests/conformance/raw_socket.h"

namespace sluice::test {
namespace {

class BackpressureKernelTest : public KernelTest {};
SLUICE_ON_KERNEL_BACKENDS(BackpressureKernelTest);

TEST_P(BackpressureKernelTest, APeerThatPipelinesAndNeverReadsIsStoppedNotServed) {
  ListenerOptions options;
  options.limits.output_high_water_bytes = 128 << 10;
  // Every byte of a request asks for a hundred bytes of answer.
  Listener* listener = Listen(
      [](Peer& peer) {
        peer.keep_bytes = false;
        peer.on_data = [](Connection& connection, std::string_view bytes) {
          const size_t taken = std::min<size_t>(bytes.size(), 1000);
          connection.Send(std::string(taken * 100, 'a'));
          return bytes.size();
        };
      },
      options);
  RawSocket client = RawSocket::Connect(listener->endpoint(), 4096);
  const std::string request(64 << 10, 'r');
  size_t written = 0;
  size_t written_before = 1;
  size_t most_unsent = 0;
  // Until the kernel takes nothing more from the client, for a while.
  for (int quiet = 0; quiet < 30; written_before == written ? ++quiet : quiet = 0) {
    written_before = written;
    written += client.Write(request);
    loop().Turn(loop().now() + 1ms);
    ASSERT_LT(written, 100u << 20) << "the server reads from a peer that does not read";
    if (!accepted_.empty() && accepted_[0]->open()) {
      most_unsent = std::max(most_unsent, Of(accepted_[0]).unsent_bytes());
    }
  }
  EXPECT_LE(most_unsent, (128u << 10) + 2 * 1000 * 100);
  EXPECT_TRUE(accepted_[0]->open());
}

TEST_P(BackpressureKernelTest, APeerThatReadsThroughAStrawGetsEveryByte) {
  const std::string all = Payload(1, 200 << 10);
  ListenerOptions options;
  options.socket.Set(socket_option::kSendBufferBytes, 4096);
  Listener* listener = Listen(
      [&](Peer& peer) {
        peer.on_open = [&](Connection& connection) {
          connection.Send(all);
          connection.Close();
        };
      },
      options);
  RawSocket client = RawSocket::Connect(listener->endpoint(), 4096);
  Prng prng(3);
  ASSERT_TRUE(TurnUntil([&] { return client.Read(prng.Between(1, 3000)); }));
  EXPECT_TRUE(client.ended);
  EXPECT_TRUE(client.received == all);
}

TEST_P(BackpressureKernelTest, ManyStalledPeersDoNotHinderTheOthers) {
  Listener* listener = Listen([](Peer& peer) {
    peer.keep_bytes = false;
    peer.on_data = [](Connection& connection, std::string_view bytes) {
      if (bytes.front() == 'm') connection.Send(std::string(8 << 20, 'm'));
      if (bytes.front() == 'p') connection.Send("pong");
      return bytes.size();
    };
  });
  std::vector<RawSocket> stalled;
  for (int i = 0; i < 20; ++i) {
    stalled.push_back(RawSocket::Connect(listener->endpoint(), 4096));
    stalled.back().Write("more");
  }
  for (int i = 0; i < 20; ++i) {
    RawSocket client = RawSocket::Connect(listener->endpoint());
    client.Write("ping");
    ASSERT_TRUE(TurnUntil([&] { return client.Read() || client.received == "pong"; }));
    EXPECT_EQ(client.received, "pong");
  }
}

}  // namespace
}  // namespace sluice::test
