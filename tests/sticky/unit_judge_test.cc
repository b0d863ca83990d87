#include "apps/sticky/unit_judge.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sluice::sticky {
namespace {

constexpr TimePoint kNow{std::chrono::seconds(1)};

class UnitJudgeTest : public ::testing::Test {
 protected:
  std::string Message(uint64_t number) const {
    std::string message(plan_.SizeOf(number), '\0');
    plan_.Write(number, kNow, message.data());
    return message;
  }
  // A receive that held these units.
  void Receive(const std::vector<std::string>& units, size_t kept_bytes = 0) {
    judge_.BeginReceive(1);
    for (const std::string& unit : units) judge_.Unit(unit, false, kNow);
    judge_.EndReceive(kept_bytes);
  }

  const MessagePlan plan_{1, 40, 90};
  Tally tally_;
  Sketch sketch_;
  UnitJudge judge_{plan_, tally_, sketch_};
};

TEST_F(UnitJudgeTest, AUnitThatIsAMessageIsIntact) {
  Receive({Message(1), Message(2)});
  Receive({Message(3)}, 10);
  EXPECT_TRUE(tally_.perfect(3));
  EXPECT_EQ(tally_.receives, 2u);
  EXPECT_EQ(tally_.receives_of_several, 2u);  // the second held the front of a fourth
  EXPECT_EQ(tally_.receives_cut, 1u);
}

TEST_F(UnitJudgeTest, TwoMessagesInAUnitAreGlued) {
  Receive({Message(1), Message(2) + Message(3), Message(4)});
  EXPECT_EQ(tally_.intact, 2u);
  EXPECT_EQ(tally_.glued, 2u);
  EXPECT_EQ(tally_.corrupted, 0u);
  EXPECT_FALSE(tally_.perfect(4));
}

TEST_F(UnitJudgeTest, AnyChangedByteCorrupts) {
  for (size_t at = 0; at < Message(1).size(); ++at) {
    std::string changed = Message(1);
    changed[at] ^= 1;
    Receive({changed});
    EXPECT_EQ(tally_.corrupted, at + 1);
  }
  EXPECT_EQ(tally_.intact, 0u);
}

TEST_F(UnitJudgeTest, APieceOrStrayBytesAreCorrupted) {
  Receive({Message(1).substr(0, 30), Message(2).substr(5), "hello", Message(3) + "x"});
  EXPECT_EQ(tally_.corrupted, 4u);
  EXPECT_EQ(tally_.glued, 1u);
  EXPECT_EQ(tally_.intact, 0u);
}

TEST_F(UnitJudgeTest, GapsAreLost) {
  Receive({Message(1), Message(5)});
  EXPECT_EQ(tally_.intact, 2u);
  EXPECT_EQ(tally_.lost(6), 4u);
  EXPECT_FALSE(tally_.perfect(6));
}

TEST_F(UnitJudgeTest, ADatagramWithoutItsEndIsTruncated) {
  judge_.BeginReceive(40);
  judge_.Unit(Message(1).substr(0, 38), true, kNow);
  judge_.EndReceive(0);
  EXPECT_EQ(tally_.truncated, 1u);
  EXPECT_EQ(tally_.corrupted, 0u);
  EXPECT_EQ(tally_.received(), 1u);
  EXPECT_EQ(tally_.lost(1), 0u);
  EXPECT_EQ(tally_.latency_ns.count(), 0u);
}

TEST_F(UnitJudgeTest, OrderAndRepetitionAreSeen) {
  Receive({Message(1), Message(3), Message(2), Message(3)});
  EXPECT_EQ(tally_.intact, 3u);
  EXPECT_EQ(tally_.reordered, 1u);
  EXPECT_EQ(tally_.repeated, 1u);
  EXPECT_FALSE(tally_.perfect(3));
}

TEST_F(UnitJudgeTest, BytesKeptAtTheEndAreATruncatedMessage) {
  Receive({Message(1)}, 12);
  judge_.End(12);
  EXPECT_EQ(tally_.truncated, 1u);
  EXPECT_FALSE(tally_.perfect(2));
}

TEST_F(UnitJudgeTest, NumbersFarApartNeedNoOrder) {
  const uint64_t far = 5'000'000;
  Receive({Message(far), Message(1)});
  EXPECT_EQ(tally_.intact, 2u);
  EXPECT_EQ(tally_.reordered, 1u);
}

}  // namespace
}  // namespace sluice::sticky
