#include "bench/compare/cell_text.h"
#include "bench/compare/reports.h"
#include "bench/compare/tables.h"

namespace sluice::compare {
namespace {

std::string Row(const std::vector<std::string>& cells, size_t width) {
  std::string text = "|";
  for (size_t i = 0; i < width; ++i) text += " " + (i < cells.size() ? cells[i] : "") + " |";
  return text + "\n";
}

std::string Head(const std::vector<std::string>& titles) {
  std::string rule = "|---|";
  for (size_t i = 1; i < titles.size(); ++i) rule += "---:|";
  return Row(titles, titles.size()) + rule + "\n";
}

std::string Table(const ReportTable& table) {
  if (table.rows.empty()) return "";
  std::string text = table.heading.empty() ? "" : "\n## " + table.heading + "\n\n";
  if (!table.about.empty()) text += table.about + "\n\n";
  text += Head(table.titles);
  for (const ReportTable::Row& row : table.rows) {
    std::vector<std::string> cells = row.cells;
    for (std::string& cell : cells) {
      if (row.ours) cell = "**" + cell + "**";
    }
    text += Row(cells, table.titles.size());
  }
  return text;
}

}  // namespace

std::string MarkdownReport(const Results& results) {
  std::string text = "# Side by side\n\n" + LegendText() + "\n\n" + SettingsText(results) + ".\n\n";
  text += Table(SummaryTable(results, 0, results.columns.size()));
  text += Table(BesideTable(results));
  text += Table(GoalsTable(results));
  text += Table(GrowthTable(results));
  for (const ReportTable& table : OtherTables(results)) text += Table(table);
  for (const ReportTable& table : DetailTables(results)) text += Table(table);
  for (const std::string& failure : results.Failures()) text += "\nFailed: " + failure + "\n";
  for (const std::string& skipped : results.skipped) text += "\nSkipped: " + skipped + "\n";
  return text;
}

}  // namespace sluice::compare
