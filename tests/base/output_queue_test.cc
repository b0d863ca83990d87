#include "reactor/output_queue.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "bench/scripted_backend.h"
#include "reactor/base/prng.h"

namespace sluice {
namespace {

// Everything the queue holds, as Gather with room for all shows it.
std::string Contents(const OutputQueue& queue) {
  std::vector<iovec> spans(10000);
  const size_t used = queue.Gather(absl::MakeSpan(spans)).spans;
  std::string bytes;
  for (size_t i = 0; i < used; ++i) {
    EXPECT_GT(spans[i].iov_len, 0u);
    bytes.append(static_cast<const char*>(spans[i].iov_base), spans[i].iov_len);
  }
  return bytes;
}

// Counts what is given back.
class ReleaseCounter : public ScriptedBackend {
 public:
  ReleaseCounter() : ScriptedBackend("", 0) {}
  void ReleaseBuffer(BufferId buffer) override { ++released[buffer]; }
  std::map<BufferId, int> released;
};

class OutputQueueTest : public testing::Test {
 protected:
  void TearDown() override {
    queue_.Clear(pool_);
    queue_.ReleaseAllLent(pool_);
  }

  ReleaseCounter backend_;
  OutputPool pool_{backend_};
  OutputQueue queue_;
};

TEST_F(OutputQueueTest, KeepsTheOrderOfOwnedBorrowedAndReservedBytes) {
  queue_.Append(pool_, "one ");
  queue_.AppendBorrowed(pool_, "two ");
  std::memcpy(queue_.Reserve(pool_, 100), "three ", 6);
  queue_.Commit(6);
  queue_.Append(pool_, "four");
  EXPECT_EQ(Contents(queue_), "one two three four");
  EXPECT_EQ(queue_.bytes(), 18u);
}

TEST_F(OutputQueueTest, EmptyGathersNothing) {
  queue_.Append(pool_, "");
  queue_.AppendBorrowed(pool_, "");
  std::array<iovec, 4> spans;
  EXPECT_EQ(queue_.Gather(absl::MakeSpan(spans)).spans, 0u);
  EXPECT_TRUE(queue_.empty());
}

TEST_F(OutputQueueTest, CommitOfNothingSendsNothing) {
  queue_.Reserve(pool_, 10);
  queue_.Commit(0);
  EXPECT_TRUE(queue_.empty());
  queue_.Append(pool_, "x");
  EXPECT_EQ(Contents(queue_), "x");
  queue_.Consume(pool_, 1);
  EXPECT_TRUE(queue_.empty());
}

TEST_F(OutputQueueTest, BorrowedBytesAreNotCopied) {
  static constexpr std::string_view kText = "lives for ever";
  queue_.AppendBorrowed(pool_, kText);
  std::array<iovec, 1> span;
  ASSERT_EQ(queue_.Gather(absl::MakeSpan(span)).spans, 1u);
  EXPECT_EQ(span[0].iov_base, kText.data());
}

TEST_F(OutputQueueTest, GatheredBytesStayWhereTheyAreWhileMoreIsQueued) {
  queue_.Append(pool_, "first");
  std::array<iovec, 1> before;
  ASSERT_EQ(queue_.Gather(absl::MakeSpan(before)).spans, 1u);
  for (int i = 0; i < 1000; ++i) queue_.Append(pool_, "more and more");
  std::memcpy(queue_.Reserve(pool_, 100000), "x", 1);
  queue_.Commit(1);
  std::array<iovec, 1> after;
  ASSERT_EQ(queue_.Gather(absl::MakeSpan(after)).spans, 1u);
  EXPECT_EQ(after[0].iov_base, before[0].iov_base);
  EXPECT_EQ(std::memcmp(before[0].iov_base, "first", 5), 0);
}

TEST_F(OutputQueueTest, ReservedRoomStaysWhileAllBeforeItIsSent) {
  queue_.Append(pool_, "before");
  char* room = queue_.Reserve(pool_, 20);
  queue_.Consume(pool_, 6);
  EXPECT_TRUE(queue_.empty());
  std::memset(room, 'r', 20);
  queue_.Commit(20);
  EXPECT_EQ(Contents(queue_), std::string(20, 'r'));
}

TEST_F(OutputQueueTest, GatherFillsAtMostTheSpansItIsGiven) {
  for (int i = 0; i < 10; ++i) {
    queue_.AppendBorrowed(pool_, "b");
    queue_.Append(pool_, "a");
  }
  std::array<iovec, 4> spans;
  EXPECT_EQ(queue_.Gather(absl::MakeSpan(spans)).spans, 4u);
  queue_.Consume(pool_, 4);
  EXPECT_EQ(queue_.bytes(), 16u);
  EXPECT_EQ(Contents(queue_), "babababababababa");
}

TEST_F(OutputQueueTest, ManySmallAppendsTakeFewSpans) {
  for (int i = 0; i < 4096; ++i) queue_.Append(pool_, "16 bytes of text");
  std::array<iovec, 64> spans;
  EXPECT_LE(queue_.Gather(absl::MakeSpan(spans)).spans, 32u);
}

TEST_F(OutputQueueTest, TwoQueuesOfOnePoolDoNotMix) {
  OutputQueue other;
  for (int round = 0; round < 50; ++round) {
    queue_.Append(pool_, std::string(700, 'a'));
    other.Append(pool_, std::string(700, 'b'));
    queue_.Consume(pool_, 650);
    other.Consume(pool_, 650);
  }
  EXPECT_EQ(Contents(queue_), std::string(50 * 50, 'a'));
  EXPECT_EQ(Contents(other), std::string(50 * 50, 'b'));
  other.Clear(pool_);
}

TEST_F(OutputQueueTest, HoldsWhatAStringWould) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Prng prng(seed);
    std::deque<std::string> borrowed;  // outlives the queue's use of it
    std::string model;
    BufferId retained = 0;  // as many until now
    for (int step = 0; step < 2000; ++step) {
      const size_t size = prng.Chance(1, 20) ? prng.Between(0, 200000) : prng.Between(0, 900);
      const std::string bytes(size, static_cast<char>('a' + prng.Between(0, 25)));
      switch (prng.Between(0, 6)) {
        case 0:
          queue_.Append(pool_, bytes);
          model += bytes;
          break;
        case 1:
          borrowed.push_back(bytes);
          queue_.AppendBorrowed(pool_, borrowed.back());
          model += bytes;
          break;
        case 2: {
          char* room = queue_.Reserve(pool_, size + 1);
          std::memset(room, 'z', size + 1);
          std::memcpy(room, bytes.data(), size);
          const size_t kept = prng.Between(0, size);
          queue_.Commit(kept);
          model += bytes.substr(0, kept);
          break;
        }
        case 3:
          if (bytes.empty()) break;
          borrowed.push_back(bytes);
          queue_.AppendRetained(pool_, borrowed.back(), retained++);
          model += bytes;
          break;
        case 4:
          queue_.CopyRetained(pool_);
          EXPECT_EQ(backend_.released.size(), retained);
          break;
        default: {
          const size_t count = prng.Between(0, model.size());
          queue_.Consume(pool_, count);
          model.erase(0, count);
        }
      }
      ASSERT_EQ(queue_.bytes(), model.size());
      ASSERT_EQ(queue_.empty(), model.empty());
      if (step % 50 == 0) {
        ASSERT_TRUE(Contents(queue_) == model) << "seed " << seed << " step " << step;
      }
    }
    queue_.Clear(pool_);
    EXPECT_TRUE(queue_.empty());
    EXPECT_EQ(backend_.released.size(), retained);
    for (const auto& [buffer, times] : backend_.released) EXPECT_EQ(times, 1) << buffer;
    backend_.released.clear();
  }
}

