#include "apps/sticky/stream_judge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "reactor/base/prng.h"

namespace sluice::sticky {
namespace {

constexpr TimePoint kNow{std::chrono::seconds(1)};

// The bytes of messages 1 to `count` in a row.
std::string StreamOf(const MessagePlan& plan, uint64_t count) {
  std::string stream;
  for (uint64_t number = 1; number <= count; ++number) {
    std::string message(plan.SizeOf(number), '\0');
    plan.Write(number, kNow, message.data());
    stream += message;
  }
  return stream;
}

// What the judge makes of a stream that arrives in receives of these sizes.
Tally JudgeChunks(const MessagePlan& plan, std::string_view stream,
                  const std::vector<size_t>& sizes) {
  Tally tally;
  Sketch sketch;
  StreamJudge judge(plan, tally, sketch);
  for (const size_t size : sizes) {
    judge.Receive(stream.substr(0, size), kNow);
    stream.remove_prefix(std::min(size, stream.size()));
  }
  judge.End();
  return tally;
}

struct Classes {
  uint64_t intact, glued, split, corrupted, truncated;
  friend bool operator==(const Classes&, const Classes&) = default;
};
Classes ClassesOf(const Tally& tally) {
  return {tally.intact, tally.glued, tally.split, tally.corrupted, tally.truncated};
}
std::ostream& operator<<(std::ostream& out, const Classes& classes) {
  return out << "intact " << classes.intact << " glued " << classes.glued << " split "
             << classes.split << " corrupted " << classes.corrupted << " truncated "
             << classes.truncated;
}

class FiftyByteMessages : public ::testing::Test {
 protected:
  const MessagePlan plan_{1, 50, 50};
  const std::string stream_ = StreamOf(plan_, 4);
};

TEST_F(FiftyByteMessages, OneAReceiveIsIntact) {
  const Tally tally = JudgeChunks(plan_, stream_, {50, 50, 50, 50});
  EXPECT_EQ(ClassesOf(tally), (Classes{4, 0, 0, 0, 0}));
  EXPECT_TRUE(tally.perfect(4));
  EXPECT_EQ(tally.receives, 4u);
  EXPECT_EQ(tally.receives_of_several, 0u);
  EXPECT_EQ(tally.receives_cut, 0u);
}

TEST_F(FiftyByteMessages, AllInOneReceiveAreGlued) {
  const Tally tally = JudgeChunks(plan_, stream_, {200});
  EXPECT_EQ(ClassesOf(tally), (Classes{0, 4, 0, 0, 0}));
  EXPECT_EQ(tally.receives_of_several, 1u);
  EXPECT_EQ(tally.messages_a_receive.max(), 4u);
}

TEST_F(FiftyByteMessages, AMessageInPiecesIsSplit) {
  const Tally tally = JudgeChunks(plan_, stream_, {20, 20, 10, 50, 50, 50});
  EXPECT_EQ(ClassesOf(tally), (Classes{3, 0, 1, 0, 0}));
  EXPECT_EQ(tally.receives_cut, 2u);
  EXPECT_EQ(tally.receives_of_several, 0u);
}

TEST_F(FiftyByteMessages, SplitOutweighsGlued) {
  // [1 2.] [.2 3] [4]
  const Tally tally = JudgeChunks(plan_, stream_, {70, 80, 50});
  EXPECT_EQ(ClassesOf(tally), (Classes{1, 2, 1, 0, 0}));
  EXPECT_EQ(tally.receives_of_several, 2u);
  EXPECT_EQ(tally.receives_cut, 1u);
}

TEST_F(FiftyByteMessages, ByteByByteAllAreSplit) {
  const Tally tally = JudgeChunks(plan_, stream_, std::vector<size_t>(200, 1));
  EXPECT_EQ(ClassesOf(tally), (Classes{0, 0, 4, 0, 0}));
  EXPECT_EQ(tally.messages_a_receive.max(), 1u);
}

TEST_F(FiftyByteMessages, AStreamThatEndsInsideAMessageTruncatesIt) {
  const Tally tally = JudgeChunks(plan_, stream_.substr(0, 130), {50, 80});
  EXPECT_EQ(ClassesOf(tally), (Classes{1, 1, 0, 0, 1}));
  EXPECT_EQ(tally.received(), 3u);
  EXPECT_EQ(tally.lost(4), 1u);
}

TEST_F(FiftyByteMessages, AChangedByteCorruptsItsMessageAlone) {
  std::string stream = stream_;
  stream[60] ^= 1;
  const Tally tally = JudgeChunks(plan_, stream, {50, 50, 100});
  EXPECT_EQ(ClassesOf(tally), (Classes{1, 2, 0, 1, 0}));
  EXPECT_FALSE(tally.perfect(4));
}

TEST_F(FiftyByteMessages, LatencyIsTakenAtTheLastByte) {
  Tally tally;
  Sketch sketch;
  StreamJudge judge(plan_, tally, sketch);
  judge.Receive(std::string_view(stream_).substr(0, 20), kNow + std::chrono::microseconds(1));
  judge.Receive(std::string_view(stream_).substr(20, 30), kNow + std::chrono::microseconds(100));
  EXPECT_EQ(tally.latency_ns.count(), 1u);
  EXPECT_NEAR(static_cast<double>(tally.latency_ns.max()), 100'000, 1000);
  EXPECT_EQ(tally.first_sent, kNow);
}

// The classes by their definition, from two lists of boundaries.
Classes ClassesByDefinition(const MessagePlan& plan, uint64_t count,
                            const std::vector<size_t>& sizes) {
  std::vector<size_t> ends;
  for (const size_t size : sizes) ends.push_back((ends.empty() ? 0 : ends.back()) + size);
  const auto chunk_of = [&ends](size_t at) {
    return std::upper_bound(ends.begin(), ends.end(), at) - ends.begin();
  };
  Classes classes{};
  size_t begin = 0;
  for (uint64_t number = 1; number <= count; ++number) {
    const size_t size = plan.SizeOf(number);
    const auto chunk = chunk_of(begin);
    if (chunk != chunk_of(begin + size - 1)) {
      ++classes.split;
    } else {
      ++(sizes[static_cast<size_t>(chunk)] == size ? classes.intact : classes.glued);
    }
    begin += size;
  }
  return classes;
}

TEST(StreamJudgeTest, AgreesWithTheDefinitionForAnySplit) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    Prng prng(seed);
    const MessagePlan plan(seed, 36, prng.Between(36, 120));
    const uint64_t count = prng.Between(1, 40);
    const std::string stream = StreamOf(plan, count);
    std::vector<size_t> sizes;
    uint64_t next = 1;  // boundaries are hit more often than by chance
    for (size_t left = stream.size(); left > 0; left -= sizes.back()) {
      size_t size = prng.Between(1, 150);
      if (prng.Chance(1, 2)) size = plan.SizeOf(next++);
      sizes.push_back(std::min(left, size));
    }
    const Tally tally = JudgeChunks(plan, stream, sizes);
    EXPECT_EQ(ClassesOf(tally), ClassesByDefinition(plan, count, sizes)) << "seed " << seed;
    EXPECT_EQ(tally.received(), count) << "seed " << seed;
    EXPECT_EQ(tally.lost(count), 0u);
    EXPECT_EQ(tally.receives, sizes.size());
    EXPECT_EQ(tally.latency_ns.count(), count);
  }
}

}  // namespace
}  // namespace sluice::sticky
