#include "reactor/backend/uring_lent_sends.h"

#include <gtest/gtest.h>

namespace sluice::backend {
namespace {

// The kernel may report in any order; what is told is told in the order of the sends.
TEST(UringLentSendsTest, ReleasesComeInTheOrderOfTheSends) {
  UringLentSends sends;
  const uint8_t first = sends.Begin();
  const uint8_t second = sends.Begin();
  const uint8_t third = sends.Begin();
  EXPECT_EQ(sends.Release(third), 0);
  EXPECT_EQ(sends.Release(first), 1);
  EXPECT_FALSE(sends.empty());
  EXPECT_EQ(sends.Release(second), 2);
  EXPECT_TRUE(sends.empty());
}

TEST(UringLentSendsTest, NumbersAreUsedAgainOnlyAfterTheirRelease) {
  UringLentSends sends;
  for (int round = 0; round < 100; ++round) {
    const uint8_t oldest = sends.Begin();
    while (!sends.full()) EXPECT_NE(sends.Begin(), oldest);
    for (int i = 0; i < UringLentSends::kMax; ++i) {
      EXPECT_EQ(sends.Release(static_cast<uint8_t>((oldest + i) % UringLentSends::kMax)), 1);
    }
    EXPECT_TRUE(sends.empty());
    sends.Begin();
    sends.Withdraw();
    EXPECT_TRUE(sends.empty());
  }
}

}  // namespace
}  // namespace sluice::backend