TEST_F(OutputQueueTest, CopiedRetainedBytesNeedTheirBufferNoMore) {
  std::string buffer = "0123456789";
  queue_.Append(pool_, "before ");
  queue_.AppendRetained(pool_, buffer, 7);
  queue_.Append(pool_, " after");
  queue_.Consume(pool_, 10);
  queue_.CopyRetained(pool_);
  EXPECT_EQ(backend_.released[7], 1);
  buffer.assign(10, 'x');
  EXPECT_EQ(Contents(queue_), "3456789 after");
}

// Its front was taken by a zero-copy send, which reads the buffer until it is released.
TEST_F(OutputQueueTest, RetainedBytesThatAreLentStayAfterTheirCopy) {
  const std::string buffer = "0123456789";
  queue_.AppendRetained(pool_, buffer, 7);
  queue_.Lend();
  queue_.Consume(pool_, 4);
  queue_.CopyRetained(pool_);
  EXPECT_EQ(Contents(queue_), "456789");
  EXPECT_EQ(backend_.released.count(7), 0u);
  queue_.ReleaseLent(pool_);
  EXPECT_EQ(backend_.released[7], 1);
}

// What a zero-copy send took is still read by the kernel: its memory is nobody else's.
TEST_F(OutputQueueTest, LentBytesStayUntilTheirRelease) {
  queue_.Append(pool_, std::string(400, 'a'));
  std::array<iovec, 1> lent;
  ASSERT_EQ(queue_.Gather(absl::MakeSpan(lent)).spans, 1u);
  queue_.Lend();
  queue_.Consume(pool_, 400);
  EXPECT_TRUE(queue_.empty());
  // A copying send meanwhile, and another zero-copy one: neither gets that memory.
  queue_.Append(pool_, std::string(400, 'b'));
  queue_.Consume(pool_, 400);
  queue_.Append(pool_, std::string(400, 'c'));
  queue_.Lend();
  queue_.Consume(pool_, 400);
  for (int i = 0; i < 8; ++i) queue_.Append(pool_, std::string(400, 'd'));
  const auto* bytes = static_cast<const char*>(lent[0].iov_base);
  EXPECT_EQ(std::string_view(bytes, lent[0].iov_len), std::string(400, 'a'));
  queue_.ReleaseLent(pool_);
  queue_.ReleaseLent(pool_);
  EXPECT_EQ(queue_.bytes(), 3200u);
}

