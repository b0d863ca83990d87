// Text of strangers on a terminal, and the characters it is read in.
#include "tools/text/harmless.h"

#include <string>

#include "gtest/gtest.h"
#include "protocols/utf8.h"
#include "reactor/base/prng.h"
#include "tools/text/utf8_front.h"

namespace sluice::text {
namespace {

TEST(Harmless, TextStaysAsItIs) {
  const std::string text = "plain text\twith a tab, 半角 é 😀 e\u0301 \\x1b";
  EXPECT_EQ(Harmless(text), text);
  EXPECT_EQ(Harmless(""), "");
}

TEST(Harmless, WhatATerminalWouldObeyIsSpeltOut) {
  EXPECT_EQ(Harmless("\x1b[2J\x1b]0;title\a"), "\\x1b[2J\\x1b]0;title\\x07");
  EXPECT_EQ(Harmless("two\nlines\r"), "two\\x0alines\\x0d");
  EXPECT_EQ(Harmless(std::string_view("\0\x7f", 2)), "\\x00\\x7f");
  EXPECT_EQ(Harmless("\u009b31m"), "\\xc2\\x9b31m") << "CSI in one character";
  EXPECT_EQ(Harmless("a\u202egpj.exe\u2066\u200f"), "a\\u202egpj.exe\\u2066\\u200f");
}

TEST(Harmless, BytesThatAreNoTextAreSpeltOut) {
  EXPECT_EQ(Harmless("\xff\xd6\xd0 \xe5\x8d"), "\\xff\\xd6\\xd0 \\xe5\\x8d");
  EXPECT_EQ(Harmless("\xc0\x9b\xed\xa0\x80"), "\\xc0\\x9b\\xed\\xa0\\x80") << "overlong, surrogate";
}

TEST(Harmless, WhateverComesTheResultIsHarmlessText) {
  constexpr uint64_t kSeed = 20;
  Prng prng(kSeed);
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    // Often enough something that begins a character, or is one byte from the end of it.
    constexpr std::string_view kPieces[] = {"\x1b", "\xc2", "\x9b", "\xe2\x80", "\xae", "a", "半"};
    const uint64_t size = prng.Between(0, 11);
    for (uint64_t i = 0; i < size; ++i) {
      if (prng.Chance(1, 2)) {
        text += kPieces[prng.Between(0, std::size(kPieces) - 1)];
      } else {
        text += static_cast<char>(prng.Between(0, 255));
      }
    }
    const std::string harmless = Harmless(text);
    ASSERT_TRUE(IsUtf8(harmless)) << "seed " << kSeed << " round " << round;
    ASSERT_EQ(Harmless(harmless), harmless) << "seed " << kSeed << " round " << round;
    for (const unsigned char byte : harmless) {
      ASSERT_TRUE((byte >= 0x20 || byte == '\t') && byte != 0x7f) << "round " << round;
    }
  }
}

TEST(Utf8Front, EveryCharacterComesBack) {
  for (char32_t c = 0; c <= 0x10ffff; c += c < 0x3000 ? 1 : 97) {
    if (c >= 0xd800 && c <= 0xdfff) continue;
    std::string text;
    AppendUtf8(c, text);
    const Utf8Front front = FrontOf(text + "z");
    ASSERT_EQ(front.kind, Utf8Front::Kind::kCharacter) << std::hex << static_cast<uint32_t>(c);
    ASSERT_EQ(front.value, c);
    ASSERT_EQ(front.bytes, text.size());
  }
}

}  // namespace
}  // namespace sluice::text
