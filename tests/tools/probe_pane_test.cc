// What the probe's screen is made of, without a terminal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "reactor/base/prng.h"
#include "tools/probe/log_pane.h"
#include "tools/probe/typed_line.h"
#include "tools/report/table.h"

namespace sluice::probe {
namespace {

TEST(TypedLine, TheWindowFitsAndShowsTheCursor) {
  Prng prng(3);
  TypedLine line;
  for (int step = 0; step < 20'000; ++step) {
    switch (prng.Between(0, 9)) {
      case 0:
        line.Left();
        break;
      case 1:
        line.Right();
        break;
      case 2:
        line.DeleteBefore();
        break;
      case 3:
        prng.Chance(1, 2) ? line.Begin() : line.End();
        break;
      case 4:
        prng.Chance(1, 2) ? line.Older() : line.Newer();
        break;
      case 5:
        if (prng.Chance(1, 20)) line.Take();
        break;
      default:
        line.Insert(prng.Chance(1, 2) ? U'中' : U'a');
    }
    const size_t columns = prng.Between(2, 40);
    const TypedLine::Window window = line.Fit(columns);
    ASSERT_LE(report::DisplayWidth(window.text), columns);
    ASSERT_LT(window.cursor_column, columns);
  }
}

TEST(TypedLine, HistoryKeepsWhatIsBeingTyped) {
  TypedLine line;
  for (const char32_t c : {U'a', U'b'}) {
    line.Insert(c);
    line.Take();
  }
  line.Insert(U'c');
  line.Older();
  line.Older();
  line.Older();
  EXPECT_EQ(line.Fit(20).text, "a") << "there is nothing older";
  line.Newer();
  EXPECT_EQ(line.Fit(20).text, "b");
  line.Newer();
  line.Newer();
  EXPECT_EQ(line.Take(), "c");
}

LogPane NewPane(size_t rows) {
  LogPane pane(*Characters::Create("UTF-8"), {});
  pane.Resize(80, rows);
  return pane;
}

void AddNote(LogPane& pane, int number) {
  const std::string text = "note " + std::to_string(number);
  pane.Add({.kind = EventKind::kNote, .text = text});
}

std::string LastWord(const LogPane::Line& line) {
  return line.text.substr(line.text.rfind(' ') + 1);
}

TEST(LogPane, ScrolledBackItStaysWhileEventsCome) {
  LogPane pane = NewPane(5);
  for (int i = 0; i < 20; ++i) AddNote(pane, i);
  EXPECT_EQ(LastWord(pane.Visible().back()), "19");
  pane.Scroll(4);
  EXPECT_EQ(LastWord(pane.Visible().back()), "15");
  AddNote(pane, 20);
  EXPECT_EQ(LastWord(pane.Visible().back()), "15");
  EXPECT_EQ(pane.lines_below(), 5u);
  pane.Scroll(1000);
  EXPECT_EQ(LastWord(pane.Visible().front()), "0");
  EXPECT_EQ(pane.Visible().size(), 5u) << "the oldest fill the pane";
  pane.Scroll(-1000);
  EXPECT_EQ(LastWord(pane.Visible().back()), "20");
}

TEST(LogPane, ForgetsTheOldest) {
  LogPane pane = NewPane(3);
  const std::string chunk(1 << 20, 'x');
  for (uint64_t i = 1; i <= 40; ++i) {
    pane.Add({.kind = EventKind::kReceived, .chunk = i, .bytes = chunk});
  }
  pane.SetView(View::kHex);
  pane.Scroll(1'000'000);
  EXPECT_THAT(pane.Visible().front().text, testing::HasSubstr("chunk 9,"));
  LogPane many = NewPane(3);
  for (size_t i = 0; i < LogPane::kEventsMax + 5; ++i) AddNote(many, static_cast<int>(i));
  many.Scroll(1'000'000);
  EXPECT_EQ(LastWord(many.Visible().front()), "5");
}

}  // namespace
}  // namespace sluice::probe
