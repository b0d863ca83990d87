#include "bench/compare/statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/compare/results.h"

namespace sluice::compare {
namespace {

using ::testing::DoubleEq;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(QuantileTest, MedianOfOddCountIsTheMiddleWhateverTheOrder) {
  EXPECT_THAT(Quantile({9, 1, 5}, 0.5), DoubleEq(5));
}

TEST(QuantileTest, MedianOfEvenCountLiesBetween) {
  EXPECT_THAT(Quantile({4, 1, 2, 3}, 0.5), DoubleEq(2.5));
}

TEST(QuantileTest, EndsAreLeastAndMost) {
  EXPECT_THAT(Quantile({3, 1, 2}, 0), DoubleEq(1));
  EXPECT_THAT(Quantile({3, 1, 2}, 1), DoubleEq(3));
  EXPECT_THAT(Quantile({7}, 0.25), DoubleEq(7));
}

TEST(SpreadTest, QuartilesAreInterpolated) {
  const Spread spread = SpreadOf({1, 2, 3, 4});
  EXPECT_THAT(spread.low, DoubleEq(1.75));
  EXPECT_THAT(spread.median, DoubleEq(2.5));
  EXPECT_THAT(spread.high, DoubleEq(3.25));
  EXPECT_THAT(spread.half_width(), DoubleEq(0.75));
  EXPECT_EQ(spread.count, 4u);
}

TEST(SpreadTest, OutlierDoesNotMoveTheMedian) {
  EXPECT_THAT(SpreadOf({1.0, 1.01, 0.99, 1.0, 50}).median, DoubleEq(1.0));
}

TEST(SpreadTest, NothingHasNoSpread) {
  EXPECT_EQ(SpreadOf({}).count, 0u);
}

// A machine half as fast in the second cycle: both servers take twice the time, the ratio stays.
TEST(RatioTest, SpeedOfTheMachineCancelsOutWithinACycle) {
  const ByCycle floor = {4.0, 8.0, 4.0};
  const ByCycle ours = {5.0, 10.0, 5.0};
  EXPECT_THAT(RatiosInCycles(ours, floor), ElementsAre(1.25, 1.25, 1.25));
}

TEST(RatioTest, CyclesWithoutBothFiguresAreLeftOut) {
  const ByCycle floor = {4.0, std::nullopt, 4.0, 0.0};
  const ByCycle ours = {5.0, 5.0, std::nullopt, 5.0, 6.0};
  EXPECT_THAT(RatiosInCycles(ours, floor), ElementsAre(1.25));
  EXPECT_THAT(RatiosInCycles({}, floor), IsEmpty());
}

TEST(FairnessTest, IsLeastOverMost) {
  EXPECT_THAT(*Fairness({100, 80, 90}), DoubleEq(0.8));
  EXPECT_THAT(*Fairness({100, 0}), DoubleEq(0));
  EXPECT_THAT(*Fairness({100}), DoubleEq(1));
}

TEST(FairnessTest, SaysNothingOfFewMessages) {
  EXPECT_FALSE(Fairness({}).has_value());
  EXPECT_FALSE(Fairness({0, 0}).has_value());
  EXPECT_FALSE(Fairness({kFairnessMessagesMin - 1, 1}).has_value());
}

Slice SliceOf(uint64_t messages, Duration cpu, std::vector<uint32_t> connections) {
  Slice slice;
  slice.messages = messages;
  slice.cpu = cpu;
  slice.elapsed = std::chrono::seconds(2);
  slice.connection_messages = std::move(connections);
  slice.latency_ns.RecordMany(200'000, messages);
  return slice;
}

TEST(SummaryTest, DrawsEveryFigureFromTheSlices) {
  using std::chrono::milliseconds;
  Samples floor;
  Samples ours;
  floor.Add(0, SliceOf(1000, milliseconds(4), {500, 500}));
  ours.Add(0, SliceOf(2000, milliseconds(10), {1200, 800}));
  floor.Add(2, SliceOf(1000, milliseconds(8), {500, 500}));
  ours.Add(2, SliceOf(1000, milliseconds(10), {500, 500}));
  const Cell cell = Summarize(Workload{}, ours, floor);
  EXPECT_THAT(cell.ratio.median, DoubleNear(1.25, 1e-9));
  EXPECT_EQ(cell.ratio.count, 2u);
  EXPECT_THAT(cell.cpu_us.median, DoubleNear(7.5, 1e-9));
  EXPECT_THAT(cell.rate.median, DoubleNear(750, 1e-9));
  EXPECT_THAT(*cell.fairness, DoubleNear(1300.0 / 1700, 1e-9));
  EXPECT_THAT(cell.p99_us, DoubleNear(200, 2));
  EXPECT_EQ(cell.messages, 3000u);
}

TEST(SummaryTest, SliceWithoutMessagesHasNoFigure) {
  Samples samples;
  samples.Add(0, SliceOf(0, std::chrono::milliseconds(4), {0}));
  EXPECT_EQ(Summarize(Workload{}, samples, samples).ratio.count, 0u);
}

}  // namespace
}  // namespace sluice::compare
