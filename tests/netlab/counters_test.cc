#include "tools/netlab/counters.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace sluice::netlab {
namespace {

// Recorded, shortened in the middle of the lines.
constexpr char kSnmp[] =
    "Ip: Forwarding DefaultTTL InReceives\n"
    "Ip: 1 64 18446744073709551615\n"
    "Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens RetransSegs InErrs OutRsts\n"
    "Tcp: 1 200 120000 -1 412 98 17 0 5\n"
    "Udp: InDatagrams NoPorts InErrors RcvbufErrors\n"
    "Udp: 1370 2 3 4\n";
constexpr char kNetstat[] =
    "TcpExt: SyncookiesSent SyncookiesRecv ListenOverflows ListenDrops TCPReqQFullDrop\n"
    "TcpExt: 0 0 30 100 45\n";

TEST(Counters, ParsesRecordedText) {
  auto snapshot = CounterSnapshot::Parse(std::string(kNetstat) + kSnmp);
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  EXPECT_EQ(snapshot->values().size(), 5u + 3u + 9u + 4u);
  EXPECT_EQ(snapshot->Get("TcpExt.ListenOverflows"), 30);
  EXPECT_EQ(snapshot->Get("TcpExt.TCPReqQFullDrop"), 45);
  EXPECT_EQ(snapshot->Get("Tcp.MaxConn"), -1);
  EXPECT_EQ(snapshot->Get("Tcp.OutRsts"), 5);
  EXPECT_EQ(snapshot->Get("Udp.RcvbufErrors"), 4);
  EXPECT_EQ(snapshot->Get("Ip.InReceives"), -1);  // 2^64 - 1: differences come out right
  EXPECT_TRUE(snapshot->Has("Udp.InErrors"));
  EXPECT_FALSE(snapshot->Has("Udp.InErrors2"));
  EXPECT_EQ(snapshot->Get("no.such"), 0);
}

TEST(Counters, MalformedTextIsAnError) {
  for (const char* text : {
           "Tcp: A B\nTcp: 1\n",                   // a value is missing
           "Tcp: A\nTcp: 1 2\n",                   // a name is missing
           "Tcp: A\nUdp: 1\n",                     // groups differ
           "Tcp: A\n",                             // no second line
           "Tcp: A\nTcp: x\n",                     // no number
           "Tcp: A\nTcp: 1x\n",                    //
           "Tcp: A\nTcp: 99999999999999999999\n",  // beyond 64 bits
           "garbage\n",                            //
           ":\n:\n",                               // no group
       }) {
    auto snapshot = CounterSnapshot::Parse(text);
    EXPECT_FALSE(snapshot.ok()) << text;
    EXPECT_EQ(snapshot.status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(Counters, DifferenceSurvivesTheWrap) {
  auto before = CounterSnapshot::Parse("Ip: A B\nIp: 18446744073709551615 5\n");
  auto after = CounterSnapshot::Parse("Ip: A B New\nIp: 2 9 7\n");
  ASSERT_TRUE(before.ok() && after.ok());
  const CounterSnapshot moved = after->Since(*before);
  EXPECT_EQ(moved.Get("Ip.A"), 3);
  EXPECT_EQ(moved.Get("Ip.B"), 4);
  EXPECT_EQ(moved.Get("Ip.New"), 7);
}

TEST(Counters, SynBacklogDropsAreWhatNothingElseExplains) {
  auto moved = CounterSnapshot::Parse(kNetstat);
  ASSERT_TRUE(moved.ok());
  EXPECT_EQ(SynBacklogDrops(*moved), 100 - 30 - 45);
  auto cookies = CounterSnapshot::Parse("TcpExt: ListenOverflows ListenDrops\nTcpExt: 9 8\n");
  ASSERT_TRUE(cookies.ok());
  EXPECT_EQ(SynBacklogDrops(*cookies), 0);
}

TEST(Counters, EveryWatchedCounterHasOneLineAndOneName) {
  std::set<std::string_view> names;
  for (const CounterNote& note : WatchedCounters()) {
    EXPECT_TRUE(names.insert(note.name).second) << note.name;
    EXPECT_NE(note.name.find('.'), std::string_view::npos) << note.name;
    EXPECT_GT(note.meaning.size(), 10u) << note.name;
    EXPECT_LE(note.meaning.size(), 72u) << note.name;
    EXPECT_EQ(note.meaning.find('\n'), std::string_view::npos) << note.name;
  }
}

// A misspelt name would read as a counter that never moves. TCPMigrateReq* is of Linux 5.14, the
// rest is older than any kernel this builds on.
TEST(Counters, ThisKernelHasEveryWatchedCounter) {
  auto snapshot = CounterSnapshot::Take();
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  for (const CounterNote& note : WatchedCounters()) {
    EXPECT_TRUE(snapshot->Has(note.name)) << note.name;
  }
}

}  // namespace
}  // namespace sluice::netlab
