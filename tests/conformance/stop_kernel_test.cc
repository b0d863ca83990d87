// Draining under clients that are not ours, and restarting under load (FACTS 6.18).
#include "tests/conformance/fixture.h"
#include "tests/conformance/raw_socket.h"

namespace sluice::test {
namespace {

class StopKernelTest : public KernelTest {
 protected:
  static void AnswerOnce(Peer& peer) {
    peer.on_stop = [](Connection&) {};
    peer.on_data = [](Connection& connection, std::string_view bytes) {
      connection.Send(bytes);
      connection.Close();
      return bytes.size();
    };
  }
};
SLUICE_ON_KERNEL_BACKENDS(StopKernelTest);

TEST_P(StopKernelTest, ClientsOfTheLastMomentAreAnswered) {
  ListenerOptions options;
  options.limits.linger_timeout = 50ms;  // nobody reads before the loop has stopped
  Listener* listener = Listen(AnswerOnce, options);
  std::vector<RawSocket> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(RawSocket::Connect(listener->endpoint()));
    clients.back().Write("hello " + std::to_string(i));
    if (i % 50 == 0) loop().Turn(loop().now());
  }
  loop().Stop();
  ASSERT_TRUE(TurnUntil([&] { return !loop().Turn(loop().now() + 1ms); }, 5s));
  for (int i = 0; i < 200; ++i) {
    EXPECT_TRUE(clients[i].Read()) << i;
    EXPECT_EQ(clients[i].received, "hello " + std::to_string(i));
    EXPECT_EQ(clients[i].error, 0);
  }
}

TEST_P(StopKernelTest, RestartsOnASharedPortFailNobody) {
  ListenerOptions options;
  options.reuse_port = true;
  options.limits.linger_timeout = 20ms;  // the old loop ends before its clients read
  auto old_loop = MakeLoop();
  Listener* old_listener = Listen(AnswerOnce, options, Loopback(), old_loop.get());
  const Endpoint endpoint = old_listener->endpoint();
  int answered = 0;
  for (int round = 0; round < 10; ++round) {
    auto new_loop = MakeLoop();
    Listen(AnswerOnce, options, endpoint, new_loop.get());
    std::vector<RawSocket> clients;
    for (int i = 0; i < 40; ++i) {
      clients.push_back(RawSocket::Connect(endpoint));
      ASSERT_EQ(clients.back().error, 0);
      clients.back().Write("x");
    }
    old_loop->Stop();
    old_loop->Run();
    ASSERT_TRUE(test::TurnUntil(*new_loop,
                                [&] {
                                  for (RawSocket& client : clients) {
                                    if (!client.Read()) return false;
                                  }
                                  return true;
                                }))
        << "round " << round;
    for (RawSocket& client : clients) {
      EXPECT_EQ(client.error, 0) << "round " << round;
      answered += client.received == "x";
    }
    old_loop = std::move(new_loop);
  }
  EXPECT_EQ(answered, 400);
}

}  // namespace
}  // namespace sluice::test