SharedFile AnyFile() {
  return SharedFile::Adopt(open("/dev/null", O_RDONLY | O_CLOEXEC));
}

// Gathered bytes end where a file begins, and say so; a file has the queue's front to itself.
TEST_F(OutputQueueTest, AFileStandsBetweenBytes) {
  const SharedFile file = AnyFile();
  queue_.Append(pool_, "head");
  queue_.AppendFile(pool_, {file, 7, 100});
  queue_.Append(pool_, "tail");
  std::array<iovec, 8> spans;
  EXPECT_EQ(queue_.NextFile(), nullptr);
  EXPECT_EQ(queue_.Gather(absl::MakeSpan(spans)).spans, 1u);
  EXPECT_TRUE(queue_.Gather(absl::MakeSpan(spans)).file_follows);
  queue_.Consume(pool_, 4);
  ASSERT_NE(queue_.NextFile(), nullptr);
  EXPECT_EQ(queue_.Gather(absl::MakeSpan(spans)).spans, 0u);
  queue_.Consume(pool_, 60);
  EXPECT_EQ(queue_.NextFile()->offset, 67u);
  EXPECT_EQ(queue_.NextFile()->length, 40u);
  EXPECT_EQ(queue_.bytes(), 44u);
  EXPECT_EQ(file.owners(), 2u);
  queue_.Consume(pool_, 40);
  EXPECT_EQ(file.owners(), 1u);
  EXPECT_EQ(queue_.NextFile(), nullptr);
  EXPECT_EQ(Contents(queue_), "tail");
  EXPECT_FALSE(queue_.Gather(absl::MakeSpan(spans)).file_follows);
}

TEST_F(OutputQueueTest, AFileCountsAsAtMostAWindow) {
  constexpr uint64_t kLength = uint64_t{10} << 30;
  const SharedFile file = AnyFile();
  queue_.AppendFile(pool_, {file, 0, kLength});
  EXPECT_EQ(queue_.bytes(), OutputQueue::kFileBytesCounted);
  queue_.Consume(pool_, kLength - OutputQueue::kFileBytesCounted - 1);
  EXPECT_EQ(queue_.bytes(), OutputQueue::kFileBytesCounted);
  queue_.Consume(pool_, 2);
  EXPECT_EQ(queue_.bytes(), OutputQueue::kFileBytesCounted - 1);
  queue_.Clear(pool_);
  EXPECT_EQ(file.owners(), 1u);
}

TEST(OutputQueueDeathTest, MisuseStopsTheProgram) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  ReleaseCounter backend;
  OutputPool pool(backend);
  OutputQueue queue;
  queue.Reserve(pool, 10);
  EXPECT_DEATH(queue.Append(pool, "x"), "Commit is due");
  EXPECT_DEATH(queue.AppendBorrowed(pool, "x"), "Commit is due");
  EXPECT_DEATH(queue.Reserve(pool, 1), "Commit is due");
  EXPECT_DEATH(queue.Commit(11), "at most what was reserved");
  queue.Commit(10);
  EXPECT_DEATH(queue.Consume(pool, 11), "check failed");
  EXPECT_DEATH(queue.ReleaseLent(pool), "only what was lent");
  queue.Clear(pool);
}

}  // namespace
}  // namespace sluice
