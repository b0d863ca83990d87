// The pure parts of sluice-chat: what is a command, what a proof, and what a member may be sent.
#include <set>
#include <string>

#include "apps/chat/command.h"
#include "apps/chat/speech.h"
#include "apps/chat/udp_control.h"
#include "apps/chat/udp_roll.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sluice::chat {
namespace {

using namespace std::chrono_literals;

TEST(Command, TellsTextFromCommands) {
  const auto expect = [](std::string_view line, Command::Kind kind, std::string_view argument) {
    const Command command = ParseCommand(line);
    EXPECT_EQ(command.kind, kind) << line;
    EXPECT_EQ(command.argument, argument) << line;
  };
  expect("", Command::kNothing, "");
  expect(" \t\r", Command::kNothing, "");
  expect("hello /nick", Command::kSay, "hello /nick");
  expect("  hello  ", Command::kSay, "hello");
  expect("//nick ana", Command::kSay, "/nick ana");
  expect("/", Command::kUnknown, "/");
  expect("/nickname ana", Command::kUnknown, "/nickname");
  expect("/nick", Command::kNick, "");
  expect("/nick  ana ", Command::kNick, "ana");
  expect("/me\twaves twice", Command::kMe, "waves twice");
  expect("/who cares", Command::kWho, "cares");
  expect("/quit", Command::kQuit, "");
}

TEST(Command, SaysWhyNobodyCanHaveAName) {
  for (const char* good : {"a", "ana", "小明", "a-b_c.d", "guest", "udp"}) {
    EXPECT_EQ(WhyNoNick(good), "") << good;
  }
  for (const char* bad : {"", "a b", "a\tb", "a:", "*", "-ana", "!!", "a\x1b", "a\u202e", "\xff",
                          "guest-1", "udp-2", "abcdefghijabcdefghijabcdefghijabc"}) {
    EXPECT_NE(WhyNoNick(bad), "") << bad;
  }
}

TEST(UdpControl, ReadsWhatItWrites) {
  for (const auto kind :
       {UdpControl::kToken, UdpControl::kProof, UdpControl::kLeave, UdpControl::kNoted}) {
    for (const uint64_t token : {uint64_t{0}, uint64_t{0x0123456789abcdef}, UINT64_MAX}) {
      const std::string bytes = UdpControl{kind, token}.ToBytes();
      EXPECT_EQ(bytes.size(), UdpControl::kBytes) << "no answer is longer than what it answers";
      const auto read = UdpControl::Parse(bytes);
      ASSERT_TRUE(read.has_value());
      EXPECT_EQ(read->kind, kind);
      EXPECT_EQ(read->token, token);
    }
  }
  const std::string ask = UdpControl{}.ToBytes();
  EXPECT_EQ(ask.size(), UdpControl::kBytes);
  ASSERT_TRUE(UdpControl::Parse(ask).has_value());
  for (size_t size = 0; size < ask.size(); ++size) {
    EXPECT_FALSE(UdpControl::Parse(ask.substr(0, size)).has_value());
  }
  EXPECT_FALSE(UdpControl::Parse(ask + "0").has_value());
  std::string wrong = ask;
  wrong.back() = 'g';
  EXPECT_FALSE(UdpControl::Parse(wrong).has_value());
}

TEST(Speech, ALineCostsWhatItWeighsTimesWhoHearsIt) {
  EXPECT_EQ(SpeechCost(0, 1, 1000), 1);
  EXPECT_EQ(SpeechCost(127, 25, 1000), 1);
  EXPECT_EQ(SpeechCost(128, 25, 1000), 2);
  EXPECT_EQ(SpeechCost(10, 4000, 1000), 160);
  EXPECT_EQ(SpeechCost(4096, 20'000, 1000), 1000) << "anything can be paid for";
}

class UdpRollTest : public testing::Test {
 protected:
  static Endpoint At(const std::string& text) { return *Endpoint::Parse(text); }
  UdpMember& Add(const std::string& text) { return roll_.Add(At(text), now_); }
  UdpRoll::Send Send(UdpMember& member, size_t bytes) { return roll_.MaySend(member, bytes, now_); }

  TimePoint now_{};
  UdpLimits limits_{.grant_datagrams = 5,
                    .grant_bytes = 1000,
                    .unproved_bytes = {.per_second = 100, .burst = 400},
                    .per_address_max = 2,
                    .expire = 10s,
                    .speech = {.per_second = 1, .burst = 3}};
  UdpRoll roll_{limits_};
};

TEST_F(UdpRollTest, AnAddressAndAPortAreAMember) {
  UdpMember& first = Add("192.0.2.1:5000");
  UdpMember& second = Add("192.0.2.2:5000");
  UdpMember& third = Add("192.0.2.1:5001");
  EXPECT_EQ(roll_.count(), 3u);
  EXPECT_EQ(roll_.Find(At("192.0.2.1:5000")), &first);
  EXPECT_EQ(roll_.Find(At("192.0.2.2:5000")), &second);
  EXPECT_EQ(roll_.Find(At("192.0.2.1:5001")), &third);
  EXPECT_EQ(roll_.Find(At("192.0.2.2:5001")), nullptr);
}

TEST_F(UdpRollTest, AGrantEndsAndEachDatagramRenewsIt) {
  UdpMember& member = Add("127.0.0.1:5000");
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i) EXPECT_EQ(Send(member, 10), UdpRoll::Send::kYes);
    EXPECT_EQ(Send(member, 10), UdpRoll::Send::kNoGrant);
    EXPECT_TRUE(roll_.MaySendLastWord(member, 100, now_)) << "kept back for that";
    EXPECT_FALSE(roll_.MaySendLastWord(member, 100, now_)) << "once";
    // They do not add up.
    roll_.Heard(member, now_);
    roll_.Heard(member, now_);
  }
}

TEST_F(UdpRollTest, AGrantCountsBytes) {
  UdpMember& member = Add("127.0.0.1:5000");
  const size_t most = limits_.grant_bytes - UdpRoll::kLastWordBytes;
  EXPECT_EQ(Send(member, most + 1), UdpRoll::Send::kNoGrant);
  EXPECT_EQ(Send(member, most), UdpRoll::Send::kYes);
  EXPECT_EQ(Send(member, 1), UdpRoll::Send::kNoGrant);
}

TEST_F(UdpRollTest, TheUnprovedOfAnAddressShareWhatItIsSent) {
  UdpMember& first = Add("192.0.2.1:5000");
  UdpMember& second = Add("192.0.2.1:5001");
  UdpMember& other = Add("192.0.2.2:5000");
  EXPECT_EQ(Send(first, 300), UdpRoll::Send::kYes);
  EXPECT_EQ(Send(second, 101), UdpRoll::Send::kAddressBusy);
  EXPECT_EQ(Send(second, 100), UdpRoll::Send::kYes);
  EXPECT_EQ(Send(other, 300), UdpRoll::Send::kYes) << "somebody else's address";
  roll_.Heard(second, now_);
  EXPECT_EQ(Send(second, 1), UdpRoll::Send::kAddressBusy) << "a datagram of its own buys none";
  now_ += 1s;
  EXPECT_EQ(Send(second, 101), UdpRoll::Send::kAddressBusy);
  EXPECT_EQ(Send(second, 100), UdpRoll::Send::kYes);
  now_ += 1h;
  EXPECT_EQ(Send(second, 401), UdpRoll::Send::kAddressBusy) << "a rest gives a burst, no more";
}

TEST_F(UdpRollTest, AnAddressIsRememberedWhenItsMembersAreGone) {
  size_t sent = 0;
  for (int i = 0; i < 50; ++i) {
    UdpMember& member = Add("192.0.2.1:" + std::to_string(5000 + i % 2));
    if (Send(member, 100) == UdpRoll::Send::kYes) sent += 100;
    roll_.Remove(member);
  }
  EXPECT_EQ(sent, 400u);
  now_ += 1s;
  EXPECT_EQ(Send(Add("192.0.2.1:5000"), 101), UdpRoll::Send::kAddressBusy);
  EXPECT_EQ(Send(*roll_.Find(At("192.0.2.1:5000")), 100), UdpRoll::Send::kYes);
}

TEST_F(UdpRollTest, AnAddressIsForgottenWhenItsBurstIsBackOrTooManyAreRemembered) {
  const auto pass = [this](const std::string& endpoint) {
    UdpMember& member = Add(endpoint);
    Send(member, 400);
    roll_.Remove(member);
  };
  pass("192.0.2.1:5000");
  pass("192.0.2.2:5000");
  EXPECT_EQ(roll_.idle_addresses(), 2u);
  now_ += 4s;
  Add("192.0.2.3:5000");
  EXPECT_EQ(roll_.idle_addresses(), 0u);
  for (size_t i = 0; i < UdpRoll::kIdleAddressesMax + 100; ++i) {
    pass("198." + std::to_string(i >> 16) + "." + std::to_string(i >> 8 & 255) + "." +
         std::to_string(i & 255) + ":5000");
  }
  EXPECT_LE(roll_.idle_addresses(), UdpRoll::kIdleAddressesMax + 1);
}

TEST_F(UdpRollTest, AnIpv6PrefixIsAnAddress) {
  Add("[2001:db8::1]:5000");
  Add("[2001:db8::2]:5000");
  EXPECT_TRUE(roll_.AddressFull(At("[2001:db8::3]:5000")));
  EXPECT_FALSE(roll_.AddressFull(At("[2001:db8:0:1::3]:5000")));
  Add("[::1]:5000");
  Add("[::1]:5001");
  EXPECT_FALSE(roll_.AddressFull(At("[::1]:5002"))) << "loopback: nobody can forge it";
  Add("[::ffff:192.0.2.1]:5000");
  Add("[::ffff:192.0.2.1]:5001");
  EXPECT_TRUE(roll_.AddressFull(At("192.0.2.1:5002")));
}

TEST_F(UdpRollTest, WhoProvesItselfMakesPlaceAtItsAddress) {
  UdpMember& first = Add("192.0.2.1:5000");
  Add("192.0.2.1:5001");
  EXPECT_TRUE(roll_.AddressFull(At("192.0.2.1:5002")));
  roll_.Proved(first, now_);
  roll_.Proved(first, now_);
  EXPECT_FALSE(roll_.AddressFull(At("192.0.2.1:5002")));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(Send(first, 1000), UdpRoll::Send::kYes);
  roll_.Remove(first);
  EXPECT_FALSE(roll_.AddressFull(At("192.0.2.1:5002")));
  Add("192.0.2.1:5002");
  EXPECT_TRUE(roll_.AddressFull(At("192.0.2.1:5003")));
}

TEST_F(UdpRollTest, AProofHoldsForAMinute) {
  UdpMember& member = Add("192.0.2.1:5000");
  roll_.Proved(member, now_);
  now_ += UdpRoll::kProofHolds - 1ns;
  for (int i = 0; i < 100; ++i) EXPECT_EQ(Send(member, 1000), UdpRoll::Send::kYes);
  now_ += 1ns;
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Send(member, 10), UdpRoll::Send::kYes);
  EXPECT_EQ(Send(member, 10), UdpRoll::Send::kNoGrant);
  roll_.Heard(member, now_);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Send(member, 10), UdpRoll::Send::kYes);
  EXPECT_EQ(Send(member, 10), UdpRoll::Send::kNoGrant) << "a datagram can be forged, a proof not";
  roll_.Proved(member, now_);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(Send(member, 1000), UdpRoll::Send::kYes);
}

