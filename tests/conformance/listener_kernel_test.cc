// Listening where files and permissions are in the way, and under clients of every kind.
#include <stdlib.h>
#include <unistd.h>

#include <fstream>

#include "tests/conformance/fixture.h"
#include "tests/conformance/raw_socket.h"

namespace sluice::test {
namespace {

using testing::HasSubstr;

class ListenerKernelTest : public KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    char folder[] = "/tmp/sluice-listen-XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    folder_ = folder;
    path_ = folder_ + "/socket";
  }
  void TearDown() override {
    KernelTest::TearDown();
    unlink(path_.c_str());
    rmdir(folder_.c_str());
  }
  absl::Status TryListen(const Endpoint& endpoint, ListenerOptions options = {}) {
    return loop().Listen(endpoint, std::move(options), [] { return nullptr; }).status();
  }

  std::string folder_;
  std::string path_;
};
SLUICE_ON_KERNEL_BACKENDS(ListenerKernelTest);

TEST_P(ListenerKernelTest, AUnixPathInUseIsAnErrorAndTheOwnerGoesOn) {
  Listener* listener = Listen(script::Echo, {}, At("unix:" + path_));
  std::unique_ptr<Loop> other = MakeLoop();
  const absl::Status status =
      other->Listen(At("unix:" + path_), {}, [] { return nullptr; }).status();
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.ToString(), HasSubstr(path_));
  EXPECT_THAT(status.ToString(), HasSubstr("in use"));
  PeerPtr client = Connect(listener->endpoint(), script::Say("x"));
  ASSERT_TRUE(TurnUntil([&] { return client->received == "x"; }));
}

TEST_P(ListenerKernelTest, AStaleUnixPathDoesNotKeepAServerFromStarting) {
  // What a killed server leaves behind: the file, and nobody at it.
  RawSocket::Listening(At("unix:" + path_), 1).Close();
  Listener* listener = Listen(script::Echo, {}, At("unix:" + path_));
  PeerPtr client = Connect(listener->endpoint(), script::Say("x"));
  ASSERT_TRUE(TurnUntil([&] { return client->received == "x"; }));
}

TEST_P(ListenerKernelTest, AFileThatIsNoSocketIsNeverRemoved) {
  std::ofstream(path_) << "precious";
  const absl::Status status = TryListen(At("unix:" + path_));
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.ToString(), HasSubstr(path_));
  std::string text;
  std::ifstream(path_) >> text;
  EXPECT_EQ(text, "precious");
}

TEST_P(ListenerKernelTest, AMissingFolderIsNamed) {
  const absl::Status status = TryListen(At("unix:" + folder_ + "/nowhere/socket"));
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.ToString(), HasSubstr(folder_ + "/nowhere/socket"));
}

TEST_P(ListenerKernelTest, WithoutPermissionTheErrorSaysSo) {
  constexpr uid_t kNobody = 65534;
  loop();
  const bool root = geteuid() == 0;
  if (root) {
    ASSERT_EQ(seteuid(kNobody), 0);
  }
  const absl::Status port = TryListen(At("127.0.0.1:1"));
  if (root) {
    ASSERT_EQ(seteuid(0), 0);
  }
  if (port.ok()) GTEST_SKIP() << "low ports are free for all here (ip_unprivileged_port_start)";
  EXPECT_THAT(port.ToString(), HasSubstr("127.0.0.1:1"));
  EXPECT_TRUE(absl::IsPermissionDenied(port)) << port.ToString();
}

TEST_P(ListenerKernelTest, ARefusedOptionIsNamed) {
  ListenerOptions options;
  options.socket.Set(socket_option::kBindToDevice, "no-such-device");
  const absl::Status status = TryListen(Loopback(), options);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.ToString(), HasSubstr("SO_BINDTODEVICE"));
  ListenerOptions tried;
  tried.socket.Try(socket_option::kBindToDevice, "no-such-device");
  EXPECT_TRUE(TryListen(Loopback(), tried).ok());
}

TEST_P(ListenerKernelTest, AcceptedConnectionsInheritOptionsAndHaveNoDelay) {
  ListenerOptions options;
  options.socket.Set(socket_option::kKeepAlive, true).Set(socket_option::kKeepAliveIdle, 77s);
  Listener* listener = Listen({}, options);
  EXPECT_EQ(*listener->GetOption(socket_option::kKeepAliveIdle), 77s);
  EXPECT_TRUE(*listener->GetOption(socket_option::kAccepting));
  EXPECT_TRUE(*listener->GetOption(socket_option::kReuseAddress));
  PeerPtr client = Connect(listener->endpoint());
  ASSERT_TRUE(TurnUntil([&] { return client->open() && accepted_.size() == 1; }));
  EXPECT_EQ(*Of(accepted_[0]).GetOption(socket_option::kKeepAliveIdle), 77s);
  EXPECT_TRUE(*Of(accepted_[0]).GetOption(socket_option::kKeepAlive));
  EXPECT_TRUE(*Of(accepted_[0]).GetOption(socket_option::kNoDelay));
  EXPECT_TRUE(*Of(client).GetOption(socket_option::kNoDelay));
}

TEST_P(ListenerKernelTest, NoDelayCanBeTurnedOff) {
  ListenerOptions options;
  options.socket.Set(socket_option::kNoDelay, false);
  Listener* listener = Listen({}, options);
  ConnectOptions connect_options;
  connect_options.socket.Set(socket_option::kNoDelay, false);
  PeerPtr client = Connect(listener->endpoint(), {}, connect_options);
  ASSERT_TRUE(TurnUntil([&] { return client->open() && accepted_.size() == 1; }));
  EXPECT_FALSE(*Of(accepted_[0]).GetOption(socket_option::kNoDelay));
  EXPECT_FALSE(*Of(client).GetOption(socket_option::kNoDelay));
}

TEST_P(ListenerKernelTest, ABacklogOfMinusOneIsTheCapOfTheKernel) {
  int somaxconn = 0;
  std::ifstream("/proc/sys/net/core/somaxconn") >> somaxconn;
  for (const int backlog : {-1, 1'000'000}) {
    ListenerOptions options;
    options.backlog = backlog;
    Listener* listener = Listen({}, options);
    EXPECT_EQ(listener->accept_queue()->limit, static_cast<uint32_t>(somaxconn)) << backlog;
  }
}

TEST_P(ListenerKernelTest, AUnixListenerHasNoAcceptQueueToShow) {
  Listener* listener = Listen({}, {}, At("unix:" + path_));
  EXPECT_FALSE(listener->accept_queue().ok());
}

TEST_P(ListenerKernelTest, ClientsGoneBeforeTheyWereAcceptedHarmNobody) {
  ListenerOptions options;
  options.accepting = false;
  Listener* listener = Listen(script::Echo, options);
  for (int i = 0; i < 100; ++i) {
    RawSocket client = RawSocket::Connect(listener->endpoint());
    i % 2 == 0 ? client.Reset() : client.Close();
  }
  RawSocket patient = RawSocket::Connect(listener->endpoint());
  patient.Write("x");
  listener->ResumeAccepting();
  ASSERT_TRUE(TurnUntil([&] { return patient.Read() || patient.received == "x"; }));
  EXPECT_EQ(patient.received, "x");
  ASSERT_TRUE(TurnUntil([&] { return listener->connections() == 1; }));
}

}  // namespace
}  // namespace sluice::test
