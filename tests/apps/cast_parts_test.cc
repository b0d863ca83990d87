// The pure parts of sluice-cast: the numbered datagram, what its numbers tell, who was heard.
#include <string>

#include "apps/cast/packet.h"
#include "apps/cast/senders.h"
#include "apps/cast/sequence_watch.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reactor/base/prng.h"

namespace sluice::cast {
namespace {

TEST(Packet, IsALineOfTextBeforeTheText) {
  EXPECT_EQ(Encode({0x9f86d081884c7d65, 17}, "hello\nworld"),
            "SLUICE-CAST/1 9f86d081884c7d65 17\nhello\nworld");
}

TEST(Packet, EveryNumberAndTextComesBack) {
  Prng prng(1);
  for (int i = 0; i < 2000; ++i) {
    const Number number{prng.Next() >> prng.Between(0, 63),
                        std::max<uint64_t>(1, prng.Next() >> prng.Between(0, 63))};
    std::string text(prng.Between(0, 40), ' ');
    for (char& byte : text) byte = static_cast<char>(prng.Next());
    const std::string datagram = Encode(number, text);
    EXPECT_LE(datagram.size(), kHeaderBytesMax + text.size());
    const Packet packet = Decode(datagram);
    ASSERT_TRUE(packet.number.has_value()) << datagram;
    EXPECT_EQ(*packet.number, number);
    EXPECT_EQ(packet.text, text);
  }
}

TEST(Packet, WhatIsNotExactlySoIsPlainText) {
  for (const char* text : {
           "",
           "hello",
           "SLUICE-CAST/1",
           "SLUICE-CAST/1 9f86d081884c7d65 17",                      // no end of the line
           "SLUICE-CAST/2 9f86d081884c7d65 17\nx",                   // another version
           "SLUICE-CAST/1 9F86D081884C7D65 17\nx",                   // upper case
           "SLUICE-CAST/1 9f86d081884c7d6 17\nx",                    // too short
           "SLUICE-CAST/1 9f86d081884c7d6517\nx",                    // no space
           "SLUICE-CAST/1 9f86d081884c7d65 \nx",                     // no number
           "SLUICE-CAST/1 9f86d081884c7d65 0\nx",                    // they begin with 1
           "SLUICE-CAST/1 9f86d081884c7d65 017\nx",                  // leading zero
           "SLUICE-CAST/1 9f86d081884c7d65 +17\nx",                  // sign
           "SLUICE-CAST/1 9f86d081884c7d65 17 \nx",                  // something behind it
           "SLUICE-CAST/1 9f86d081884c7d65 18446744073709551616\n",  // 2^64
           "SLUICE-CAST/1 9f86d081884c7d65 000000000000000000001\nx",
           " SLUICE-CAST/1 9f86d081884c7d65 17\nx",
       }) {
    const Packet packet = Decode(text);
    EXPECT_FALSE(packet.number.has_value()) << text;
    EXPECT_EQ(packet.text, text);
  }
}

class Sequence : public testing::Test {
 protected:
  Heard Hear(uint64_t sequence, uint64_t run = 7) { return watch_.Hear({run, sequence}).heard; }
  const SequenceTotals& totals() const { return watch_.totals(); }

