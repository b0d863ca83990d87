#include "apps/sticky/pace.h"

#include <gtest/gtest.h>

namespace sluice::sticky {
namespace {

using std::chrono::milliseconds;

constexpr TimePoint kStart{std::chrono::seconds(5)};

TEST(PaceTest, WithoutARateEveryMessageIsDue) {
  Pace pace(Settings{.messages_max = 3}, Mode::kNaive);
  pace.Start(kStart);
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(pace.Finished(kStart));
    EXPECT_TRUE(pace.Due(kStart));
    pace.Sent(kStart);
  }
  EXPECT_TRUE(pace.Finished(kStart));
  EXPECT_EQ(pace.sent(), 3u);
}

TEST(PaceTest, ARateMakesUpForLateness) {
  Pace pace(Settings{.rate_per_second = 100}, Mode::kDelimiter);
  pace.Start(kStart);
  pace.Sent(kStart + milliseconds(25));
  EXPECT_EQ(pace.next(), kStart + milliseconds(10));
  pace.Sent(kStart + milliseconds(25));
  EXPECT_EQ(pace.next(), kStart + milliseconds(20));
  EXPECT_TRUE(pace.Due(kStart + milliseconds(25)));
}

TEST(PaceTest, ASleepDoesNot) {
  Pace pace(Settings{.rate_per_second = 100, .interval = milliseconds(7)}, Mode::kInterval);
  pace.Start(kStart);
  pace.Sent(kStart + milliseconds(25));
  EXPECT_EQ(pace.next(), kStart + milliseconds(32));
}

TEST(PaceTest, TheEndOfTheDurationCutsTheWaitShort) {
  Pace pace(Settings{.duration = milliseconds(50), .interval = milliseconds(1000)},
            Mode::kInterval);
  pace.Start(kStart);
  pace.Sent(kStart);
  EXPECT_EQ(pace.next(), kStart + milliseconds(50));
  EXPECT_FALSE(pace.Finished(kStart + milliseconds(49)));
  EXPECT_TRUE(pace.Finished(kStart + milliseconds(50)));
}

}  // namespace
}  // namespace sluice::sticky
