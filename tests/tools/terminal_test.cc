// The parts of tools/terminal that need no terminal.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "protocols/utf8.h"
#include "reactor/base/prng.h"
#include "tools/terminal/harmless.h"
#include "tools/terminal/key_decoder.h"
#include "tools/terminal/utf8_front.h"

namespace sluice::terminal {
namespace {

// In pieces of this size.
std::u32string KeysOf(std::string_view bytes, size_t piece = SIZE_MAX) {
  KeyDecoder decoder;
  std::u32string keys;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    decoder.Feed(bytes.substr(0, piece), [&](char32_t key) { keys += key; });
  }
  return keys;
}

TEST(KeyDecoder, CharactersAreKeys) {
  EXPECT_EQ(KeysOf("a\r\x7f\x04 é半😀"), U"a\r\x7f\x04 é半😀");
}

TEST(KeyDecoder, ArrowsAndTheirKindAreOneKey) {
  EXPECT_EQ(KeysOf("\x1b[A\x1b[B\x1bOC\x1b[D"),
            (std::u32string{kKeyUp, kKeyDown, kKeyRight, kKeyLeft}));
  EXPECT_EQ(KeysOf("\x1b[H\x1b[4~\x1b[3~"), (std::u32string{kKeyHome, kKeyEnd, kKeyDelete}));
  EXPECT_EQ(KeysOf("\x1b[1;5C\x1b"
                   "b\x1b\x7f"),
            (std::u32string{kKeyWordRight, kKeyWordLeft, kKeyDeleteBefore}));
}

TEST(KeyDecoder, EverySplitGivesTheSameKeys) {
  const std::string bytes = "a半\x1b[1;5D\x1bOAb\x1b\x1b[3~😀\x1b[99~c";
  const std::u32string keys = KeysOf(bytes);
  EXPECT_EQ(keys,
            (std::u32string{U'a', U'半', kKeyWordLeft, kKeyUp, U'b', kKeyDelete, U'😀', U'c'}));
  for (size_t piece = 1; piece < bytes.size(); ++piece) EXPECT_EQ(KeysOf(bytes, piece), keys);
}

TEST(KeyDecoder, WhatItDoesNotKnowLeavesNothing) {
  EXPECT_EQ(KeysOf("\x1b[15~\x1b[?1;2c\x1bOP\x1bzx"), U"x");
  EXPECT_EQ(KeysOf("a\xff\xc0\xe5\x8dz"), U"az");
}

TEST(KeyDecoder, ASequenceWithoutEndIsGivenUp) {
  KeyDecoder decoder;
  std::u32string keys;
  const auto feed = [&](std::string_view bytes) {
    decoder.Feed(bytes, [&](char32_t key) { keys += key; });
  };
  feed("\x1b[");
  for (int i = 0; i < 100; ++i) feed("1");
  feed("\rx");
  EXPECT_EQ(keys.substr(keys.size() - 2), U"\rx");
}

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
}  // namespace sluice::terminal