TEST_F(UdpRollTest, TheLongestSilentComesFirst) {
  UdpMember& first = Add("127.0.0.1:1");
  UdpMember& second = Add("127.0.0.1:2");
  UdpMember& third = Add("127.0.0.1:3");
  EXPECT_EQ(roll_.Oldest(), &first);
  roll_.Heard(first, now_ + 1s);
  EXPECT_EQ(roll_.Oldest(), &second);
  roll_.Proved(second, now_);
  EXPECT_EQ(roll_.Oldest(), &second);
  EXPECT_EQ(roll_.OldestUnproved(), &third);
  roll_.Remove(third);
  EXPECT_EQ(roll_.OldestUnproved(), &first);
  roll_.Remove(first);
  EXPECT_EQ(roll_.OldestUnproved(), nullptr);
  roll_.Remove(second);
  EXPECT_EQ(roll_.Oldest(), nullptr);
}

TEST_F(UdpRollTest, WhoSpeaksTooOftenIsNotPassedOn) {
  UdpMember& member = Add("127.0.0.1:1");
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(roll_.MaySpeak(member, now_));
  EXPECT_FALSE(roll_.MaySpeak(member, now_));
  now_ += 1s;
  EXPECT_TRUE(roll_.MaySpeak(member, now_));
  EXPECT_FALSE(roll_.MaySpeak(member, now_));
}

}  // namespace
}  // namespace sluice::chat
