#include "apps/backlog/accept_rate.h"

#include <gtest/gtest.h>

namespace sluice::backlog {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(AcceptRate, ReadsWhatItPrints) {
  for (const char* text : {"5/s", "0.5/s", "never", "unlimited", "1000000/s"}) {
    const absl::StatusOr<AcceptRate> rate = AcceptRate::Parse(text);
    ASSERT_TRUE(rate.ok()) << text;
    EXPECT_EQ(rate->ToString(), text);
  }
  EXPECT_EQ(*AcceptRate::Parse("5"), AcceptRate::PerSecond(5));
  EXPECT_EQ(*AcceptRate::Parse("0"), AcceptRate::Never());
  EXPECT_EQ(*AcceptRate::Parse("0/s"), AcceptRate::Never());
}

TEST(AcceptRate, RefusesWhatIsNoRate) {
  for (const char* text : {"", "/s", "fast", "-1", "5/m", "5 /s", "1e9", "nan", "inf", "5/s/s"}) {
    const absl::StatusOr<AcceptRate> rate = AcceptRate::Parse(text);
    EXPECT_EQ(rate.status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(AcceptPacer, GivesTurnsAtTheRate) {
  AcceptPacer pacer(2);
  EXPECT_EQ(pacer.Due(milliseconds(499), 10), 0u);
  EXPECT_EQ(pacer.Due(milliseconds(500), 10), 1u);
  EXPECT_EQ(pacer.Due(milliseconds(999), 9), 0u);
  EXPECT_EQ(pacer.Due(milliseconds(1000), 9), 1u);
  EXPECT_EQ(pacer.Due(milliseconds(3000), 8), 4u) << "a late loop catches up";
}

TEST(AcceptPacer, TurnsThatFindNobodyAreLost) {
  AcceptPacer pacer(10);
  EXPECT_EQ(pacer.Due(seconds(60), 0), 0u);
  EXPECT_EQ(pacer.Due(seconds(60) + milliseconds(100), 50), 1u);
  EXPECT_EQ(pacer.Due(seconds(61), 3), 3u) << "never more than wait";
  EXPECT_EQ(pacer.Due(seconds(61), 50), 0u);
}

TEST(AcceptPacer, AsksNotTooOften) {
  EXPECT_EQ(AcceptPacer(2).interval(), milliseconds(500));
  EXPECT_EQ(AcceptPacer(1e6).interval(), milliseconds(1));
  EXPECT_EQ(AcceptPacer(1e-300).interval(), std::chrono::hours(24));
}

}  // namespace
}  // namespace sluice::backlog
