// Files in the output: their bytes in order with what is sent before and behind, backpressure and
// limits, files that shrink, and a descriptor that is released once.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/conformance/fixture.h"
#include "tests/conformance/raw_socket.h"

namespace sluice::test {
namespace {

// A file without a name, that goes with its last owner.
SharedFile FileOf(std::string_view bytes) {
  const int fd = memfd_create("payload", MFD_CLOEXEC);
  EXPECT_GE(fd, 0);
  EXPECT_EQ(pwrite(fd, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  return SharedFile::Adopt(fd);
}

void Shrink(const SharedFile& file, off_t size) {
  ASSERT_EQ(ftruncate(file.fd(), size), 0);
}

class SendFileTest : public ReactorTest {
 protected:
  // Nobody but the test shares the file any more.
  void ExpectReleased(const SharedFile& file) {
    EXPECT_TRUE(TurnUntil([&] { return file.owners() == 1; })) << file.owners() << " owners";
  }
};
SLUICE_ON_EVERY_CONFIGURATION(SendFileTest);

TEST_P(SendFileTest, SendsTheRangeAndReleasesTheFile) {
  const std::string bytes = Payload(1, 300'000);
  const SharedFile file = FileOf(bytes);
  Pair pair = ConnectPair();
  Of(pair.server).SendFile(file, 1000, 250'001);
  ASSERT_TRUE(TurnUntil([&] { return pair.client->received_bytes >= 250'001; }));
  Settle();
  EXPECT_TRUE(pair.client->received == bytes.substr(1000, 250'001));
  EXPECT_EQ(Of(pair.server).unsent_bytes(), 0u);
  EXPECT_EQ(Of(pair.server).stats().bytes_sent, 250'001u);
  EXPECT_EQ(file.owners(), 1u);
}

TEST_P(SendFileTest, KeepsItsPlaceAmongOtherOutput) {
  static const std::string kStatic = Payload(9, 5000);
  const std::string one = Payload(1, 100'000), two = Payload(2, 70'000);
  const SharedFile first = FileOf(one), second = FileOf(two);
  Pair pair = ConnectPair();
  Connection& server = Of(pair.server);
  server.Send("head ");
  server.SendFile(first, 0, one.size());
  server.Send("between ");
  server.SendStatic(kStatic);
  server.SendFile(second, 0, two.size());
  server.SendFile(first, 10, 20);
  char* room = server.Reserve(4);
  std::memcpy(room, "tail", 4);
  server.Commit(4);
  const std::string expected =
      "head " + one + "between " + kStatic + two + one.substr(10, 20) + "tail";
  ASSERT_TRUE(TurnUntil([&] { return pair.client->received_bytes >= expected.size(); }));
  Settle();
  EXPECT_TRUE(pair.client->received == expected);
  EXPECT_EQ(first.owners(), 1u);
  EXPECT_EQ(second.owners(), 1u);
}

// A chunk that was reserved and never filled stands in the queue with nothing to send.
TEST_P(SendFileTest, StandsBehindAnEmptyReservation) {
  const SharedFile file = FileOf("of the file");
  Pair pair = ConnectPair();
  Of(pair.server).Reserve(100);
  Of(pair.server).Commit(0);
  Of(pair.server).SendFile(file, 0, 11);
  Of(pair.server).Reserve(100);
  Of(pair.server).Commit(0);
  ASSERT_TRUE(TurnUntil([&] { return pair.client->received == "of the file"; }));
  EXPECT_EQ(file.owners(), 1u);
}

TEST_P(SendFileTest, NothingOfAFileIsNothing) {
  const SharedFile file = FileOf("bytes");
  Pair pair = ConnectPair();
  Of(pair.server).SendFile(file, 0, 0);
  Of(pair.server).SendFile(file, 1000, 0);
  EXPECT_EQ(file.owners(), 1u);
  EXPECT_EQ(Of(pair.server).unsent_bytes(), 0u);
  Of(pair.server).Send("alive");
  ASSERT_TRUE(TurnUntil([&] { return pair.client->received == "alive"; }));
}

TEST_P(SendFileTest, BeforeTheConnectionIsOpen) {
  const SharedFile file = FileOf("early");
  Listener* listener = Listen();
  PeerPtr client = Connect(listener->endpoint());
  loop().Find(client->id)->SendFile(file, 0, 5);
  ASSERT_TRUE(TurnUntil([&] { return !accepted_.empty() && accepted_[0]->received == "early"; }));
  ExpectReleased(file);
}

TEST_P(SendFileTest, AFileThatIsTooShortClosesWithItsReason) {
  const SharedFile file = FileOf(Payload(1, 1000));
  Pair pair = ConnectPair();
  Connection& server = Of(pair.server);
  server.SendFile(file, 0, 1001);
  server.Send("must not come");
  ASSERT_TRUE(TurnUntil([&] { return pair.server->closed() && pair.client->closed(); }));
  EXPECT_EQ(pair.server->reason.code, CloseCode::kFileShrank);
  EXPECT_EQ(pair.client->reason.code, CloseCode::kPeerReset);
  EXPECT_EQ(pair.client->received.find("must not come"), std::string::npos);
  EXPECT_EQ(file.owners(), 1u);
}

TEST_P(SendFileTest, AnOffsetBeyondTheEndClosesWithItsReason) {
  const SharedFile file = FileOf("short");
  Pair pair = ConnectPair();
  Of(pair.server).SendFile(file, uint64_t{1} << 40, 1);
  ASSERT_TRUE(TurnUntil([&] { return pair.server->closed() && pair.client->closed(); }));
  EXPECT_EQ(pair.server->reason.code, CloseCode::kFileShrank);
  EXPECT_EQ(pair.client->received, "");
}

TEST_P(SendFileTest, AFileThatShrinksUnderWayClosesWithItsReason) {
  const std::string bytes = Payload(1, 32 << 20);
  const SharedFile file = FileOf(bytes);
  Pair pair = ConnectPair([](Peer& peer) { peer.keep_bytes = false; });
  Of(pair.client).PauseReading();
  Of(pair.server).SendFile(file, 0, bytes.size());
  Of(pair.server).Send("must not come");
  Settle(100);
  ASSERT_GT(Of(pair.server).unsent_bytes(), 0u) << "all of it was taken at once";
  Shrink(file, 20 << 20);
  Of(pair.server).Close();
  Of(pair.client).ResumeReading();
  ASSERT_TRUE(TurnUntil([&] { return pair.server->closed() && pair.client->closed(); }));
  EXPECT_EQ(pair.server->reason.code, CloseCode::kFileShrank);
  EXPECT_EQ(pair.client->reason.code, CloseCode::kPeerReset);
  EXPECT_LE(pair.client->received_bytes, 20u << 20);
  EXPECT_EQ(pair.client->received_hash.value(),
            HashOf(std::string_view(bytes).substr(0, pair.client->received_bytes)));
  EXPECT_EQ(file.owners(), 1u);
}

// A file holds no memory: one larger than every limit is no overflow, and counts as one window.
TEST_P(SendFileTest, ALargeFileIsNoOverflow) {
  const std::string bytes = Payload(1, 24 << 20);
  const SharedFile file = FileOf(bytes);
  ConnectionLimits limits;
  limits.output_bytes_max = 1 << 20;
  Pair pair = ConnectPair([](Peer& peer) { peer.keep_bytes = false; }, {}, limits);
  Of(pair.client).PauseReading();
  Connection& server = Of(pair.server);
  server.SendFile(file, 0, bytes.size());
  EXPECT_EQ(server.unsent_bytes(), OutputQueue::kFileBytesCounted);
  EXPECT_TRUE(server.is_reading());
  Settle(100);
  EXPECT_EQ(server.unsent_bytes(), OutputQueue::kFileBytesCounted);
  Of(pair.client).ResumeReading();
  ASSERT_TRUE(TurnUntil([&] { return pair.client->received_bytes == bytes.size(); }));
  EXPECT_EQ(pair.client->received_hash.value(), HashOf(bytes));
}

TEST_P(SendFileTest, ManyFilesStopReadingUntilLowWater) {
  constexpr int kFiles = 12;
  const std::string bytes = Payload(1, 4 << 20);
  const SharedFile file = FileOf(bytes);
  Pair pair = ConnectPair([](Peer& peer) { peer.keep_bytes = false; });
  Of(pair.client).PauseReading();
  for (int i = 0; i < kFiles; ++i) Of(pair.server).SendFile(file, 0, bytes.size());
  EXPECT_FALSE(Of(pair.server).is_reading());
  Of(pair.client).Send("are you there?");
  Settle(100);
  EXPECT_EQ(pair.server->data_calls, 0);
  EXPECT_EQ(pair.server->drains, 0);
  Of(pair.client).ResumeReading();
  ASSERT_TRUE(TurnUntil([&] {
    return pair.client->received_bytes == kFiles * bytes.size() && pair.server->data_calls == 1;
  }));
  EXPECT_EQ(pair.server->drains, 1);
  EXPECT_EQ(file.owners(), 1u);
}

TEST_P(SendFileTest, MoreFilesThanTheHardCapCountsClose) {
  const SharedFile file = FileOf(Payload(1, 200'000));
  ConnectionLimits limits;
  limits.output_bytes_max = 2 * OutputQueue::kFileBytesCounted;
  Pair pair = ConnectPair({}, {}, limits);
  Connection& server = Of(pair.server);
  server.SendFile(file, 0, 200'000);
  server.SendFile(file, 0, 200'000);
  EXPECT_TRUE(server.is_open()) << "at the cap is not above it";
  server.SendFile(file, 0, 1);
  EXPECT_FALSE(server.is_open());
  ASSERT_TRUE(TurnUntil([&] { return pair.server->closed(); }));
  EXPECT_EQ(pair.server->reason.code, CloseCode::kOutputOverflow);
  ExpectReleased(file);
}

TEST_P(SendFileTest, APeerThatDoesNotReadStalls) {
  const SharedFile file = FileOf(Payload(1, 32 << 20));
  ConnectionLimits limits;
  limits.stall_timeout = 80ms;
  Pair pair = ConnectPair({}, {}, limits);
  Of(pair.client).PauseReading();
  const TimePoint sent_at = loop().now();
  Of(pair.server).SendFile(file, 0, 32 << 20);
  ASSERT_TRUE(TurnUntil([&] { return pair.server->closed(); }));
  EXPECT_GE(loop().now() - sent_at, 80ms);
  EXPECT_EQ(pair.server->reason.code, CloseCode::kOutputStalled);
  EXPECT_EQ(file.owners(), 1u);
}

TEST_P(SendFileTest, CloseSendsAllOfItFirst) {
  const std::string bytes = Payload(1, 24 << 20);
  const SharedFile file = FileOf(bytes);
  Pair pair = ConnectPair([](Peer& peer) { peer.keep_bytes = false; });
  Of(pair.client).PauseReading();
  Of(pair.server).SendFile(file, 0, bytes.size());
  Of(pair.server).Close();
  Settle(100);
  EXPECT_FALSE(pair.server->closed());
  Of(pair.client).ResumeReading();
  ASSERT_TRUE(TurnUntil([&] { return pair.client->closed(); }));
  EXPECT_EQ(pair.client->received_bytes, bytes.size());
  EXPECT_EQ(pair.client->received_hash.value(), HashOf(bytes));
  EXPECT_EQ(pair.client->reason.code, CloseCode::kPeerEnded);
  ExpectReleased(file);
}

TEST_P(SendFileTest, AbortInTheMiddleReleasesTheFile) {
  const SharedFile file = FileOf(Payload(1, 32 << 20));
  Pair pair = ConnectPair();
  Of(pair.client).PauseReading();
  Of(pair.server).SendFile(file, 0, 32 << 20);
  Of(pair.server).SendFile(file, 0, 32 << 20);
  Settle(100);
  EXPECT_EQ(file.owners(), 3u);
  Of(pair.server).Abort();
  ASSERT_TRUE(TurnUntil([&] { return pair.server->closed(); }));
  EXPECT_EQ(pair.server->reason.code, CloseCode::kAborted);
  EXPECT_EQ(file.owners(), 1u);
}

TEST_P(SendFileTest, AfterCloseItDoesNothing) {
  const SharedFile file = FileOf("late");
  Pair pair = ConnectPair();
  Of(pair.server).Close();
  Of(pair.server).SendFile(file, 0, 4);
  EXPECT_EQ(file.owners(), 1u);
  ASSERT_TRUE(TurnUntil([&] { return pair.server->closed(); }));
  EXPECT_EQ(pair.client->received, "");
}

TEST_P(SendFileTest, TheLastOwnerClosesTheDescriptor) {
  SharedFile file = FileOf(Payload(1, 8 << 20));
  const int fd = file.fd();
  Pair pair = ConnectPair([](Peer& peer) { peer.keep_bytes = false; });
  Of(pair.client).PauseReading();
  Of(pair.server).SendFile(std::move(file), 0, 8 << 20);
  Settle(100);
  EXPECT_GE(fcntl(fd, F_GETFD), 0) << "closed while it was sent";
  Of(pair.client).ResumeReading();
  ASSERT_TRUE(TurnUntil([&] { return pair.client->received_bytes == 8 << 20; }));
  ASSERT_TRUE(TurnUntil([&] { return Of(pair.server).unsent_bytes() == 0; }));
  EXPECT_EQ(fcntl(fd, F_GETFD), -1);
}

// One that takes a large file as fast as it can leaves the others their turn.
TEST_P(SendFileTest, OtherConnectionsAreServedMeanwhile) {
  const SharedFile file = FileOf(std::string(64 << 20, 'f'));
  Pair greedy = ConnectPair([](Peer& peer) { peer.keep_bytes = false; });
  Pair modest = ConnectPair({}, script::Echo);
  Of(greedy.server).SendFile(file, 0, 64 << 20);
  Of(modest.client).Send("ping");
  ASSERT_TRUE(TurnUntil([&] { return modest.client->received == "ping"; }));
  EXPECT_LT(greedy.client->received_bytes, 64u << 20);
  ASSERT_TRUE(TurnUntil([&] { return greedy.client->received_bytes == 64 << 20; }));
}

class SendFileKernelTest : public KernelTest {};
SLUICE_ON_KERNEL_BACKENDS(SendFileKernelTest);

// After the peer's end a reset is EPIPE, and sendfile(2) then raises SIGPIPE: it would end the
// process.
TEST_P(SendFileKernelTest, AResetByThePeerIsAReasonNotASignal) {
  const SharedFile file = FileOf(Payload(1, 16 << 20));
  Listener* listener = Listen(script::Stay);
  RawSocket peer = RawSocket::Connect(listener->endpoint());
  ASSERT_TRUE(TurnUntil([&] { return accepted_.size() == 1 && accepted_[0]->open(); }));
  Of(accepted_[0]).SendFile(file, 0, 16 << 20);
  peer.ShutdownWrite();
  ASSERT_TRUE(TurnUntil([&] { return accepted_[0]->ends == 1; }));
  peer.Reset();
  ASSERT_TRUE(TurnUntil([&] { return accepted_[0]->closed(); }));
  EXPECT_EQ(accepted_[0]->reason.code, CloseCode::kPeerReset);
  EXPECT_EQ(file.owners(), 1u);
}

}  // namespace
}  // namespace sluice::test
