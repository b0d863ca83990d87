// Outbound connections to what only a real kernel has: unix-domain paths, wrong families, silence.
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

#include "tests/conformance/fixture.h"
#include "tests/conformance/raw_socket.h"

namespace sluice::test {
namespace {

class ConnectKernelTest : public KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    char folder[] = "/tmp/sluice-connect-XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    folder_ = folder;
  }
  void TearDown() override {
    KernelTest::TearDown();
    for (const char* name : {"/a", "/plain"}) unlink((folder_ + name).c_str());
    rmdir(folder_.c_str());
  }
  Endpoint Path(const std::string& name) { return At("unix:" + folder_ + name); }

  CloseReason ReasonOf(const Endpoint& endpoint) {
    PeerPtr client = Connect(endpoint);
    EXPECT_TRUE(TurnUntil([&] { return client->closed(); }));
    EXPECT_EQ(client->opens, 0);
    return client->reason;
  }

  std::string folder_;
};
SLUICE_ON_KERNEL_BACKENDS(ConnectKernelTest);

TEST_P(ConnectKernelTest, UnixDomainEchoes) {
  for (const Endpoint& endpoint :
       {Path("/a"), At("unix:@sluice-test-" + std::to_string(getpid()) + GetParam().name)}) {
    Listener* listener = Listen(script::Echo, {}, endpoint);
    EXPECT_EQ(listener->endpoint(), endpoint);
    const std::string all = Payload(1, 200 << 10);
    PeerPtr client = Connect(endpoint, script::Say(all));
    ASSERT_TRUE(TurnUntil([&] { return client->received_bytes == all.size(); }));
    EXPECT_TRUE(client->received == all);
    EXPECT_EQ(Of(client).peer_endpoint(), endpoint);
    EXPECT_EQ(Of(accepted_.back()).peer_endpoint().ToString(), "unix:(unnamed)");
  }
}

TEST_P(ConnectKernelTest, UnixDomainEndsAndResetsAreSeen) {
  Listener* listener = Listen({}, {}, Path("/a"));
  RawSocket ended = RawSocket::Connect(listener->endpoint());
  RawSocket silent = RawSocket::Connect(listener->endpoint());
  ASSERT_TRUE(TurnUntil([&] { return accepted_.size() == 2 && accepted_[1]->open(); }));
  ended.ShutdownWrite();
  ASSERT_TRUE(TurnUntil([&] { return ended.Read() && accepted_[0]->closed(); }));
  EXPECT_TRUE(ended.ended);
  silent.Close();
  ASSERT_TRUE(TurnUntil([&] { return accepted_[1]->closed(); }));
}

