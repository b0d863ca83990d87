#include "tools/report/histogram.h"

#include <algorithm>
#include <vector>

#include "gtest/gtest.h"
#include "reactor/base/prng.h"

namespace sluice::report {
namespace {

TEST(Histogram, AnEmptyOneIsAllZero) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.min(), 0u);
  EXPECT_EQ(histogram.max(), 0u);
  EXPECT_EQ(histogram.mean(), 0);
  EXPECT_EQ(histogram.Percentile(50), 0u);
}

TEST(Histogram, SmallValuesAreExact) {
  Histogram histogram;
  for (uint64_t value = 0; value < 256; ++value) histogram.Record(value);
  for (int percent = 1; percent <= 100; ++percent) {
    const auto rank = static_cast<uint64_t>((256 * percent + 99) / 100);
    EXPECT_EQ(histogram.Percentile(percent), rank - 1) << percent;
  }
  EXPECT_EQ(histogram.mean(), 127.5);
}

TEST(Histogram, EveryValueIsInItsOwnRangeAndRangesAreNarrow) {
  std::vector<uint64_t> values = {0, 1, UINT64_MAX, UINT64_MAX - 1};
  for (int bit = 0; bit < 64; ++bit) {
    const uint64_t power = uint64_t{1} << bit;
    for (const uint64_t value : {power - 1, power, power + 1}) values.push_back(value);
  }
  for (const uint64_t value : values) {
    Histogram histogram;
    histogram.Record(value);
    histogram.ForEachRange([&](uint64_t low, uint64_t high, uint64_t count) {
      EXPECT_LE(low, value);
      EXPECT_GE(high, value);
      EXPECT_EQ(count, 1u);
      EXPECT_LE(static_cast<double>(high - low), static_cast<double>(low) * 0.01) << value;
    });
    EXPECT_EQ(histogram.Percentile(50), value) << "clamped to what was recorded";
  }
}

TEST(Histogram, PercentilesAreWithinOnePercentOfSortedValues) {
  Prng prng(1);
  Histogram histogram;
  std::vector<uint64_t> values;
  for (int i = 0; i < 100'000; ++i) {
    values.push_back(prng.Next() >> prng.Between(0, 63));
    histogram.Record(values.back());
  }
  std::sort(values.begin(), values.end());
  for (const double percent : {0.0, 0.1, 1.0, 25.0, 50.0, 90.0, 99.0, 99.9, 100.0}) {
    const auto rank = std::max<size_t>(1, static_cast<size_t>(percent * 1000));
    const auto truth = static_cast<double>(values[rank - 1]);
    const auto seen = static_cast<double>(histogram.Percentile(percent));
    EXPECT_GE(seen, truth * (1 - 1e-9)) << percent;
    EXPECT_LE(seen, truth * 1.01 + 1) << percent;
  }
  EXPECT_EQ(histogram.max(), values.back());
  EXPECT_EQ(histogram.min(), values.front());
}

TEST(Histogram, MergingEqualsRecordingInOne) {
  Prng prng(2);
  Histogram one, two, all;
  for (int i = 0; i < 10'000; ++i) {
    const uint64_t value = prng.Between(1, 1'000'000);
    (i % 3 == 0 ? one : two).Record(value);
    all.Record(value);
  }
  one.Merge(two);
  EXPECT_EQ(one.count(), all.count());
  EXPECT_EQ(one.mean(), all.mean());
  EXPECT_EQ(one.min(), all.min());
  EXPECT_EQ(one.max(), all.max());
  for (int percent = 0; percent <= 100; ++percent) {
    EXPECT_EQ(one.Percentile(percent), all.Percentile(percent));
  }
  one.Merge(Histogram());
  EXPECT_EQ(one.min(), all.min());
}

}  // namespace
}  // namespace sluice::report
