#include "tools/report/table.h"

#include "gtest/gtest.h"
#include "tools/report/format.h"

namespace sluice::report {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

TEST(DisplayWidth, CountsTerminalColumns) {
  EXPECT_EQ(DisplayWidth(""), 0u);
  EXPECT_EQ(DisplayWidth("plain"), 5u);
  EXPECT_EQ(DisplayWidth("粘包"), 4u);
  EXPECT_EQ(DisplayWidth("mu µs"), 5u);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1u) << "a combining accent takes no column";
  EXPECT_EQ(DisplayWidth("\xff\xe7"), 2u) << "broken UTF-8 counts byte by byte";
}

TEST(CutToWidth, KeepsWholeCharacters) {
  EXPECT_EQ(CutToWidth("粘包x", 4), "粘包");
  EXPECT_EQ(CutToWidth("粘包x", 3), "粘");
  EXPECT_EQ(CutToWidth("abc", 9), "abc");
  EXPECT_EQ(CutToWidth("abc", 0), "");
}

TEST(Table, AlignsByColumnsNotBytes) {
  Table table({{"mode"}, {"per s", Table::Align::kRight}}, /*indent=*/1);
  table.AddRow({"粘包", "1.2 k"});
  table.AddSeparator();
  table.AddRow({"length"});
  table.AddRow({"x", "123456"});
  EXPECT_EQ(table.ToString(),
            " mode     per s\n"
            " ------  ------\n"
            " 粘包     1.2 k\n"
            " ------  ------\n"
            " length\n"
            " x       123456\n");
}

TEST(Format, ThreeDigitsAndAUnit) {
  EXPECT_EQ(FormatCount(0), "0");
  EXPECT_EQ(FormatCount(950), "950");
  EXPECT_EQ(FormatCount(999.6), "1.00 k");
  EXPECT_EQ(FormatCount(12345), "12.3 k");
  EXPECT_EQ(FormatCount(4.56e6), "4.56 M");
  EXPECT_EQ(FormatRate(99'960), "100 k/s");
  EXPECT_EQ(FormatRate(0.5), "0.50 /s");
  EXPECT_EQ(FormatBytes(512), "512 B");
  EXPECT_EQ(FormatBytes(1536), "1.50 KiB");
  EXPECT_EQ(FormatBytes(64.0 * 1024 * 1024), "64.0 MiB");
  EXPECT_EQ(FormatExact(0), "0");
  EXPECT_EQ(FormatExact(999), "999");
  EXPECT_EQ(FormatExact(1234567), "1,234,567");
  EXPECT_EQ(FormatCounted(0, "byte"), "0 bytes");
  EXPECT_EQ(FormatCounted(1, "byte"), "1 byte");
  EXPECT_EQ(FormatCounted(1000, "byte"), "1,000 bytes");
  EXPECT_EQ(FormatPercent(0.123), "12.3 %");
  EXPECT_EQ(FormatPercent(0), "0 %");
}

TEST(Format, Durations) {
  EXPECT_EQ(FormatDuration(nanoseconds(850)), "850 ns");
  EXPECT_EQ(FormatDuration(nanoseconds(4500)), "4.50 us");
  EXPECT_EQ(FormatDuration(nanoseconds(12'340'000)), "12.3 ms");
  EXPECT_EQ(FormatDuration(seconds(59)), "59.0 s");
  EXPECT_EQ(FormatDuration(seconds(125)), "2m05s");
  EXPECT_EQ(FormatDuration(hours(3) + minutes(7)), "3h07m");
}

}  // namespace
}  // namespace sluice::report