// A read stops short behind a passed descriptor (unix(7)); nobody asked for it, so it is closed.
TEST_P(ConnectKernelTest, DescriptorsThatAPeerPassesAlongAreDroppedAndTheBytesArrive) {
  Listener* listener = Listen({}, {}, Path("/a"));
  RawSocket client = RawSocket::Connect(listener->endpoint());
  ASSERT_TRUE(TurnUntil([&] { return accepted_.size() == 1 && accepted_[0]->open(); }));
  const int before = OpenDescriptors();
  std::string expected;
  for (int i = 0; i < 20; ++i) {
    char byte = static_cast<char>('a' + i);
    iovec span{&byte, 1};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &span;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    cmsghdr* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    const int passed = client.fd();
    std::memcpy(CMSG_DATA(rights), &passed, sizeof(passed));
    ASSERT_EQ(sendmsg(client.fd(), &message, MSG_DONTWAIT), 1);
    expected += byte;
  }
  ASSERT_TRUE(TurnUntil([&] { return accepted_[0]->received == expected; }));
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST_P(ConnectKernelTest, AMissingPathSaysSo) {
  const CloseReason reason = ReasonOf(Path("/nobody"));
  EXPECT_EQ(reason.code, CloseCode::kConnectFailed);
  EXPECT_EQ(reason.error, ENOENT);
}

TEST_P(ConnectKernelTest, APathThatIsNoSocketIsRefused) {
  std::ofstream(folder_ + "/plain") << "text";
  const CloseReason reason = ReasonOf(Path("/plain"));
  EXPECT_EQ(reason.code, CloseCode::kConnectFailed);
  EXPECT_EQ(reason.error, ECONNREFUSED);
}

TEST_P(ConnectKernelTest, AnAddressThatCannotBeConnectedToFails) {
  // Broadcast is for datagrams.
  const CloseReason reason = ReasonOf(At("255.255.255.255:9"));
  EXPECT_EQ(reason.code, CloseCode::kConnectFailed);
  EXPECT_NE(reason.error, 0);
}

TEST_P(ConnectKernelTest, ARefusedOptionFailsTheConnectWithItsError) {
  ConnectOptions options;
  options.socket.Set(socket_option::kCongestion, "no-such-algorithm");
  Listener* listener = Listen();
  PeerPtr client = Connect(listener->endpoint(), {}, options);
  ASSERT_TRUE(TurnUntil([&] { return client->closed(); }));
  EXPECT_EQ(client->opens, 0);
  EXPECT_EQ(client->reason.code, CloseCode::kConnectFailed);
  EXPECT_EQ(client->reason.error, ENOENT);
}

TEST_P(ConnectKernelTest, AnOptionMerelyTriedDoesNotFailIt) {
  ConnectOptions options;
  options.socket.Try(socket_option::kCongestion, "no-such-algorithm");
  PeerPtr client = Connect(Listen()->endpoint(), {}, options);
  ASSERT_TRUE(TurnUntil([&] { return client->open(); }));
}

TEST_P(ConnectKernelTest, AFullForeignQueueTimesOut) {
  RawSocket listener = RawSocket::Listening(Loopback(), 0);
  const Endpoint endpoint = listener.local_endpoint();
  RawSocket first = RawSocket::StartConnect(endpoint);
  RawSocket second = RawSocket::StartConnect(endpoint);
  ConnectOptions options;
  options.timeout = 100ms;
  const TimePoint start = loop().now();
  PeerPtr client = Connect(endpoint, {}, options);
  ASSERT_TRUE(TurnUntil([&] { return client->closed(); }));
  EXPECT_EQ(client->opens, 0);
  EXPECT_EQ(client->reason.code, CloseCode::kConnectTimeout);
  EXPECT_GE(loop().now() - start, 100ms);
}

TEST_P(ConnectKernelTest, AFullUnixQueueIsAnOutcomeToo) {
  ListenerOptions listener_options;
  listener_options.backlog = 1;
  listener_options.accepting = false;
  Listener* listener = Listen({}, listener_options, Path("/a"));
  ConnectOptions options;
  options.timeout = 100ms;
  std::vector<PeerPtr> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(Connect(listener->endpoint(), script::Stay, options));
  }
  ASSERT_TRUE(TurnUntil([&] {
    for (const PeerPtr& client : clients) {
      if (!client->open() && !client->closed()) return false;
    }
    return true;
  })) << "a connect hangs past its timeout";
  for (const PeerPtr& client : clients) {
    if (!client->closed()) continue;
    EXPECT_TRUE(client->reason.code == CloseCode::kConnectTimeout ||
                client->reason.code == CloseCode::kConnectFailed)
        << client->reason.ToString();
  }
  EXPECT_TRUE(clients[0]->open());
}

TEST_P(ConnectKernelTest, AUnixClientThatWaitedForItsTurnIsServed) {
  ListenerOptions listener_options;
  listener_options.backlog = 1;
  listener_options.accepting = false;
  Listener* listener = Listen(script::Echo, listener_options, Path("/a"));
  std::vector<PeerPtr> clients;
  for (int i = 0; i < 6; ++i) clients.push_back(Connect(Path("/a"), script::Say("x")));
  Settle();
  listener->ResumeAccepting();
  ASSERT_TRUE(TurnUntil([&] {
    for (const PeerPtr& client : clients) {
      if (client->received != "x" && !client->closed()) return false;
    }
    return true;
  }));
}

TEST_P(ConnectKernelTest, APeerThatAcceptsAndResetsAtOnceIsSeenInEitherOrder) {
  RawSocket listener = RawSocket::Listening(Loopback(), 128);
  for (int i = 0; i < 100; ++i) {
    PeerPtr client = Connect(listener.local_endpoint());
    loop().Turn(loop().now());
    RawSocket accepted(accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC));
    if (accepted.fd() >= 0) accepted.Reset();
    ASSERT_TRUE(TurnUntil([&] {
      if (accepted.fd() < 0 && !client->closed()) {
        RawSocket late(accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (late.fd() >= 0) late.Reset();
      }
      return client->closed();
    }));
    EXPECT_TRUE(client->reason.code == CloseCode::kPeerReset ||
                client->reason.code == CloseCode::kConnectFailed)
        << client->reason.ToString();
  }
}

}  // namespace
}  // namespace sluice::test
