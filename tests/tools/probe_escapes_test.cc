// Bytes as people write them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tools/probe/characters.h"
#include "tools/probe/escapes.h"

namespace sluice::probe {
namespace {

using testing::HasSubstr;

TEST(Unescape, EveryEscape) {
  EXPECT_EQ(*Unescape(R"(a\n\r\t\0\a\b\e\f\v\\\"\'z)"),
            std::string("a\n\r\t\0\a\b\x1b\f\v\\\"'z", 14));
  EXPECT_EQ(*Unescape(R"(\x41\xff\x00b)"), std::string("A\xff\0b", 4));
  EXPECT_EQ(*Unescape(R"(\u4e2d\u00e9\u0041)"), "中éA");
}

TEST(Unescape, WhatIsWrongIsNamedWithItsColumn) {
  for (const char* text : {"ab\\", "ab\\q", "ab\\x4", "ab\\xg1", "ab\\u12", "ab\\ud800"}) {
    const auto result = Unescape(text);
    ASSERT_FALSE(result.ok()) << text;
    EXPECT_THAT(std::string(result.status().message()), HasSubstr("in column 3")) << text;
  }
}

TEST(Unescape, OnlyTextIsEncoded) {
  const Characters gbk = *Characters::Create("GBK");
  const auto encode = [&](std::string_view utf8) { return gbk.Encode(utf8); };
  EXPECT_EQ(*Unescape(R"(中\xe4\u6587)", encode), "\xd6\xd0\xe4\xce\xc4");
  EXPECT_THAT(std::string(Unescape("\xf0\x9f\x98\x80", encode).status().message()),
              HasSubstr("cannot be said in GBK"));
}

TEST(Escape, IsReadBackTheSame) {
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
  const std::string line = Escape(every);
  for (const char c : line) EXPECT_TRUE(c >= ' ' && c < '\x7f');
  EXPECT_EQ(*Unescape(line), every);
}

TEST(BytesFromHex, AsPeopleWriteThem) {
  for (const char* text : {"01 02 fF", "0102ff", "0x01,0x02,0xFF", "01:02:ff", " 01\t02 ff "}) {
    EXPECT_EQ(*BytesFromHex(text), "\x01\x02\xff") << text;
  }
  EXPECT_EQ(*BytesFromHex(""), "");
  for (const char* text : {"1", "01 2", "0g", "01-02", "0x"}) {
    EXPECT_FALSE(BytesFromHex(text).ok()) << text;
  }
  EXPECT_EQ(HexOf("\x01\x02\xff"), "01 02 ff");
}

}  // namespace
}  // namespace sluice::probe
