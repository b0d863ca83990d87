#include "reactor/output_queue.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include "reactor/base/prng.h"

namespace sluice {
namespace {

// Everything the queue holds, as Gather with room for all shows it.
std::string Contents(const OutputQueue& queue) {
  std::vector<iovec> spans(10000);
  const size_t used = queue.Gather(absl::MakeSpan(spans));
  std::string bytes;
  for (size_t i = 0; i < used; ++i) {
    EXPECT_GT(spans[i].iov_len, 0u);
    bytes.append(static_cast<const char*>(spans[i].iov_base), spans[i].iov_len);
  }
  return bytes;
}

class OutputQueueTest : public testing::Test {
 protected:
  OutputPool pool_;
  OutputQueue queue_{pool_};
};

TEST_F(OutputQueueTest, KeepsTheOrderOfOwnedBorrowedAndReservedBytes) {
  queue_.Append("one ");
  queue_.AppendBorrowed("two ");
  std::memcpy(queue_.Reserve(100), "three ", 6);
  queue_.Commit(6);
  queue_.Append("four");
  EXPECT_EQ(Contents(queue_), "one two three four");
  EXPECT_EQ(queue_.bytes(), 18u);
}

TEST_F(OutputQueueTest, EmptyGathersNothing) {
  queue_.Append("");
  queue_.AppendBorrowed("");
  std::array<iovec, 4> spans;
  EXPECT_EQ(queue_.Gather(absl::MakeSpan(spans)), 0u);
  EXPECT_TRUE(queue_.empty());
}

TEST_F(OutputQueueTest, CommitOfNothingSendsNothing) {
  queue_.Reserve(10);
  queue_.Commit(0);
  EXPECT_TRUE(queue_.empty());
  queue_.Append("x");
  EXPECT_EQ(Contents(queue_), "x");
  queue_.Consume(1);
  EXPECT_TRUE(queue_.empty());
}

TEST_F(OutputQueueTest, BorrowedBytesAreNotCopied) {
  static constexpr std::string_view kText = "lives for ever";
  queue_.AppendBorrowed(kText);
  std::array<iovec, 1> span;
  ASSERT_EQ(queue_.Gather(absl::MakeSpan(span)), 1u);
  EXPECT_EQ(span[0].iov_base, kText.data());
}

TEST_F(OutputQueueTest, GatheredBytesStayWhereTheyAreWhileMoreIsQueued) {
  queue_.Append("first");
  std::array<iovec, 1> before;
  ASSERT_EQ(queue_.Gather(absl::MakeSpan(before)), 1u);
  for (int i = 0; i < 1000; ++i) queue_.Append("more and more");
  std::memcpy(queue_.Reserve(100000), "x", 1);
  queue_.Commit(1);
  std::array<iovec, 1> after;
  ASSERT_EQ(queue_.Gather(absl::MakeSpan(after)), 1u);
  EXPECT_EQ(after[0].iov_base, before[0].iov_base);
  EXPECT_EQ(std::memcmp(before[0].iov_base, "first", 5), 0);
}

TEST_F(OutputQueueTest, ReservedRoomStaysWhileAllBeforeItIsSent) {
  queue_.Append("before");
  char* room = queue_.Reserve(20);
  queue_.Consume(6);
  EXPECT_TRUE(queue_.empty());
  std::memset(room, 'r', 20);
  queue_.Commit(20);
  EXPECT_EQ(Contents(queue_), std::string(20, 'r'));
}

TEST_F(OutputQueueTest, GatherFillsAtMostTheSpansItIsGiven) {
  for (int i = 0; i < 10; ++i) {
    queue_.AppendBorrowed("b");
    queue_.Append("a");
  }
  std::array<iovec, 4> spans;
  EXPECT_EQ(queue_.Gather(absl::MakeSpan(spans)), 4u);
  queue_.Consume(4);
  EXPECT_EQ(queue_.bytes(), 16u);
  EXPECT_EQ(Contents(queue_), "babababababababa");
}

TEST_F(OutputQueueTest, ManySmallAppendsTakeFewSpans) {
  for (int i = 0; i < 4096; ++i) queue_.Append("16 bytes of text");
  std::array<iovec, 64> spans;
  EXPECT_LE(queue_.Gather(absl::MakeSpan(spans)), 32u);
}

TEST_F(OutputQueueTest, TwoQueuesOfOnePoolDoNotMix) {
  OutputQueue other(pool_);
  for (int round = 0; round < 50; ++round) {
    queue_.Append(std::string(700, 'a'));
    other.Append(std::string(700, 'b'));
    queue_.Consume(650);
    other.Consume(650);
  }
  EXPECT_EQ(Contents(queue_), std::string(50 * 50, 'a'));
  EXPECT_EQ(Contents(other), std::string(50 * 50, 'b'));
}

TEST_F(OutputQueueTest, HoldsWhatAStringWould) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Prng prng(seed);
    std::deque<std::string> borrowed;  // outlives the queue's use of it
    std::string model;
    for (int step = 0; step < 2000; ++step) {
      const size_t size = prng.Chance(1, 20) ? prng.Between(0, 200000) : prng.Between(0, 900);
      const std::string bytes(size, static_cast<char>('a' + prng.Between(0, 25)));
      switch (prng.Between(0, 4)) {
        case 0:
          queue_.Append(bytes);
          model += bytes;
          break;
        case 1:
          borrowed.push_back(bytes);
          queue_.AppendBorrowed(borrowed.back());
          model += bytes;
          break;
        case 2: {
          char* room = queue_.Reserve(size + 1);
          std::memset(room, 'z', size + 1);
          std::memcpy(room, bytes.data(), size);
          const size_t kept = prng.Between(0, size);
          queue_.Commit(kept);
          model += bytes.substr(0, kept);
          break;
        }
        default: {
          const size_t count = prng.Between(0, model.size());
          queue_.Consume(count);
          model.erase(0, count);
        }
      }
      ASSERT_EQ(queue_.bytes(), model.size());
      ASSERT_EQ(queue_.empty(), model.empty());
      if (step % 50 == 0) {
        ASSERT_TRUE(Contents(queue_) == model) << "seed " << seed << " step " << step;
      }
    }
    queue_.Clear();
    EXPECT_TRUE(queue_.empty());
  }
}

