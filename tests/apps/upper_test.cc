#include "apps/echo/upper.h"

#include <string>

#include "gtest/gtest.h"

namespace sluice::echo {
namespace {

std::string Upper(TextEncoding encoding, std::string_view text) {
  std::string out(text.size(), '\0');
  UpperCaser(encoding).Convert(text, out.data());
  return out;
}

TEST(UpperCaser, ChangesAsciiLettersAndNothingElse) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text(1, static_cast<char>(byte));
    const bool lower = byte >= 'a' && byte <= 'z';
    const std::string expected(1, static_cast<char>(lower ? byte - 32 : byte));
    EXPECT_EQ(Upper(TextEncoding::kUtf8, text), expected) << byte;
    EXPECT_EQ(Upper(TextEncoding::kGbk, text), expected) << byte;
  }
}

TEST(UpperCaser, KeepsUtf8Whole) {
  EXPECT_EQ(Upper(TextEncoding::kUtf8, "hello 粘包 straße"), "HELLO 粘包 STRAßE");
}

// Every two-byte character of GBK, between letters that must change.
TEST(UpperCaser, KeepsEveryGbkCharacterInEverySplit) {
  for (int lead = 0x81; lead <= 0xfe; ++lead) {
    for (int trail = 0x40; trail <= 0xfe; ++trail) {
      if (trail == 0x7f) continue;
      const std::string character = {static_cast<char>(lead), static_cast<char>(trail)};
      const std::string text = "a" + character + character + "z";
      const std::string expected = "A" + character + character + "Z";
      for (size_t split = 0; split <= text.size(); ++split) {
        std::string out = text;
        UpperCaser upper(TextEncoding::kGbk);
        upper.Convert(std::string_view(out).substr(0, split), out.data());
        upper.Convert(std::string_view(out).substr(split), out.data() + split);
        ASSERT_EQ(out, expected) << lead << " " << trail << " split at " << split;
      }
    }
  }
}

TEST(UpperCaser, ALoneFirstByteSpoilsOnlyItself) {
  EXPECT_EQ(Upper(TextEncoding::kGbk, "\xd6\nabc"), "\xd6\nABC");
  EXPECT_EQ(Upper(TextEncoding::kGbk, "abc\xd6"), "ABC\xd6");
}

TEST(UpperCaser, FourByteCharactersOfGb18030StayWhole) {
  EXPECT_EQ(Upper(TextEncoding::kGbk, "a\x81\x30\x81\x39z"), "A\x81\x30\x81\x39Z");
}

TEST(ParseTextEncoding, NamesWhatThereIs) {
  EXPECT_EQ(*ParseTextEncoding("gbk"), TextEncoding::kGbk);
  EXPECT_EQ(*ParseTextEncoding("utf-8"), TextEncoding::kUtf8);
  EXPECT_FALSE(ParseTextEncoding("latin-1").ok());
}

}  // namespace
}  // namespace sluice::echo
