#include "apps/sticky/verdict.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace sluice::sticky {
namespace {

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(VerdictTest, AFramedModeWithOneMessageMissingFailed) {
  Result result{.mode = Mode::kLengthPrefix, .sent = 1000};
  result.tally.intact = 1000;
  EXPECT_TRUE(result.perfect());
  EXPECT_TRUE(Has(Verdict(result, {}), "cured"));
  EXPECT_TRUE(Judge({result}).ok());
  result.tally.intact = 999;
  EXPECT_FALSE(result.perfect());
  EXPECT_TRUE(Has(Verdict(result, {}), "FAILED"));
  EXPECT_FALSE(Judge({result}).ok());
}

TEST(VerdictTest, AnEndBeforeItsTimeIsNeverPerfect) {
  Result result{.mode = Mode::kDelimiter, .sent = 10};
  result.tally.intact = 10;
  result.status = absl::DataLossError("the receiver's connection ended: peer reset");
  EXPECT_FALSE(result.perfect());
  EXPECT_TRUE(Has(Verdict(result, {}), "peer reset"));
  EXPECT_FALSE(Judge({result}).ok());
}

TEST(VerdictTest, TheIntervalCuredOrDidNot) {
  Result result{.mode = Mode::kInterval, .sent = 10};
  result.tally.intact = 10;
  EXPECT_TRUE(Has(Verdict(result, {}), "cured here"));
  result.tally.intact = 8;
  result.tally.glued = 2;
  EXPECT_TRUE(Has(Verdict(result, {}), "not cured"));
}

TEST(VerdictTest, OnlyFramedModesAreJudgedByTheirCounts) {
  for (const Mode mode : {Mode::kNaive, Mode::kInterval, Mode::kUdp}) {
    EXPECT_TRUE(Judge({Result{.mode = mode, .sent = 10}}).ok());
  }
  for (const Mode mode : {Mode::kDelimiter, Mode::kLengthPrefix}) {
    EXPECT_FALSE(Judge({Result{.mode = mode, .sent = 10}}).ok());
  }
}

TEST(VerdictTest, WhatWasAskedForIsRepeatedWithoutZeros) {
  EXPECT_EQ(Words(std::chrono::milliseconds(50)), "50 ms");
  EXPECT_EQ(Words(std::chrono::microseconds(1500)), "1.5 ms");
  EXPECT_EQ(Words(std::chrono::milliseconds(100)), "100 ms");
  EXPECT_EQ(Words(std::chrono::nanoseconds(7)), "7 ns");
}

TEST(VerdictTest, LossAndTruncationOfDatagramsAreNamed) {
  Result result{.mode = Mode::kUdp, .sent = 10};
  result.tally.intact = 6;
  result.tally.truncated = 1;
  result.kernel_drops = 3;
  const std::string text = Verdict(result, Settings{.receive_bytes = 512});
  EXPECT_TRUE(Has(text, "never glued"));
  EXPECT_TRUE(Has(text, "3 were lost")) << text;
  EXPECT_TRUE(Has(text, "512")) << text;
}

TEST(VerdictTest, NothingSentProvesNothing) {
  for (const Mode mode : {Mode::kNaive, Mode::kInterval, Mode::kDelimiter, Mode::kUdp}) {
    Result result{.mode = mode};
    EXPECT_TRUE(Has(Verdict(result, {}), "nothing was sent")) << Verdict(result, {});
    EXPECT_FALSE(Judge({result}).ok());
    result.interrupted = true;  // which is said elsewhere
    EXPECT_TRUE(Judge({result}).ok());
  }
}

TEST(VerdictTest, OneMessageHasNoOtherToStickTo) {
  for (const Mode mode : {Mode::kNaive, Mode::kInterval, Mode::kLengthPrefix, Mode::kUdp}) {
    Result result{.mode = mode, .sent = 1};
    result.tally.intact = 1;
    result.tally.Receive(1, false);
    const std::string text = Verdict(result, {});
    EXPECT_TRUE(Has(text, "one message has no other to stick to")) << text;
    EXPECT_FALSE(Has(text, "cured")) << text;
    EXPECT_TRUE(Judge({result}).ok());
  }
}

TEST(VerdictTest, OneIsNotWrittenAsSeveral) {
  Result naive{.mode = Mode::kNaive, .sent = 2};
  naive.tally.glued = naive.tally.split = 1;
  naive.tally.Receive(2, true);
  EXPECT_TRUE(Has(Verdict(naive, {}), "1 receive held")) << Verdict(naive, {});
  Result udp{.mode = Mode::kUdp, .sent = 3};
  udp.tally.intact = udp.tally.truncated = 1;
  const std::string text = Verdict(udp, Settings{.receive_bytes = 512});
  EXPECT_TRUE(Has(text, "1 was lost")) << text;
  EXPECT_TRUE(Has(text, "1 was longer than the 512 bytes")) << text;
  Result framed{.mode = Mode::kDelimiter, .sent = 2};
  framed.tally.intact = 2;
  framed.tally.Receive(1, false);
  EXPECT_FALSE(Has(Verdict(framed, {}), "up to 1")) << Verdict(framed, {});
}

TEST(WrapTest, LinesFitEightyColumnsAndLoseNoWord) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += (i == 0 ? "" : " ") + std::string(1 + i % 13, 'a');
  const std::string wrapped = Wrap("  * ", text);
  std::istringstream lines(wrapped);
  std::string joined;
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), 80u);
    EXPECT_EQ(line.substr(0, 4), joined.empty() ? "  * " : "    ");
    joined += (joined.empty() ? "" : " ") + line.substr(4);
  }
  EXPECT_EQ(joined, text);
}

}  // namespace
}  // namespace sluice::sticky
