#include "protocols/utf8.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {
namespace {

using std::string_literals::operator""s;

// By RFC 3629's definition rather than by an automaton: what a decoder of code points says.
bool IsTextByDefinition(std::string_view bytes) {
  for (size_t at = 0; at < bytes.size();) {
    const auto lead = static_cast<unsigned char>(bytes[at]);
    const size_t size = lead < 0x80       ? 1
                        : lead >> 5 == 6  ? 2
                        : lead >> 4 == 14 ? 3
                        : lead >> 3 == 30 ? 4
                                          : 0;
    if (size == 0 || at + size > bytes.size()) return false;
    uint32_t code = size == 1 ? lead : lead & (0x7fu >> size);
    for (size_t i = 1; i < size; ++i) {
      const auto next = static_cast<unsigned char>(bytes[at + i]);
      if (next >> 6 != 2) return false;
      code = code << 6 | (next & 0x3fu);
    }
    constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < kLeast[size] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return false;
    at += size;
  }
  return true;
}

TEST(Utf8, EverySequenceOfUpToThreeBytes) {
  for (uint32_t number = 0; number < 1u << 24; ++number) {
    const char bytes[] = {static_cast<char>(number), static_cast<char>(number >> 8),
                          static_cast<char>(number >> 16)};
    const std::string_view all(bytes, 3);
    if (number < 256) {
      ASSERT_EQ(IsUtf8(all.substr(0, 1)), IsTextByDefinition(all.substr(0, 1))) << number;
    }
    if (number < 65536) {
      ASSERT_EQ(IsUtf8(all.substr(0, 2)), IsTextByDefinition(all.substr(0, 2))) << number;
    }
    ASSERT_EQ(IsUtf8(all), IsTextByDefinition(all)) << number;
  }
}

TEST(Utf8, EveryEdgeOfFourBytes) {
  constexpr unsigned char kNext[] = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};
  for (int lead = 0xee; lead < 256; ++lead) {
    for (const unsigned char b : kNext) {
      for (const unsigned char c : kNext) {
        for (const unsigned char d : kNext) {
          const char bytes[] = {static_cast<char>(lead), static_cast<char>(b), static_cast<char>(c),
                                static_cast<char>(d)};
          const std::string_view all(bytes, 4);
          ASSERT_EQ(IsUtf8(all), IsTextByDefinition(all)) << lead << " " << int{b} << " " << int{c};
        }
      }
    }
  }
}

struct Text {
  std::string bytes;
  size_t good;  // bytes before the first that makes it no text; all of them: it is cut, or text
  bool complete = false;
};

TEST(Utf8, FailsWithTheByteThatMakesItNoText) {
  const Text texts[] = {
      {"", 0, true},
      {"k\xc3\xb6sme", 6, true},
      {"\xf0\x9f\x98\x80", 4, true},
      {"\xf4\x8f\xbf\xbf", 4, true},          // U+10FFFF
      {"\xed\x9f\xbf\xee\x80\x80", 6, true},  // around the surrogates
      {"a\x80", 1},                           // a continuation first
      {"\xc0\xaf", 0},                        // overlong in two bytes
      {"\xe0\x9f\xbf", 1},                    // in three
      {"\xf0\x8f\xbf\xbf", 1},                // in four
      {"\xed\xa0\x80", 1},                    // U+D800
      {"\xed\xbf\xbf", 1},                    // U+DFFF
      {"\xf4\x90\x80\x80", 1},                // U+110000
      {"\xf5\x80\x80\x80", 0},
      {"\xff", 0},
      {"\xe4\xb8", 2},
      {"\xf0\x9f\x98", 3},
      {"\xc3", 1},
      {"\xc3z", 1},
      {"a\0b"s, 3, true},
  };
  for (const std::string& before :
       {""s, "a"s, std::string(31, 'a'), std::string(64, 'a'), std::string(30, 'a') + "\xc3\xa9"}) {
    for (const Text& text : texts) {
      const std::string bytes = before + text.bytes;
      Utf8Validator validator;
      size_t good = 0;
      while (good < bytes.size() && validator.Take({&bytes[good], 1})) ++good;
      EXPECT_EQ(good, before.size() + text.good) << bytes;
      EXPECT_EQ(validator.complete(), text.complete) << bytes;
      EXPECT_EQ(IsUtf8(bytes), text.complete) << bytes;
    }
  }
}

TEST(Utf8, IsTheSameHoweverItIsCut) {
  const std::string good = std::string(40, 'a') + "\xe4\xb8\xad\xf0\x9f\x98\x80\xc3\xa9" +
                           std::string(40, 'z') + "\xed\x9f\xbf";
  const std::string bad = std::string(40, 'a') + "\xe4\xb8\xad\xed\xa0\x80" + std::string(40, 'z');
  for (const std::string& text : {good, bad}) {
    for (size_t cut = 0; cut <= text.size(); ++cut) {
      Utf8Validator validator;
      validator.Take(std::string_view(text).substr(0, cut));
      validator.Take(std::string_view(text).substr(cut));
      ASSERT_EQ(validator.complete(), text == good) << "cut at " << cut;
    }
  }
}

TEST(Utf8, ResetStartsANewText) {
  Utf8Validator validator;
  EXPECT_FALSE(validator.Take("\xff"));
  EXPECT_FALSE(validator.Take("a")) << "it stays refused";
  validator.Reset();
  EXPECT_TRUE(validator.Take("a"));
  EXPECT_TRUE(validator.complete());
}

}  // namespace
}  // namespace sluice
