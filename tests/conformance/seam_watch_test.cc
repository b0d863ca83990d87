// Descriptors of somebody else's at the seam: one report a Poll, and a close that closes nothing.
#include <fcntl.h>
#include <unistd.h>

#include "tests/conformance/seam.h"

namespace sluice::test {
namespace {

constexpr Token kWatch = 7;

class SeamWatchTest : public SeamTest {
 protected:
  void SetUp() override {
    SeamTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_EQ(pipe2(ends_, O_CLOEXEC), 0);
  }
  void TearDown() override {
    if (!IsSkipped()) {
      EXPECT_EQ(close(ends_[0]), 0) << "closing it was the test's";
      EXPECT_EQ(close(ends_[1]), 0);
    }
    SeamTest::TearDown();
  }

  Socket Watched() {
    absl::StatusOr<Socket> socket = backend().Watch(ends_[0]);
    EXPECT_TRUE(socket.ok()) << socket.status();
    return *socket;
  }
  void Write() { EXPECT_EQ(write(ends_[1], "x", 1), 1); }
  size_t reports() const { return Count(kWatch, Operation::kReadable); }

  int ends_[2] = {-1, -1};
};
INSTANTIATE_TEST_SUITE_P(Kernel, SeamWatchTest, testing::ValuesIn(KernelBackends()),
                         BackendCaseName);

TEST_P(SeamWatchTest, EachPollTellsOnceOfWhatIsStillThere) {
  const Socket socket = Watched();
  Write();
  Settle();
  EXPECT_EQ(reports(), 0u) << "nobody asked";
  backend().StartReceive(socket, kWatch);
  ASSERT_TRUE(PollUntil([&] { return reports() >= 1; }));
  for (int poll = 0; poll < 20; ++poll) {
    const size_t before = reports();
    PollOnce(1ms);
    EXPECT_LE(reports(), before + 1);
  }
  ASSERT_TRUE(PollUntil([&] { return reports() >= 5; }));
  for (const Event& event : Events(kWatch, Operation::kReadable)) {
    EXPECT_TRUE(event.more);
    EXPECT_EQ(event.result, 0);
  }
}

TEST_P(SeamWatchTest, StoppedItIsSilentAndMayStartAtOnce) {
  const Socket socket = Watched();
  backend().StartReceive(socket, kWatch);
  Settle();
  backend().StopReceive(socket);
  Settle();
  const size_t before = reports();
  Write();
  Settle();
  EXPECT_EQ(reports(), before);
  backend().StartReceive(socket, kWatch);
  backend().StopReceive(socket);
  backend().StartReceive(socket, kWatch);
  ASSERT_TRUE(PollUntil([&] { return reports() > before; }));
}

TEST_P(SeamWatchTest, TheCloseIsTheLastWordAndLeavesTheDescriptorOpen) {
  const Socket socket = Watched();
  backend().StartReceive(socket, kWatch);
  Settle();
  Write();
  backend().Close(socket, CloseMode::kOrderly, kWatch);
  ASSERT_TRUE(PollUntil([&] { return Count(kWatch, Operation::kClose) == 1; }));
  Settle();
  char byte = 0;
  EXPECT_EQ(read(ends_[0], &byte, 1), 1);
  const Socket again = Watched();  // and may be watched anew
  backend().StartReceive(again, kWatch + 1);
  Write();
  ASSERT_TRUE(PollUntil([&] { return Count(kWatch + 1, Operation::kReadable) > 0; }));
}

}  // namespace
}  // namespace sluice::test
