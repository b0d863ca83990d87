#include <algorithm>
#include <utility>

#include "bench/compare/cell_text.h"
#include "bench/compare/reports.h"
#include "bench/compare/tables.h"
#include "tools/report/table.h"

namespace sluice::compare {
namespace {

using report::Table;

constexpr size_t kColumnsAcross = 6;  // what fits an ordinary terminal

std::string Wrap(const std::string& text) {
  constexpr size_t kWidth = 100;
  std::string wrapped;
  size_t begin = 0;
  while (text.size() - begin > kWidth) {
    const size_t space = text.rfind(' ', begin + kWidth);
    wrapped += text.substr(begin, space - begin) + "\n";
    begin = space + 1;
  }
  return wrapped + text.substr(begin) + "\n";
}

std::string Draw(const ReportTable& table) {
  if (table.rows.empty()) return "";
  std::vector<Table::Column> titles;
  for (const std::string& title : table.titles) {
    titles.push_back({title, titles.empty() ? Table::Align::kLeft : Table::Align::kRight});
  }
  Table drawn(std::move(titles));
  for (const ReportTable::Row& row : table.rows) drawn.AddRow(row.cells);
  std::string text;
  if (!table.heading.empty()) text = Wrap(table.heading + ": " + table.about) + "\n";
  return text + drawn.ToString() + "\n";
}

}  // namespace

std::string TextReport(const Results& results, bool details) {
  std::string text;
  for (size_t first = 0; first < results.columns.size(); first += kColumnsAcross) {
    const size_t end = std::min(first + kColumnsAcross, results.columns.size());
    text += Draw(SummaryTable(results, first, end));
  }
  for (const ReportTable& table : DetailTables(results)) {
    if (details) text += Draw(table);
  }
  text += Draw(GrowthTable(results));
  for (const ReportTable& table : OtherTables(results)) text += Draw(table);
  text += Draw(GoalsTable(results));
  text += Wrap(LegendText()) + "\n" + Wrap(SettingsText(results));
  for (const std::string& failure : results.Failures()) text += "failed: " + failure + "\n";
  for (const std::string& skipped : results.skipped) text += "skipped: " + skipped + "\n";
  return text;
}

}  // namespace sluice::compare
