#include "apps/backlog/verdict.h"

#include <gtest/gtest.h>

namespace sluice::backlog {
namespace {

CellSpec NobodyAccepts(int backlog, int64_t somaxconn) {
  return {.kind = CellKind::kNobodyAccepts,
          .backlog = backlog,
          .somaxconn = somaxconn,
          .connects = 6000};
}

TEST(Expected, SmallerOfBacklogAndSomaxconnAndOneMore) {
  EXPECT_EQ(ExpectedOf(NobodyAccepts(0, 4096)), 1);
  EXPECT_EQ(ExpectedOf(NobodyAccepts(5, 4096)), 6);
  EXPECT_EQ(ExpectedOf(NobodyAccepts(128, 16)), 17);
  EXPECT_EQ(ExpectedOf(NobodyAccepts(-1, 4096)), 4097);
}

TEST(Judge, HoldsExactlyTheRule) {
  const CellSpec spec = NobodyAccepts(5, 4096);
  for (const uint64_t completed : {5, 6, 7}) {
    CellResult result;
    result.completed = completed;
    Judge(spec, result);
    ASSERT_TRUE(result.verdict);
    EXPECT_EQ(result.verdict->expected, 6);
    EXPECT_EQ(result.verdict->measured, static_cast<int64_t>(completed));
    EXPECT_EQ(result.verdict->held, completed == 6);
  }
}

TEST(Judge, ABurstThatFitsTellsNothing) {
  CellSpec spec = NobodyAccepts(5, 4096);
  spec.connects = 6;
  CellResult result;
  result.completed = 6;
  Judge(spec, result);
  EXPECT_FALSE(result.verdict);
  EXPECT_EQ(result.untested, "a burst of 6 does not reach beyond 6");
}

TEST(Judge, ASlowServersQueueIsBounded) {
  const CellSpec spec{.kind = CellKind::kSlowAccept, .backlog = 256, .connects = 500};
  for (const uint32_t peak : {100u, 257u, 258u}) {
    CellResult result;
    result.queue_peak = peak;
    Judge(spec, result);
    ASSERT_TRUE(result.verdict);
    EXPECT_EQ(result.verdict->held, peak <= 257) << peak;
  }
}

TEST(Judge, LateAcksAreResetOnlyIfAskedFor) {
  CellSpec spec{.kind = CellKind::kLateAck, .backlog = 8};
  EXPECT_EQ(LateAckBatch(spec), 8u);
  for (const int abort : {0, 1}) {
    spec.abort_on_overflow = abort;
    for (const uint64_t reset : {0, 7}) {
      CellResult result;
      result.queue_peak = 9;
      result.reset = reset;
      Judge(spec, result);
      ASSERT_TRUE(result.verdict);
      EXPECT_EQ(result.verdict->held, (abort == 1) == (reset == 7)) << abort << " " << reset;
    }
  }
}

TEST(Judge, LateAcksNeedAFullQueue) {
  const CellSpec spec{.kind = CellKind::kLateAck, .backlog = 8};
  CellResult result;
  result.queue_peak = 8;
  Judge(spec, result);
  ASSERT_TRUE(result.verdict);
  EXPECT_FALSE(result.verdict->held);
  EXPECT_EQ(result.verdict->remark, "the accept queue held 8");
}

TEST(Judge, ABacklogOfOneHasNoLateAck) {
  const CellSpec spec{.kind = CellKind::kLateAck, .backlog = 1};
  CellResult result;
  result.queue_peak = 2;
  Judge(spec, result);
  EXPECT_FALSE(result.verdict);
}

CellResult Held(const CellSpec& spec, uint32_t peak, uint64_t syns) {
  CellResult result;
  result.half_open_peak = peak;
  result.syns_sent = syns;
  Judge(spec, result);
  return result;
}

TEST(Judge, HalfOpenByLimitBacklogAndCookies) {
  CellSpec spec{
      .kind = CellKind::kHalfOpen, .backlog = 128, .syncookies = 0, .max_syn_backlog = 1024};
  EXPECT_TRUE(Held(spec, 129, 2000).verdict->held);
  EXPECT_FALSE(Held(spec, 130, 2000).verdict->held);
  EXPECT_FALSE(Held(spec, 127, 2000).verdict->held);
  spec.max_syn_backlog = 128;
  EXPECT_TRUE(Held(spec, 97, 2000).verdict->held);
  EXPECT_FALSE(Held(spec, 129, 2000).verdict->held);
  spec.syncookies = 1;
  EXPECT_TRUE(Held(spec, 129, 2000).verdict->held);
  spec.syncookies = 2;
  EXPECT_TRUE(Held(spec, 0, 2000).verdict->held);
  EXPECT_FALSE(Held(spec, 1, 2000).verdict->held);
}

TEST(Judge, OlderKernelsHoldOneLessAndItSaysSo) {
  const CellSpec spec{.kind = CellKind::kHalfOpen, .backlog = 128, .syncookies = 1};
  const CellResult result = Held(spec, 128, 2000);
  EXPECT_TRUE(result.verdict->held);
  EXPECT_EQ(result.verdict->expected, 128);
  EXPECT_NE(result.verdict->remark.find("January 2025"), std::string::npos);
  EXPECT_EQ(Held(spec, 129, 2000).verdict->remark, "");
}

TEST(Judge, TooFewSynsTellNothing) {
  const CellSpec spec{.kind = CellKind::kHalfOpen, .backlog = 128, .syncookies = 0};
  EXPECT_FALSE(Held(spec, 129, 129).verdict);
  EXPECT_TRUE(Held(spec, 129, 130).verdict);
}

}  // namespace
}  // namespace sluice::backlog
