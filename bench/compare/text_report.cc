#include <algorithm>
#include <utility>

#include "bench/compare/cell_text.h"
#include "bench/compare/reports.h"
#include "tools/report/table.h"

namespace sluice::compare {
namespace {

using report::Table;

constexpr size_t kColumnsAcross = 6;  // what fits an ordinary terminal

std::string SummaryTable(const Results& results, size_t first, size_t end) {
  std::vector<Table::Column> titles = {{"CPU a message"}};
  for (size_t i = first; i < end; ++i) {
    titles.push_back({results.columns[i].workload.title, Table::Align::kRight});
  }
  Table table(std::move(titles));
  for (size_t row = 0; row < results.rows.size(); ++row) {
    std::vector<std::string> cells = {results.rows[row].title};
    for (size_t i = first; i < end; ++i) cells.push_back(CellText(results.columns[i], row));
    table.AddRow(std::move(cells));
  }
  return table.ToString();
}

std::string DetailTable(const Results& results, const Column& column) {
  std::vector<Table::Column> titles;
  for (const std::string& title : DetailTitles()) {
    titles.push_back({title, titles.empty() ? Table::Align::kLeft : Table::Align::kRight});
  }
  Table table(std::move(titles));
  for (size_t row = 0; row < results.rows.size(); ++row) {
    table.AddRow(DetailCells(column, results.rows[row], row));
  }
  return column.workload.title + ": " + column.workload.about + "\n\n" + table.ToString() + "\n";
}

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

}  // namespace

std::string TextReport(const Results& results, bool details) {
  std::string text;
  for (size_t first = 0; first < results.columns.size(); first += kColumnsAcross) {
    const size_t end = std::min(first + kColumnsAcross, results.columns.size());
    text += SummaryTable(results, first, end) + "\n";
  }
  for (const Column& column : results.columns) {
    if (details && column.workload.kind != WorkKind::kIdle) text += DetailTable(results, column);
  }
  text += Wrap(LegendText()) + "\n" + Wrap(SettingsText(results));
  for (const std::string& failure : results.Failures()) text += "failed: " + failure + "\n";
  for (const std::string& skipped : results.skipped) text += "skipped: " + skipped + "\n";
  return text;
}

}  // namespace sluice::compare
