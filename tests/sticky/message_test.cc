#include "apps/sticky/message.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace sluice::sticky {
namespace {

using std::chrono::microseconds;

std::string Made(const MessagePlan& plan, uint64_t number, TimePoint sent = TimePoint()) {
  std::string message(plan.SizeOf(number), '\0');
  plan.Write(number, sent, message.data());
  return message;
}

TEST(MessageTest, SizesStayInTheirRangeAndFollowTheSeed) {
  const MessagePlan plan(7, 36, 200);
  const MessagePlan same(7, 36, 200);
  const MessagePlan other(8, 36, 200);
  size_t different = 0;
  for (uint64_t number = 1; number <= 1000; ++number) {
    EXPECT_GE(plan.SizeOf(number), 36u);
    EXPECT_LE(plan.SizeOf(number), 200u);
    EXPECT_EQ(plan.SizeOf(number), same.SizeOf(number));
    different += plan.SizeOf(number) != other.SizeOf(number);
  }
  EXPECT_GT(different, 900u);
}

TEST(MessageTest, VerifiesWhatItWrote) {
  const MessagePlan plan(1, 36, 100);
  for (uint64_t number : {uint64_t{1}, uint64_t{2}, uint64_t{65}, kMessageNumberMax}) {
    const std::string message = Made(plan, number);
    EXPECT_TRUE(plan.Verify(number, message));
    EXPECT_FALSE(plan.Verify(number - 1, message));
    EXPECT_EQ(ReadNumber(message), number);
  }
}

TEST(MessageTest, SeesEveryFlippedBit) {
  const MessagePlan plan(1, 36, 90);
  for (uint64_t number = 1; number <= 20; ++number) {
    const std::string message = Made(plan, number);
    for (size_t bit = 0; bit < message.size() * 8; ++bit) {
      std::string changed = message;
      changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
      EXPECT_FALSE(plan.Verify(number, changed)) << "message " << number << ", bit " << bit;
    }
  }
}

TEST(MessageTest, SeesBytesThatChangedPlaces) {
  const MessagePlan plan(1, 120, 120);
  std::string message = Made(plan, 3);
  std::swap_ranges(message.begin() + 40, message.begin() + 56, message.begin() + 64);
  EXPECT_FALSE(plan.Verify(3, message));
  EXPECT_FALSE(plan.Verify(3, Made(plan, 3).substr(0, 119)));
  EXPECT_FALSE(plan.Verify(3, ""));
}

TEST(MessageTest, HoldsDigitsAndSmallLettersOnly) {
  const MessagePlan plan(1, 500, 500);
  const std::string message = Made(plan, 12345, TimePoint(microseconds(987654321)));
  EXPECT_EQ(message.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz"), std::string::npos);
}

TEST(MessageTest, KnowsItsAge) {
  const MessagePlan plan(1, 36, 36);
  const TimePoint sent(std::chrono::hours(1000));
  const std::string message = Made(plan, 1, sent);
  EXPECT_EQ(AgeOf(message, sent + microseconds(17)), microseconds(17));
  EXPECT_EQ(AgeOf(message, sent), Duration(0));
  // The receiver's loop read the clock before the sender's did.
  EXPECT_EQ(AgeOf(message, sent - microseconds(1)), Duration(0));
}

TEST(MessageTest, NumbersAreReadFromWholeDigitsOnly) {
  EXPECT_EQ(ReadNumber("0000001f"), 31u);
  EXPECT_EQ(ReadNumber("0000001"), std::nullopt);
  EXPECT_EQ(ReadNumber("0000001G"), std::nullopt);
  EXPECT_EQ(ReadNumber("00000000"), std::nullopt);
}

}  // namespace
}  // namespace sluice::sticky
