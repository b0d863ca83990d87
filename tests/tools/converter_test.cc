#include "tools/text/converter.h"

#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "protocols/utf8.h"

namespace sluice::text {
namespace {

using namespace std::string_literals;

Converter Make(std::string_view from, std::string_view to) {
  absl::StatusOr<Converter> converter = Converter::Create(from, to);
  EXPECT_TRUE(converter.ok()) << converter.status();
  return *std::move(converter);
}

std::string Whole(std::string_view from, std::string_view to, std::string_view text) {
  return Make(from, to).ConvertAll(text);
}

TEST(Converter, KnowsTheTutorialsEncodings) {
  EXPECT_EQ(Whole("GBK", "UTF-8", "\xc4\xe3\xba\xc3"), "你好");
  EXPECT_EQ(Whole("utf-8", "gbk", "你好"), "\xc4\xe3\xba\xc3");
  EXPECT_EQ(Whole("UTF-8", "GB18030", "😀"), "\x94\x39\xfc\x36");
  EXPECT_EQ(Whole("UTF-16LE", "UTF-8", "A\0B\0"s), "AB");
  EXPECT_EQ(Whole("ISO-2022-JP", "UTF-8", "\x1b$B$\"\x1b(B."), "あ.");
}

TEST(Converter, NamesWhatWorksWhereTheNameIsUnknown) {
  for (const std::string& name :
       {"klingon"s, ""s, "GBK//IGNORE"s, "GBK\0"s, std::string(9000, 'x')}) {
    const absl::Status status = CheckEncoding(name);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr("GBK")) << name;
    EXPECT_FALSE(Converter::Create("UTF-8", name).ok()) << name;
  }
  EXPECT_TRUE(CheckEncoding("gb18030").ok());
}

// A text in some encoding, with characters of every length, broken ones among them.
struct Text {
  std::string_view encoding;
  std::string bytes;
};

std::vector<Text> Texts() {
  return {
      {"UTF-8", "a你好\n😀é"},
      {"UTF-8",
       "a\xe4\xbd"
       "b\xf0\x9f\x98\xff\x80 \xed\xa0\x80.\xc0\xaf"},
      {"GBK",
       "a\xc4\xe3\xba\xc3\x80 \x81 \xff"
       "b"},
      {"GB18030", "a\xc4\xe3\x94\x39\xfc\x36\x81\x30 \x94\x39\xfc"},
      {"BIG5", "\xa7\x41\xa6\x6e\xff\x21"},
      {"BIG5-HKSCS", "\x88\x66\x88\x62x\x88\x66"},
      {"SHIFT_JIS", "\x82\xa0\xb1\x85\x20"},
      {"EUC-KR", "\xb0\xa1\xa1"},
      {"ISO-2022-JP", "\x1b$B$\"$\"\x1b(Bx\x1b$B$\""},
      {"ISO-8859-1", "caf\xe9\x80"},
      {"UTF-16",
       "\xff\xfe"
       "A\0\x60\x4f\x3d\xd8\x00\xde\x3d\xd8"
       "B\0"s},
      {"UTF-16BE", "\0A\xd8\x3d\0B\xde\x00\x4f\x60\x4f"s},
      {"UTF-32LE", "A\0\0\0\0\xd8\0\0B\0\0\0\x00\xf6"s},
      {"UTF-7", "a+T2BZfQ-b"},
  };
}

TEST(Converter, EverySplitGivesTheSame) {
  for (const Text& text : Texts()) {
    for (std::string_view to : {"UTF-8", "GBK", "UTF-16LE", "ISO-2022-JP"}) {
      SCOPED_TRACE(std::string(text.encoding) + " to " + std::string(to));
      Converter whole = Make(text.encoding, to);
      const std::string expected = whole.ConvertAll(text.bytes);
      Converter split = Make(text.encoding, to);  // used again and again: Finish makes it new
      for (size_t first = 0; first <= text.bytes.size(); ++first) {
        for (size_t second = first; second <= text.bytes.size(); ++second) {
          const uint64_t before = split.replaced();
          std::string out;
          split.Convert(std::string_view(text.bytes).substr(0, first), out);
          split.Convert(std::string_view(text.bytes).substr(first, second - first), out);
          split.Convert(std::string_view(text.bytes).substr(second), out);
          split.Finish(out);
          ASSERT_EQ(out, expected) << first << ", " << second;
          ASSERT_EQ(split.replaced() - before, whole.replaced()) << first << ", " << second;
          ASSERT_EQ(split.incomplete(), "");
        }
      }
    }
  }
}

TEST(Converter, KeepsACharacterThatIsCutInTwo) {
  Converter converter = Make("GBK", "UTF-8");
  std::string out;
  converter.Convert("a\xc4", out);
  EXPECT_EQ(out, "a");
  EXPECT_EQ(converter.incomplete(), "\xc4");
  converter.Convert(
      "\xe3"
      "b",
      out);
  EXPECT_EQ(out, "a你b");
  EXPECT_EQ(converter.replaced(), 0u);
}

TEST(Converter, ReplacesAndCountsWhatIsNoCharacter) {
  Converter converter = Make("UTF-8", "UTF-8");
  EXPECT_EQ(converter.ConvertAll("a\xff"
                                 "b"),
            "a\ufffdb");
  EXPECT_EQ(converter.replaced(), 1u);
  EXPECT_EQ(converter.ConvertAll("\xf0\x9f\x98!"), "\ufffd!") << "a broken beginning is one";
  EXPECT_EQ(converter.ConvertAll("\xe4\xbd"), "\ufffd") << "and so is one without its end";
  EXPECT_EQ(converter.replaced(), 3u);
  EXPECT_EQ(Whole("GBK", "UTF-8", "\x81 b"), "\ufffd b") << "the byte after it is not swallowed";
  EXPECT_EQ(Whole("UTF-16LE", "UTF-8",
                  "\0\xd8"
                  "B\0"s),
            "\ufffdB")
      << "units stay aligned";
}

TEST(Converter, PutsAQuestionMarkWhereTheOtherEncodingHasNothingBetter) {
  Converter to_gbk = Make("UTF-8", "GBK");
  EXPECT_EQ(to_gbk.ConvertAll("😀你\xff."), "?\xc4\xe3?.");
  EXPECT_EQ(to_gbk.replaced(), 2u);
  Converter to_latin = Make("GBK", "ISO-8859-1");
  EXPECT_EQ(to_latin.ConvertAll("\xc4\xe3!"), "?!");
  EXPECT_EQ(to_latin.replaced(), 1u);
}

// Whatever comes, what goes out is UTF-8; and what is UTF-8 goes through unchanged.
TEST(Converter, AgreesWithOurOwnIdeaOfUtf8) {
  Converter converter = Make("UTF-8", "UTF-8");
  const std::vector<unsigned char> bytes = {0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0,
                                            0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe4, 0xed,
                                            0xef, 0xf0, 0xf3, 0xf4, 0xf5, 0xf8, 0xfc, 0xff};
  const size_t count = bytes.size();
  for (size_t code = 0; code < count * count * count * count; ++code) {
    std::string text;
    for (size_t rest = code, i = 0; i < 4; ++i, rest /= count)
      text += static_cast<char>(bytes[rest % count]);
    const uint64_t before = converter.replaced();
    const std::string out = converter.ConvertAll(text);
    ASSERT_TRUE(IsUtf8(out)) << testing::PrintToString(text);
    ASSERT_EQ(out == text, IsUtf8(text)) << testing::PrintToString(text);
    ASSERT_EQ(converter.replaced() == before, IsUtf8(text)) << testing::PrintToString(text);
  }
}

TEST(Converter, BringsEveryGbkCharacterThereAndBack) {
  Converter there = Make("GBK", "UTF-8");
  Converter back = Make("UTF-8", "GBK");
  int characters = 0;
  for (int first = 0x81; first < 0xff; ++first) {
    for (int second = 0x40; second < 0xff; ++second) {
      const std::string text = {static_cast<char>(first), static_cast<char>(second)};
      const uint64_t before = there.replaced();
      const std::string utf8 = there.ConvertAll(text);
      if (there.replaced() > before) continue;
      ++characters;
      ASSERT_EQ(back.ConvertAll(utf8), text);
    }
  }
  EXPECT_GT(characters, 21'000);
  EXPECT_EQ(back.replaced(), 0u);
}

TEST(Converter, HandlesTextsLongerThanItsBlocks) {
  std::string utf8;
  std::string gbk;
  for (int i = 0; i < 10'000; ++i) {
    utf8 += "你x";
    gbk += "\xc4\xe3x";
  }
  EXPECT_EQ(Whole("UTF-8", "GBK", utf8), gbk);
  EXPECT_EQ(Whole("GBK", "UTF-8", gbk), utf8);
}

TEST(EndsLinesAsAscii, TellsWhichEncodingsALineCanBeCutIn) {
  for (const char* name : {"UTF-8", "GBK", "GB18030", "SHIFT_JIS", "ISO-2022-JP"}) {
    EXPECT_TRUE(EndsLinesAsAscii(name)) << name;
  }
  for (const char* name : {"UTF-16", "UTF-16LE", "UTF-32BE", "IBM037"}) {
    EXPECT_FALSE(EndsLinesAsAscii(name)) << name;
  }
}

}  // namespace
}  // namespace sluice::text
