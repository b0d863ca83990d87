#include "apps/backlog/live_view.h"

#include <gtest/gtest.h>

#include "apps/backlog/text.h"
#include "nlohmann/json.hpp"

namespace sluice::backlog {
namespace {

ServeSnapshot Snapshot(uint32_t length, uint32_t limit) {
  ServeSnapshot snapshot;
  snapshot.seconds = 3;
  snapshot.reading = {{length, limit}, length, 2, 4};
  snapshot.counts = {7, 1, 5, 1};
  snapshot.counters = {{"TcpExt.ListenOverflows", 12}, {"Tcp.ActiveOpens", 99}};
  return snapshot;
}

std::string QueueLine(uint32_t length, uint32_t limit, bool colour = false) {
  return SnapshotBlock(Snapshot(length, limit), "title", colour)[1];
}

TEST(SnapshotBlock, FullIsAboveTheLimit) {
  EXPECT_EQ(QueueLine(0, 5), "  accept queue  [......] 0/5  (peak 0)");
  EXPECT_EQ(QueueLine(5, 5), "  accept queue  [#####.] 5/5  (peak 5)");
  EXPECT_EQ(QueueLine(6, 5), "  accept queue  [######] 6/5  FULL  (peak 6)");
  EXPECT_EQ(QueueLine(1, 0), "  accept queue  [#] 1/0  FULL  (peak 1)");
}

TEST(SnapshotBlock, TheBarHasItsLargestWidth) {
  const std::string bar = "[" + std::string(16, '#') + std::string(16, '.') + "]";
  EXPECT_NE(QueueLine(2048, 4096).find(bar), std::string::npos);
  EXPECT_NE(QueueLine(4097, 4096).find(std::string(32, '#')), std::string::npos);
}

TEST(SnapshotBlock, ColoursOnlyWhenAsked) {
  EXPECT_EQ(QueueLine(6, 5).find('\x1b'), std::string::npos);
  EXPECT_NE(QueueLine(6, 5, /*colour=*/true).find('\x1b'), std::string::npos);
}

TEST(SnapshotLine, HasTheQueueCountersOnly) {
  EXPECT_EQ(SnapshotLine(Snapshot(6, 5)),
            "3 s  accept queue 6/5 FULL  half-open 2  accepted 7  serving 1  served 5"
            "  gone before their turn 1  ListenOverflows +12\n");
}

TEST(SnapshotAsJson, HasAll) {
  const nlohmann::json json = SnapshotAsJson(Snapshot(6, 5), "sample");
  EXPECT_EQ(json["event"], "sample");
  EXPECT_EQ(json["accept_queue"]["length"], 6);
  EXPECT_EQ(json["accept_queue"]["limit"], 5);
  EXPECT_EQ(json["half_open"]["peak"], 4);
  EXPECT_EQ(json["counters"]["Tcp.ActiveOpens"], 99);
}

TEST(CounterLines, ExplainsEachCounter) {
  EXPECT_EQ(CounterLines({}), "");
  EXPECT_EQ(CounterLines({{"Tcp.ActiveOpens", 99}}), "");
  EXPECT_EQ(CounterLines({{"TcpExt.ListenOverflows", 1200}}),
            "    ListenOverflows  +1,200  the accept queue was full when a SYN or the last ACK"
            " came\n");
}

TEST(Text, WrapsAtWords) {
  const std::string text = WrapText(std::string(90, 'a') + " bbbb cccc", 2);
  EXPECT_EQ(text, "  " + std::string(90, 'a') + "\n  bbbb cccc\n");
  EXPECT_EQ(WrapText("", 2), "");
  EXPECT_EQ(WrapText(std::string(200, 'a'), 0), std::string(200, 'a') + "\n");
}

TEST(Text, TimesInMilliseconds) {
  EXPECT_EQ(PercentilesText({50, 400, 8700, 1036400}), "0.05/8.7/1036");
  EXPECT_EQ(PercentilesText({}), "-");
  EXPECT_EQ(RangeText(5, 5), "5");
  EXPECT_EQ(RangeText(5, 8), "5..8");
}

}  // namespace
}  // namespace sluice::backlog
