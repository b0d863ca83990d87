#include "bench/compare/cell_text.h"
#include "bench/compare/reports.h"

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

std::string Summary(const Results& results) {
  std::vector<std::string> titles = {"CPU a message"};
  for (const Column& column : results.columns) titles.push_back(column.workload.title);
  std::string text = Head(titles);
  for (size_t row = 0; row < results.rows.size(); ++row) {
    const Contender& contender = results.rows[row];
    const std::string mark = contender.kind == ContenderKind::kOurs ? "**" : "";
    std::vector<std::string> cells = {mark + contender.title + mark};
    for (const Column& column : results.columns) {
      cells.push_back(mark + CellText(column, row) + mark);
    }
    text += Row(cells, titles.size());
  }
  return text;
}

std::string Details(const Results& results, const Column& column) {
  const std::vector<std::string> titles = DetailTitles();
  std::string text =
      "\n## " + column.workload.title + "\n\n" + column.workload.about + ".\n\n" + Head(titles);
  for (size_t row = 0; row < results.rows.size(); ++row) {
    text += Row(DetailCells(column, results.rows[row], row), titles.size());
  }
  return text;
}

}  // namespace

std::string MarkdownReport(const Results& results) {
  std::string text = "# Side by side\n\n" + LegendText() + "\n\n" + SettingsText(results) + ".\n\n";
  text += Summary(results);
  for (const Column& column : results.columns) {
    if (column.workload.kind != WorkKind::kIdle) text += Details(results, column);
  }
  for (const std::string& failure : results.Failures()) text += "\nFailed: " + failure + "\n";
  for (const std::string& skipped : results.skipped) text += "\nSkipped: " + skipped + "\n";
  return text;
}

}  // namespace sluice::compare
