#include "reactor/base/prng.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace sluice {
namespace {

TEST(PrngTest, IsSplitmix64) {
  // The reference output for seed 1234567 (prng.di.unimi.it/splitmix64.c, as Rosetta Code lists
  // it).
  Prng prng(1234567);
  EXPECT_EQ(prng.Next(), 6457827717110365317u);
  EXPECT_EQ(prng.Next(), 3203168211198807973u);
  EXPECT_EQ(prng.Next(), 9817491932198370423u);
}

TEST(PrngTest, BetweenReachesBothEndsAndNothingElse) {
  Prng prng(7);
  std::vector<int> seen(6, 0);
  for (int i = 0; i < 1000; ++i) {
    const uint64_t number = prng.Between(10, 15);
    ASSERT_GE(number, 10u);
    ASSERT_LE(number, 15u);
    ++seen[number - 10];
  }
  for (const int count : seen) EXPECT_GT(count, 100);
  EXPECT_EQ(prng.Between(3, 3), 3u);
  prng.Between(0, UINT64_MAX);
}

TEST(PrngTest, ChanceKeepsItsRatio) {
  Prng prng(7);
  int hits = 0;
  for (int i = 0; i < 10000; ++i) hits += prng.Chance(1, 4);
  EXPECT_NEAR(hits, 2500, 200);
  EXPECT_FALSE(prng.Chance(0, 1));
  EXPECT_TRUE(prng.Chance(1, 1));
}

}  // namespace
}  // namespace sluice
