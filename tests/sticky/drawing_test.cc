#include "apps/sticky/drawing.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace sluice::sticky {
namespace {

SketchReceive OneUnit(uint64_t index, size_t bytes, std::vector<SketchPiece> pieces) {
  return {.index = index, .bytes = bytes, .units = {{std::move(pieces)}}};
}

TEST(DrawingTest, GlueCutsAndGaps) {
  const std::vector<SketchReceive> receives = {
      OneUnit(1, 300, {{1, 100, true, true}, {2, 100, true, true}, {3, 100, true, false}}),
      OneUnit(2, 50, {{3, 50, false, true}}),
      OneUnit(3, 100, {{7, 100, true, true}}),
      OneUnit(20, 100, {{30, 100, true, true}}),
  };
  EXPECT_EQ(DrawReceives(receives, {.message_bytes_max = 150}),
            "  receive 1        300 B  [#1 ............|#2 ............|#3 ............~]\n"
            "  receive 2         50 B  [~#3 .....]\n"
            "  ... #4 to #6 never came ...\n"
            "  receive 3        100 B  [#7 ............]\n"
            "  ... 16 receives like these ...\n"
            "  receive 20       100 B  [#30 ...........]\n");
}

TEST(DrawingTest, ACodecsUnitsHaveABoxEach) {
  const SketchReceive receive{
      .index = 1,
      .bytes = 250,
      .units = {{{{1, 100, true, true}}}, {{{2, 100, true, true}}}},
      .kept_bytes = 42,
  };
  EXPECT_EQ(DrawReceives({receive}, {.message_bytes_max = 100}),
            "  receive 1        250 B  [#1 ...............][#2 ...............] 42 kept\n");
}

TEST(DrawingTest, WideReceivesAreShortenedToEightyColumns) {
  for (const size_t count : {1u, 5u, 100u, 5000u}) {
    for (const uint64_t first : {1u, 1'000'000u}) {
      SketchReceive glued{.index = 123456, .bytes = count * 64, .units = {{}}};
      SketchReceive framed{.index = 123457, .bytes = count * 64, .kept_bytes = 12345};
      for (uint64_t number = first; number < first + count; ++number) {
        glued.units[0].pieces.push_back({number, 64, true, number != first + count - 1});
        framed.units.push_back({{{number, 64, true, true}}});
      }
      std::istringstream lines(DrawReceives({glued, framed}, {.message_bytes_max = 64}));
      for (std::string line; std::getline(lines, line);) {
        EXPECT_LE(line.size(), 80u) << line;
        if (count > 100) {
          EXPECT_NE(line.find(" more "), std::string::npos) << line;
        }
      }
    }
  }
}

TEST(DrawingTest, ColorAddsEscapesAndNothingElse) {
  const std::vector<SketchReceive> receives = {
      OneUnit(1, 200, {{1, 100, true, true}, {2, 100, true, false}})};
  const std::string plain = DrawReceives(receives, {.message_bytes_max = 150});
  const std::string colored = DrawReceives(receives, {.message_bytes_max = 150, .color = true});
  EXPECT_EQ(plain.find('\x1b'), std::string::npos);
  std::string stripped;
  for (size_t i = 0; i < colored.size(); ++i) {
    if (colored[i] == '\x1b') {
      i = colored.find('m', i);
    } else {
      stripped += colored[i];
    }
  }
  EXPECT_NE(colored, plain);
  EXPECT_EQ(stripped, plain);
}

TEST(SketchTest, KeepsTheFirstAndThoseFromTheFirstTrouble) {
  Sketch sketch(true, Sketch::Until::kTrouble);
  for (uint64_t number = 1; sketch.recording(); ++number) {
    sketch.BeginReceive(100);
    sketch.BeginUnit();
    sketch.AddPiece({number, 100, true, number != 50});
    sketch.EndReceive(0);
    ASSERT_LT(number, 1000u);
  }
  std::vector<uint64_t> indices;
  for (const SketchReceive& receive : sketch.receives()) indices.push_back(receive.index);
  EXPECT_EQ(indices, (std::vector<uint64_t>{1, 2, 3, 4, 50, 51, 52, 53}));
}

TEST(SketchTest, WithoutTroubleInViewTheFirstAreEnough) {
  Sketch sketch(true, Sketch::Until::kFirst);
  for (int i = 0; sketch.recording(); ++i) {
    sketch.BeginReceive(100);
    sketch.EndReceive(100);
    ASSERT_LT(i, 1000);
  }
  EXPECT_EQ(sketch.receives().size(), Sketch::kFirst);
  EXPECT_FALSE(Sketch(false, Sketch::Until::kTrouble).recording());
}

}  // namespace
}  // namespace sluice::sticky
