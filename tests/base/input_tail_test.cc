#include "reactor/input_tail.h"

#include <gtest/gtest.h>

#include <string>

#include "reactor/base/prng.h"

namespace sluice {
namespace {

TEST(InputTailTest, EmptyOwnsNothingAndShowsNothing) {
  InputTail tail;
  EXPECT_TRUE(tail.empty());
  EXPECT_EQ(tail.size(), 0u);
  EXPECT_EQ(tail.view(), "");
  tail.Append("");
  EXPECT_TRUE(tail.empty());
}

TEST(InputTailTest, ConsumingEverythingEmptiesIt) {
  InputTail tail;
  tail.Append("abc");
  tail.Consume(3);
  EXPECT_TRUE(tail.empty());
  tail.Append("de");
  EXPECT_EQ(tail.view(), "de");
  tail.Clear();
  EXPECT_TRUE(tail.empty());
}

TEST(InputTailTest, ShowsWhatAStringWould) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Prng prng(seed);
    InputTail tail;
    std::string model;
    for (int step = 0; step < 500; ++step) {
      if (prng.Chance(1, 2)) {
        const std::string bytes(prng.Between(0, 300), static_cast<char>('a' + step % 26));
        tail.Append(bytes);
        model += bytes;
      } else {
        const size_t count = prng.Between(0, model.size());
        tail.Consume(count);
        model.erase(0, count);
      }
      ASSERT_EQ(tail.view(), model);
      ASSERT_EQ(tail.size(), model.size());
      ASSERT_EQ(tail.empty(), model.empty());
    }
  }
}

TEST(InputTailDeathTest, ConsumingMoreThanThereIsStopsTheProgram) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  InputTail tail;
  tail.Append("abc");
  EXPECT_DEATH(tail.Consume(4), "check failed");
}

}  // namespace
}  // namespace sluice
