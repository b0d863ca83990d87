#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "bench/compare/bar_chart.h"
#include "bench/compare/cell_text.h"
#include "bench/compare/line_chart.h"
#include "bench/compare/reports.h"
#include "bench/compare/tables.h"

namespace sluice::compare {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Cell MeasuredCell(double ratio, double half_width) {
  Cell cell;
  cell.ratio = {ratio, ratio - half_width, ratio + half_width, 5};
  cell.cpu_us = {3.4 * ratio, 3.3, 3.6, 5};
  cell.rate = {150'000, 140'000, 160'000, 5};
  cell.fairness = 0.97;
  cell.p50_us = 310;
  cell.p99_us = 420;
  cell.messages = 75'000;
  return cell;
}

// A floor, a server that is measured and one that failed, at two kinds of work and idle memory.
Results SomeResults() {
  Results results;
  results.machine = {.cpu = "A <CPU>", .kernel = "6.1", .time = "now", .cores = {0, 1}};
  results.rows = {{"epoll", "raw epoll", ContenderKind::kFloor, {"a"}},
                  {"ours", "Sluice", ContenderKind::kOurs, {"b", "--flag"}},
                  {"broken", "broken", ContenderKind::kPeer, {"c"}}};
  Cell failed;
  failed.failure = "the server closed a connection";
  for (const char* id : {"conns64", "large"}) {
    results.columns.push_back({Workload{.id = id, .title = id, .about = "about it"},
                               {MeasuredCell(1, 0), MeasuredCell(0.914, 0.02), failed}});
  }
  Cell idle;
  idle.memory = MemoryFigures{.peak = 1234.4, .left = 1234.4};
  results.columns.push_back(
      {Workload{.id = "idle", .title = "B/idle conn", .kind = WorkKind::kIdle},
       {Cell(), idle, failed}});
  results.skipped = {"libuv: not built"};
  return results;
}

TEST(CellTextTest, SaysWhatIsThere) {
  const Results results = SomeResults();
  EXPECT_EQ(CellText(results.columns[0], 0), "1.00 (3.40 us)");
  EXPECT_EQ(CellText(results.columns[0], 1), "0.91 ±0.02");
  EXPECT_EQ(CellText(results.columns[0], 2), "fails");
  EXPECT_EQ(CellText(results.columns[2], 0), "-");
  EXPECT_EQ(CellText(results.columns[2], 1), "1,234");
  EXPECT_EQ(CellText(Column{Workload{}, {Cell()}}, 0), "-");
}

TEST(CellTextTest, MemoryMayShrink) {
  EXPECT_EQ(BytesText(-3.2), "-3");
  EXPECT_EQ(BytesText(-0.2), "0");
}

TEST(TextReportTest, HasTheTableTheFailuresAndWhatWasSkipped) {
  const std::string text = TextReport(SomeResults(), /*details=*/false);
  EXPECT_THAT(text, HasSubstr("0.91 ±0.02"));
  EXPECT_THAT(text, HasSubstr("failed: large, broken: the server closed a connection"));
  EXPECT_THAT(text, HasSubstr("skipped: libuv: not built"));
  EXPECT_THAT(text, Not(HasSubstr("150 k/s")));
  EXPECT_THAT(TextReport(SomeResults(), /*details=*/true), HasSubstr("150 k/s"));
}

TEST(TextReportTest, NamesEachLibraryOnce) {
  Results results = SomeResults();
  results.rows[1].library = results.rows[2].library = "libx 1.2";
  EXPECT_THAT(SettingsText(results), HasSubstr("Linux 6.1, libx 1.2, now"));
}

TEST(MarkdownReportTest, EveryRowOfATableHasAsManyCells) {
  std::istringstream lines(MarkdownReport(SomeResults()));
  std::string line;
  size_t bars = 0;
  size_t rows = 0;
  while (std::getline(lines, line)) {
    if (line.empty() || line[0] != '|') {
      bars = 0;
      continue;
    }
    const auto found = static_cast<size_t>(std::count(line.begin(), line.end(), '|'));
    if (bars == 0) bars = found;
    EXPECT_EQ(found, bars) << line;
    ++rows;
  }
  EXPECT_EQ(rows, 4u * (2 + 3));  // the summary, what is beside it, and two with details
}

TEST(JsonReportTest, HasEveryFigure) {
  const nlohmann::json json = nlohmann::json::parse(JsonReport(SomeResults()));
  EXPECT_EQ(json["floor"], "epoll");
  ASSERT_EQ(json["columns"].size(), 3u);
  const nlohmann::json& cell = json["columns"][0]["servers"][1];
  EXPECT_EQ(cell["server"], "ours");
  EXPECT_DOUBLE_EQ(cell["relative_cpu"]["median"], 0.914);
  EXPECT_DOUBLE_EQ(cell["messages_a_second"]["median"], 150'000);
  EXPECT_DOUBLE_EQ(cell["fairness"], 0.97);
  EXPECT_DOUBLE_EQ(cell["p99_us"], 420);
  EXPECT_EQ(json["columns"][1]["servers"][2]["failure"], "the server closed a connection");
  EXPECT_DOUBLE_EQ(json["columns"][2]["servers"][1]["bytes_an_idle_connection"], 1234.4);
  EXPECT_EQ(json["failures"].size(), 3u);
  EXPECT_EQ(json["skipped"][0], "libuv: not built");
}

TEST(HtmlReportTest, HasAChartOfEachWorkAndEscapesWhatItShows) {
  const std::string html = HtmlReport(SomeResults());
  size_t charts = 0;
  for (size_t at = html.find("<svg"); at != std::string::npos; at = html.find("<svg", at + 1)) {
    ++charts;
  }
  EXPECT_EQ(charts, 3u);
  EXPECT_THAT(html, HasSubstr("A &lt;CPU&gt;"));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
}

Column ColumnOf(const Workload& workload, std::vector<Cell> cells) {
  return {workload, std::move(cells)};
}

TEST(TablesTest, BurstSaysWhatIsLeftOfItsHeight) {
  Results results = SomeResults();
  Cell burst;
  burst.memory = MemoryFigures{.peak = 80'000, .left = 20'000};
  const Workload workload{.id = "burst", .title = "burst", .kind = WorkKind::kBurst};
  results.columns = {ColumnOf(workload, {Cell(), burst, results.columns[0].cells[2]})};
  EXPECT_EQ(CellText(results.columns[0], 1), "20,000 of 80,000");
  const std::vector<ReportTable> tables = OtherTables(results);
  ASSERT_EQ(tables.size(), 1u);
  EXPECT_THAT(tables[0].rows[1].cells, ElementsAre("Sluice", "80,000", "20,000", "75.0 %"));
  EXPECT_THAT(tables[0].rows[2].cells, ElementsAre("broken", "fails"));
  const nlohmann::json json = nlohmann::json::parse(JsonReport(results));
  EXPECT_DOUBLE_EQ(json["columns"][0]["servers"][1]["bytes_a_connection_left"], 20'000);
}

TEST(TablesTest, LoopsAreListedWhereAServerHasThem) {
  Results results = SomeResults();
  results.rows[1].loops = true;
  results.settings.cores = {0, 1};
  Cell loops;
  loops.loops = LoopsFigures{.one = {.cpu_us = {3, 3, 3, 5}, .rate = {100'000, 0, 0, 5}},
                             .several = {.cpu_us = {4, 4, 4, 5}, .rate = {150'000, 0, 0, 5}},
                             .efficiency = {0.75, 0.73, 0.77, 5}};
  const Workload workload{.id = "loops2", .title = "2 loops", .kind = WorkKind::kLoops, .loops = 2};
  results.columns = {ColumnOf(workload, {Cell(), loops, Cell()})};
  const std::vector<ReportTable> tables = OtherTables(results);
  ASSERT_EQ(tables.size(), 1u);
  ASSERT_EQ(tables[0].rows.size(), 1u);
  EXPECT_THAT(tables[0].rows[0].cells,
              ElementsAre("Sluice", "100 k/s", "3.00 us", "150 k/s", "4.00 us", "0.75 ±0.02"));
  EXPECT_THAT(tables[0].about, HasSubstr("core 1"));
}

TEST(TablesTest, GrowthIsFromFewestToMostAndRelativeToTheFloor) {
  Results results = SomeResults();
  const auto cell = [](double us) {
    Cell made = MeasuredCell(1, 0);
    made.cpu_us = {us, us, us, 2};
    made.cpu_us_by_cycle = {us, us};
    return made;
  };
  const Cell failed = results.columns[0].cells[2];
  const Workload few{.id = "few", .title = "few", .connections = 10, .growth = true};
  const Workload many{.id = "many", .title = "many", .connections = 10'000, .growth = true};
  results.columns = {ColumnOf(few, {cell(4), cell(5), failed})};
  EXPECT_TRUE(GrowthTable(results).rows.empty());
  results.columns.push_back(ColumnOf(many, {cell(6), cell(6), failed}));
  const ReportTable table = GrowthTable(results);
  EXPECT_THAT(table.titles, ElementsAre("server", "10", "10,000", "growth", "relative"));
  EXPECT_THAT(table.rows[1].cells,
              ElementsAre("Sluice", "5.00 us", "6.00 us", "1.20", "0.80 ±0.00"));
  EXPECT_THAT(table.rows[2].cells, ElementsAre("broken", "fails", "fails"));
  const std::string html = HtmlReport(results);
  EXPECT_THAT(html, HasSubstr("as connections grow"));
}

TEST(TablesTest, BesideCpuTimeStandRateLatencyAndFairness) {
  const ReportTable table = BesideTable(SomeResults());
  EXPECT_THAT(table.rows[1].cells, ElementsAre("Sluice", "150 k/s, 310 us / 420 us, 0.97",
                                               "150 k/s, 310 us / 420 us, 0.97"));
}

TEST(LineChartTest, LinesPassThroughTheirValuesAndNamesDoNotOverlap) {
  LineChart chart{
      .title = "t", .about = "a", .x_title = "x", .unit = "us", .at = {10, 100, 1000}, .lines = {}};
  for (const double value : {4.0, 4.01, 4.02}) {
    chart.lines.push_back({.label = "line", .colour = "#000", .values = {value, value, value}});
  }
  chart.lines.push_back({.label = "nothing", .colour = "#000", .values = {{}, {}, {}}});
  const std::string svg = ChartAsSvg(chart);
  EXPECT_THAT(svg, Not(HasSubstr("nothing")));
  std::vector<double> x, names;
  for (size_t at = svg.find("<circle"); at != std::string::npos; at = svg.find("<circle", at + 1)) {
    x.push_back(std::stod(svg.substr(svg.find("cx=\"", at) + 4)));
  }
  ASSERT_EQ(x.size(), 9u);
  EXPECT_NEAR(x[2] - x[1], x[1] - x[0], 0.2);  // a decade is as wide as another
  for (size_t at = svg.find(">line<"); at != std::string::npos; at = svg.find(">line<", at + 1)) {
    names.push_back(std::stod(svg.substr(svg.rfind(" y=\"", at) + 4)));
  }
  ASSERT_EQ(names.size(), 3u);
  EXPECT_GE(names[1] - names[0], 12);
  EXPECT_GE(names[2] - names[1], 12);
}

TEST(BarChartTest, BarsAreAsLongAsTheirValues) {
  BarChart chart;
  chart.axis_max = 2;
  for (const double value : {1.0, 2.0, 9.0}) {
    Bar bar;
    bar.label = "x";
    bar.value = value;
    bar.colour = "#000";
    chart.bars.push_back(bar);
  }
  chart.bars.push_back(Bar{.label = "none", .value_text = "fails"});
  const std::string svg = ChartAsSvg(chart);
  std::vector<double> widths;
  for (size_t at = svg.find("<rect"); at != std::string::npos; at = svg.find("<rect", at + 1)) {
    widths.push_back(std::stod(svg.substr(svg.find("width=\"", at) + 7)));
  }
  ASSERT_EQ(widths.size(), 3u);
  EXPECT_NEAR(widths[1], 2 * widths[0], 0.1);
  EXPECT_NEAR(widths[2], widths[1], 0.1);  // cut at the end of the axis, and marked
  EXPECT_THAT(svg, HasSubstr("class=\"break\""));
  EXPECT_THAT(svg, HasSubstr("fails"));
}

}  // namespace
}  // namespace sluice::compare
