// Chunks as lines: what a terminal would obey never gets through.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "reactor/base/prng.h"
#include "tools/probe/characters.h"
#include "tools/probe/chunk_view.h"
#include "tools/report/table.h"

namespace sluice::probe {
namespace {

using testing::ElementsAre;

std::vector<std::string> Lines(std::string_view bytes, ChunkViewOptions options = {},
                               const char* encoding = "UTF-8") {
  Characters characters = *Characters::Create(encoding);
  return ChunkLines(bytes, characters, options);
}

TEST(ChunkView, HexAndTextSideBySide) {
  EXPECT_THAT(
      Lines("hello\r\n"),
      ElementsAre("  0000  68 65 6c 6c 6f 0d 0a                              |hello..         |"));
  EXPECT_THAT(
      Lines("0123456789abcdefXYZ"),
      ElementsAre("  0000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|",
                  "  0010  58 59 5a                                          |XYZ             |"));
}

TEST(ChunkView, CharactersStandUnderTheirFirstByte) {
  EXPECT_THAT(
      Lines("a中é!"),
      ElementsAre("  0000  61 e4 b8 ad c3 a9 21                              |a中 é !         |"));
  EXPECT_THAT(
      Lines("a\xd6\xd0z", {}, "GBK"),
      ElementsAre("  0000  61 d6 d0 7a                                       |a中z            |"));
}

// A byte that UTF-7 decodes to a character two columns wide: the next character begins within it.
TEST(ChunkView, ACharacterWiderThanItsBytesIsADot) {
  EXPECT_THAT(
      Lines("+zE,i>", {}, "UTF-7"),
      ElementsAre("  0000  2b 7a 45 2c 69 3e                                 |......          |"));
}

TEST(ChunkView, ACharacterCutByAChunkIsBytes) {
  EXPECT_THAT(
      Lines("a\xe4\xb8"),
      ElementsAre("  0000  61 e4 b8                                          |a..             |"));
  EXPECT_THAT(
      Lines("\xad\x62"),
      ElementsAre("  0000  ad 62                                             |.b              |"));
}

TEST(ChunkView, TextAlone) {
  EXPECT_THAT(Lines("one\r\ntwo\\\x1b[2J", {.view = View::kText}),
              ElementsAre("  one\\r\\n", "  two\\\\\\x1b[2J"));
  EXPECT_THAT(Lines("\xe4\xb8", {.view = View::kText}), ElementsAre("  \\xe4\\xb8"));
}

TEST(ChunkView, HexAlone) {
  EXPECT_THAT(Lines("ab", {.view = View::kHex}), ElementsAre("  0000  61 62"));
}

TEST(ChunkView, EmptyAndCut) {
  EXPECT_THAT(Lines(""), ElementsAre("  (empty)"));
  EXPECT_THAT(Lines(std::string(1300, 'x'), {.view = View::kHex, .bytes_shown = 3}),
              ElementsAre("  0000  78 78 78", "  ... 1,297 bytes more"));
}

// Any bytes, any encoding, any width: valid UTF-8 without a control character, never too wide, and
// in hex views every row as wide as the others.
TEST(ChunkView, NothingSteersTheTerminal) {
  Prng prng(7);
  const char* kEncodings[] = {"UTF-8", "GBK", "UTF-16LE", "ISO-8859-1", "SHIFT_JIS", "UTF-7"};
  for (int round = 0; round < 2000; ++round) {
    std::string bytes;
    for (uint64_t size = prng.Between(0, 70 - 1); bytes.size() < size;) {
      // Beginnings of what terminals obey are as likely as anything.
      bytes += prng.Chance(1, 4)   ? std::string("\xc2\x9b")
               : prng.Chance(1, 4) ? std::string("+zE,i>")
                                   : std::string(1, static_cast<char>(prng.Between(0, 256 - 1)));
    }
    ChunkViewOptions options;
    options.view = static_cast<View>(prng.Between(0, 3 - 1));
    options.columns = kColumnsMin + prng.Between(0, 60 - 1);
    const char* encoding = kEncodings[prng.Between(0, std::size(kEncodings) - 1)];
    for (const std::string& line : Lines(bytes, options, encoding)) {
      Characters utf8 = *Characters::Create("UTF-8");
      size_t shown = 0;
      for (const Character& character : utf8.Read(line))
        shown += !character.text.empty() ? character.size : 0;
      EXPECT_EQ(shown, line.size()) << "a harmful character in " << testing::PrintToString(line);
      EXPECT_LE(report::DisplayWidth(line), options.columns) << line;
    }
  }
}

}  // namespace
}  // namespace sluice::probe
