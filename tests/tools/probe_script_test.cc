// The language of probe scripts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tools/probe/script.h"

namespace sluice::probe {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

absl::StatusOr<std::vector<Statement>> Parse(std::string_view text) {
  return ParseScript(
      text, [](std::string_view utf8) -> absl::StatusOr<std::string> { return std::string(utf8); });
}

TEST(Script, EveryStatement) {
  const auto script = Parse(
      "# a comment\r\n"
      "timeout 2s\n"
      "\n"
      "  send \"log\\\"in\\r\\n\"   # behind it\n"
      "send-hex 01 ff # two\n"
      "send-file \"a b.bin\"\n"
      "expect \"ok # not a comment\"\n"
      "expect-hex 0d0a\n"
      "expect-regex \"id=(\\d+)\"\n"
      "expect-end\n"
      "wait 500ms\n"
      "half-close\n"
      "close\n"
      "peer 2");
  ASSERT_TRUE(script.ok()) << script.status();
  ASSERT_EQ(script->size(), 12u);
  EXPECT_EQ((*script)[0].duration, 2s);
  EXPECT_EQ((*script)[1].bytes, "log\"in\r\n");
  EXPECT_EQ((*script)[1].line, 4);
  EXPECT_EQ((*script)[2].bytes, "\x01\xff");
  EXPECT_EQ((*script)[3].bytes, "a b.bin");
  EXPECT_EQ((*script)[4].bytes, "ok # not a comment");
  EXPECT_EQ((*script)[5].bytes, "\r\n");
  const Match match = FindRegex(*(*script)[6].regex, "\xff\xfeid=42;");
  EXPECT_EQ(match.begin, 2u);
  EXPECT_EQ(match.size, 5u);
  EXPECT_EQ(FindRegex(*(*script)[6].regex, "id=").begin, std::string_view::npos);
  EXPECT_EQ((*script)[8].duration, 500ms);
  EXPECT_EQ((*script)[11].peer, 2);
}

TEST(Script, RegularExpressionsAreOnBytes) {
  const auto script = Parse("expect-regex \"^\\xff.\\x00$\"");
  ASSERT_TRUE(script.ok()) << script.status();
  EXPECT_EQ(FindRegex(*(*script)[0].regex, std::string_view("\xff\x80\0", 3)).size, 3u);
}

TEST(Script, WhatIsWrongIsNamedWithItsLine) {
  for (const auto& [text, why] : std::vector<std::pair<std::string, std::string>>{
           {"send \"a\"\nsned \"b\"", "line 2: unknown statement \"sned\": there are send, "},
           {"send hello", "line 1: send: a text in \"quotes\" is wanted"},
           {"send \"hello", "the closing quote is missing"},
           {"send \"hello\\\"", "the closing quote is missing"},
           {"send \"a\" b", "something behind the closing quote"},
           {"send \"\"", "nothing in it"},
           {"send \"\\q\"", "an unknown escape"},
           {"send-hex", "nothing in it"},
           {"send-hex 1", "two hexadecimal digits"},
           {"expect-regex \"(\"", "not a regular expression"},
           {"expect-regex \"" + std::string(5000, 'a') + "\"", "longer than 4096 bytes"},
           {"wait", "a duration"},
           {"wait 5", "a duration"},
           {"wait -1s", "a duration"},
           {"wait inf", "a duration"},
           {"close now", "nothing belongs behind it"},
           {"peer 0", "a number from 1 up"}}) {
    const auto script = Parse(text);
    ASSERT_FALSE(script.ok()) << text;
    EXPECT_THAT(std::string(script.status().message()), HasSubstr(why)) << text;
  }
  EXPECT_FALSE(Parse(std::string(kScriptBytesMax + 1, '\n')).ok());
}

}  // namespace
}  // namespace sluice::probe
