// Endings as a peer without the reactor sees and makes them.
#include <sys/socket.h>
#include <unistd.h>

#include "tests/conformance/fixture.h"
#include "tests/conformance/raw_socket.h"

namespace sluice::test {
namespace {

class CloseKernelTest : public KernelTest {
 protected:
  // A raw client and the peer of its accepted connection.
  PeerPtr Accept(RawSocket& client, Script script, const ConnectionLimits& limits = {},
                 int client_receive_buffer = 0) {
    ListenerOptions options;
    options.limits = limits;
    Listener* listener = Listen(std::move(script), options);
    client = RawSocket::Connect(listener->endpoint(), client_receive_buffer);
    EXPECT_EQ(client.error, 0);
    EXPECT_TRUE(TurnUntil([&] { return accepted_.size() == 1 && accepted_[0]->opens == 1; }));
    return accepted_.back();
  }

  // Of this process, connected to `peer`; -1 when there is none.
  static int DescriptorTo(const Endpoint& peer) {
    for (int fd = 0; fd < 1024; ++fd) {
      sockaddr_storage address{};
      socklen_t size = sizeof(address);
      auto* generic = reinterpret_cast<sockaddr*>(&address);
      if (getpeername(fd, generic, &size) != 0) continue;
      if (Endpoint::FromSockaddr(generic, size) == peer) return fd;
    }
    return -1;
  }
};
SLUICE_ON_KERNEL_BACKENDS(CloseKernelTest);

TEST_P(CloseKernelTest, AbortGivesThePeerReset) {
  RawSocket client;
  PeerPtr server = Accept(client, {});
  Of(server).Abort();
  ASSERT_TRUE(TurnUntil([&] { return client.Read(); }));
  EXPECT_EQ(client.error, ECONNRESET);
  EXPECT_FALSE(client.ended);
}

// A descriptor that a child inherited keeps the socket, and what epoll was told of it, beyond its
// close (epoll(7), Q&A 6). What happens on it is nothing to the next tenant of its place.
TEST_P(CloseKernelTest, AnInheritedDescriptorSaysNothingToTheNextConnection) {
  RawSocket client;
  PeerPtr server = Accept(client, {});
  const RawSocket inherited(dup(DescriptorTo(client.local_endpoint())));
  ASSERT_GE(inherited.fd(), 0);
  Of(server).Abort();
  ASSERT_TRUE(TurnUntil([&] { return server->closed(); }));
  // Its queue is full, so the next connection stays in the middle of connecting.
  const RawSocket full = RawSocket::Listening(Loopback(), 0);
  const RawSocket first = RawSocket::Connect(full.local_endpoint());
  PeerPtr next = Connect(full.local_endpoint());
  Settle();
  ASSERT_EQ(next->opens, 0);
  client.Write("to whom it may concern");
  Settle();
  EXPECT_EQ(next->opens, 0);
}

TEST_P(CloseKernelTest, AResetByThePeerIsRecorded) {
  RawSocket client;
  PeerPtr server = Accept(client, {});
  client.Reset();
  ASSERT_TRUE(TurnUntil([&] { return server->closed(); }));
  EXPECT_EQ(server->reason.code, CloseCode::kPeerReset);
  EXPECT_EQ(server->reason.error, ECONNRESET);
  EXPECT_EQ(server->ends, 0);
}

TEST_P(CloseKernelTest, WritingToAPeerThatClosedIsAReset) {
  RawSocket client;
  PeerPtr server = Accept(client, script::Stay);
  client.Close();
  ASSERT_TRUE(TurnUntil([&] { return server->ends == 1; }));
  ASSERT_TRUE(TurnUntil([&] {
    if (server->open()) Of(server).Send("anybody there?");
    return server->closed();
  }));
  EXPECT_EQ(server->reason.code, CloseCode::kPeerReset);
  EXPECT_TRUE(server->reason.error == EPIPE || server->reason.error == ECONNRESET)
      << server->reason.ToString();
}

TEST_P(CloseKernelTest, ThePeerReadsAnEarlyAnswerWhileItStillWrites) {
  RawSocket client;
  PeerPtr server = Accept(client, [](Peer& peer) {
    peer.on_data = [](Connection& connection, std::string_view bytes) {
      connection.Send("413 too large");
      connection.Close();
      return bytes.size();
    };
  });
  const std::string body = Payload(1, 1 << 20);
  size_t written = 0;
  ASSERT_TRUE(TurnUntil([&] {
    written += client.Write(std::string_view(body).substr(written));
    return written == body.size() || client.error != 0;
  }));
  EXPECT_EQ(client.error, 0) << "the server's close must not overtake its answer";
  client.ShutdownWrite();
  ASSERT_TRUE(TurnUntil([&] { return client.Read() && server->closed(); }));
  EXPECT_EQ(client.received, "413 too large");
  EXPECT_TRUE(client.ended);
  EXPECT_EQ(client.error, 0);
  EXPECT_EQ(server->reason.code, CloseCode::kLocal);
}

TEST_P(CloseKernelTest, AResetWhileAnswersWaitIsOneClose) {
  RawSocket client;
  PeerPtr server = Accept(client, script::Say(Payload(1, 32 << 20)));
  Settle(3);
  EXPECT_GT(Of(server).unsent_bytes(), 0u);
  client.Reset();
  ASSERT_TRUE(TurnUntil([&] { return server->closed(); }));
  EXPECT_EQ(server->reason.code, CloseCode::kPeerReset);
}

TEST_P(CloseKernelTest, AResetWhileClosingIsOneClose) {
  RawSocket client;
  PeerPtr server = Accept(client, [](Peer& peer) {
    peer.on_open = [](Connection& connection) {
      connection.Send(Payload(1, 32 << 20));
      connection.Close();
    };
  });
  Settle(3);
  EXPECT_FALSE(server->closed());
  client.Reset();
  ASSERT_TRUE(TurnUntil([&] { return server->closed(); }));
  EXPECT_EQ(server->reason.code, CloseCode::kPeerReset);
}

TEST_P(CloseKernelTest, AnErrorOfTheKernelIsRecordedWithItsNumber) {
  ListenerOptions options;
  // The kernel takes everything, the peer nothing, and after this time the kernel gives up
  // (tcp(7), TCP_USER_TIMEOUT).
  options.socket.Set(socket_option::kSendBufferBytes, 1 << 20);
  options.socket.Set(socket_option::kUserTimeout, 100ms);
  Listener* listener = Listen(script::Say(Payload(1, 200 << 10)), options);
  RawSocket client = RawSocket::Connect(listener->endpoint(), 4096);
  ASSERT_TRUE(TurnUntil([&] { return accepted_.size() == 1 && accepted_[0]->closed(); }));
  EXPECT_EQ(accepted_[0]->reason.code, CloseCode::kIoError);
  EXPECT_EQ(accepted_[0]->reason.error, ETIMEDOUT);
}

// A read stops short before urgent data (tcp(7)): what stands behind it must come all the same.
TEST_P(CloseKernelTest, BytesBehindUrgentDataArrive) {
  RawSocket client;
  PeerPtr server = Accept(client, {});
  client.Write("before");
  ASSERT_EQ(send(client.fd(), "!", 1, MSG_OOB), 1);
  client.Write("behind");
  ASSERT_TRUE(TurnUntil([&] { return server->received == "beforebehind"; })) << server->received;
  client.ShutdownWrite();
  ASSERT_TRUE(TurnUntil([&] { return server->closed(); }));
}

// FACTS 6.6, 6.15: the end that follows bytes closely must not be lost, nor the answer to it.
TEST_P(CloseKernelTest, EveryWriteAndShutdownRaceIsAnsweredAndEnded) {
  Listener* listener = Listen([](Peer& peer) {
    peer.on_end = [&peer](Connection& connection) {
      connection.Send(std::to_string(peer.received_bytes));
      connection.Close();
    };
  });
  Prng prng(8);
  for (int round = 0; round < 400; ++round) {
    const std::string bytes = Payload(round, prng.Between(0, 20000));
    RawSocket client = RawSocket::Connect(listener->endpoint());
    if (prng.Chance(1, 2)) loop().Turn(loop().now());
    ASSERT_EQ(client.Write(bytes), bytes.size());
    if (prng.Chance(1, 2)) loop().Turn(loop().now());
    client.ShutdownWrite();
    ASSERT_TRUE(TurnUntil([&] { return client.Read(); }));
    ASSERT_EQ(client.received, std::to_string(bytes.size())) << "round " << round;
    ASSERT_TRUE(client.ended) << "round " << round;
  }
  ASSERT_TRUE(TurnUntil([&] { return loop().stats().connections == 0; }));
}

// FACTS 6.10, 6.11: whatever a peer does and whenever, each connection ends once.
TEST_P(CloseKernelTest, RandomRudenessClosesEveryConnectionOnce) {
  Listener* listener = Listen(script::Echo);
  Prng prng(13);
  for (int round = 0; round < 500; ++round) {
    RawSocket client = RawSocket::Connect(listener->endpoint());
    client.Write(Payload(round, prng.Between(0, 5000)));
    for (uint64_t turns = prng.Between(0, 2); turns > 0; --turns) loop().Turn(loop().now());
    if (prng.Chance(1, 3)) client.Read();
    switch (prng.Between(0, 2)) {
      case 0:
        client.Close();
        break;
      case 1:
        client.Reset();
        break;
      default:
        client.ShutdownWrite();
        client.Reset();
    }
  }
  ASSERT_TRUE(TurnUntil([&] {
    return accepted_.size() + loop().stats().accept_errors == 500 &&
           loop().stats().connections == 0;
  }));
  for (const PeerPtr& server : accepted_) {
    EXPECT_EQ(server->closes, 1);
    EXPECT_TRUE(server->reason.code == CloseCode::kPeerReset ||
                server->reason.code == CloseCode::kPeerEnded)
        << server->reason.ToString();
  }
}

// The kernel tells a reset once. It may do so between the handler's pause and the moment in which
// the backend stops receiving, and without deferred task work it does.
TEST_P(CloseKernelTest, AResetMetWhileReadingPausesIsToldWhenItGoesOn) {
  backend_options.deferred_task_work = false;
  RawSocket client;
  Listener* listener = Listen([&client](Peer& peer) {
    peer.on_data = [&client](Connection& connection, std::string_view bytes) {
      client.Reset();
      connection.PauseReading();
      return bytes.size();
    };
  });
  client = RawSocket::Connect(listener->endpoint());
  client.Write("x");
  ASSERT_TRUE(TurnUntil([&] { return !accepted_.empty() && accepted_[0]->data_calls == 1; }));
  Settle();
  ASSERT_TRUE(accepted_[0]->open());
  Of(accepted_[0]).ResumeReading();
  ASSERT_TRUE(TurnUntil([&] { return accepted_[0]->closed(); }));
  EXPECT_EQ(accepted_[0]->reason.code, CloseCode::kPeerReset);
  EXPECT_EQ(accepted_[0]->ends, 0);
}

}  // namespace
}  // namespace sluice::test