// What a zero-copy send took is still read by the kernel: its memory is nobody else's.
TEST_F(OutputQueueTest, LentBytesStayUntilTheirRelease) {
  queue_.Append(std::string(400, 'a'));
  std::array<iovec, 1> lent;
  ASSERT_EQ(queue_.Gather(absl::MakeSpan(lent)), 1u);
  queue_.Lend();
  queue_.Consume(400);
  EXPECT_TRUE(queue_.empty());
  // A copying send meanwhile, and another zero-copy one: neither gets that memory.
  queue_.Append(std::string(400, 'b'));
  queue_.Consume(400);
  queue_.Append(std::string(400, 'c'));
  queue_.Lend();
  queue_.Consume(400);
  for (int i = 0; i < 8; ++i) queue_.Append(std::string(400, 'd'));
  const auto* bytes = static_cast<const char*>(lent[0].iov_base);
  EXPECT_EQ(std::string_view(bytes, lent[0].iov_len), std::string(400, 'a'));
  queue_.ReleaseLent();
  queue_.ReleaseLent();
  EXPECT_EQ(queue_.bytes(), 3200u);
}

TEST(OutputQueueDeathTest, MisuseStopsTheProgram) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  OutputPool pool;
  OutputQueue queue(pool);
  queue.Reserve(10);
  EXPECT_DEATH(queue.Append("x"), "Commit is due");
  EXPECT_DEATH(queue.AppendBorrowed("x"), "Commit is due");
  EXPECT_DEATH(queue.Reserve(1), "Commit is due");
  EXPECT_DEATH(queue.Commit(11), "at most what was reserved");
  queue.Commit(10);
  EXPECT_DEATH(queue.Consume(11), "check failed");
  EXPECT_DEATH(queue.ReleaseLent(), "only what was lent");
}

}  // namespace
}  // namespace sluice