  SequenceWatch watch_;
};

TEST_F(Sequence, WhoTunesInLateHasLostNothing) {
  EXPECT_EQ(Hear(1000), Heard::kInOrder);
  EXPECT_EQ(Hear(1001), Heard::kInOrder);
  EXPECT_EQ(totals().received, 2u);
  EXPECT_EQ(totals().lost, 0u);
}

TEST_F(Sequence, AGapNamesWhatIsMissingAndLateOnesFillIt) {
  Hear(1);
  const SequenceWatch::News gap = watch_.Hear({7, 5});
  EXPECT_EQ(gap.heard, Heard::kGap);
  EXPECT_EQ(gap.missing_first, 2u);
  EXPECT_EQ(gap.missing_last, 4u);
  EXPECT_EQ(totals().lost, 3u);
  EXPECT_EQ(Hear(3), Heard::kReordered);
  EXPECT_EQ(Hear(3), Heard::kDuplicate);
  EXPECT_EQ(Hear(5), Heard::kDuplicate);
  EXPECT_EQ(Hear(6), Heard::kInOrder);
  EXPECT_EQ(totals().lost, 2u);
  EXPECT_EQ(totals().reordered, 1u);
  EXPECT_EQ(totals().duplicated, 2u);
  EXPECT_EQ(totals().received, 6u);
}

TEST_F(Sequence, WhatCameBeforeTheFirstWasNeverMissed) {
  Hear(10);
  EXPECT_EQ(Hear(9), Heard::kReordered);
  EXPECT_EQ(Hear(9), Heard::kDuplicate);
  EXPECT_EQ(totals().lost, 0u);
}

TEST_F(Sequence, BeyondTheWindowNobodyCanTell) {
  Hear(1);
  Hear(2 + SequenceWatch::kWindow);
  EXPECT_EQ(totals().lost, SequenceWatch::kWindow);
  EXPECT_EQ(Hear(2), Heard::kTooLate);
  EXPECT_EQ(Hear(3), Heard::kReordered);
  EXPECT_EQ(totals().lost, SequenceWatch::kWindow - 1);
}

TEST_F(Sequence, AnotherRunIsARestartAndItsStragglersAreNot) {
  Hear(1);
  Hear(50);
  EXPECT_EQ(Hear(1, 8), Heard::kRestart);
  EXPECT_EQ(Hear(51), Heard::kTooLate);
  EXPECT_EQ(Hear(2, 8), Heard::kInOrder);
  EXPECT_EQ(Hear(1, 9), Heard::kRestart);
  EXPECT_EQ(totals().restarts, 2u);
  EXPECT_EQ(totals().lost, 48u) << "what the first run lost stays lost";
}

TEST_F(Sequence, TheLargestJumpCountsRight) {
  Hear(1);
  EXPECT_EQ(Hear(1 + SequenceWatch::kJumpMax), Heard::kGap);
  EXPECT_EQ(totals().lost, SequenceWatch::kJumpMax - 1);
}

TEST_F(Sequence, AForgedNumberFarAheadChangesNothing) {
  Hear(1);
  for (const uint64_t forged : {2 + SequenceWatch::kJumpMax, UINT64_MAX}) {
    EXPECT_EQ(Hear(forged), Heard::kImplausible);
  }
  EXPECT_EQ(Hear(2), Heard::kInOrder);
  EXPECT_EQ(totals().implausible, 2u);
  EXPECT_EQ(totals().lost, 0u);
  EXPECT_EQ(totals().too_late, 0u);
  EXPECT_EQ(totals().received, 4u);
}

// Whatever the order: each number that came first counts once, and what never came is lost.
TEST_F(Sequence, AShuffledLossyStreamAddsUp) {
  Prng prng(3);
  uint64_t came = 0;
  uint64_t repeated = 0;
  Hear(1);
  for (uint64_t begin = 2; begin < 20'000; begin += 8) {
    uint64_t order[8];
    for (uint64_t i = 0; i < 8; ++i) order[i] = begin + i;
    for (uint64_t i = 7; i > 0; --i) std::swap(order[i], order[prng.Between(0, i)]);
    for (const uint64_t sequence : order) {
      if (prng.Chance(1, 5)) continue;
      ++came;
      Hear(sequence);
      if (!prng.Chance(1, 10)) continue;
      ++repeated;
      EXPECT_EQ(Hear(sequence), Heard::kDuplicate);
    }
  }
  Hear(30'000);
  EXPECT_EQ(totals().duplicated, repeated);
  EXPECT_EQ(totals().received, came + repeated + 2);
  EXPECT_EQ(totals().lost, 30'000 - came - 2);
}

Endpoint From(int number) {
  Endpoint endpoint = *Endpoint::Parse("10.0.0.1:0");
  endpoint.set_port(static_cast<uint16_t>(number));
  return endpoint;
}

TEST(SendersTest, AreToldApartByAddressPortAndPlace) {
  Senders senders;
  const Packet packet{.number = Number{7, 1}, .text = "hello"};
  for (const size_t place : {0, 1}) {
    for (const int port : {1, 2}) {
      EXPECT_EQ(senders.Hear(place, From(port), packet).heard, Heard::kInOrder);
    }
  }
  EXPECT_EQ(senders.Hear(0, From(1), packet).heard, Heard::kDuplicate);
  senders.Hear(0, From(1), {.number = std::nullopt, .text = "plain"});
  ASSERT_EQ(senders.all().size(), 4u);
  const SenderRecord& first = *senders.all()[0];
  EXPECT_EQ(first.endpoint, From(1));
  EXPECT_EQ(first.watch.totals().received, 2u);
  EXPECT_EQ(first.plain, 1u);
  EXPECT_EQ(first.bytes, 15u);
  EXPECT_EQ(senders.datagrams(), 6u);
}

TEST(SendersTest, BeyondTheLimitTheLongestSilentIsForgotten) {
  Senders senders;
  const Packet packet{.number = std::nullopt, .text = "x"};
  const int limit = static_cast<int>(Senders::kSendersMax);
  for (int port = 1; port <= limit; ++port) senders.Hear(0, From(port), packet);
  senders.Hear(0, From(1), packet);
  senders.Hear(0, From(limit + 1), packet);
  EXPECT_EQ(senders.all().size(), Senders::kSendersMax);
  EXPECT_EQ(senders.forgotten(), 1u);
  EXPECT_EQ(senders.all()[0]->endpoint, From(1)) << "it spoke again";
  EXPECT_EQ(senders.all()[1]->endpoint, From(3));
}

}  // namespace
}  // namespace sluice::cast
