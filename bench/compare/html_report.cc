#include <algorithm>

#include "bench/compare/bar_chart.h"
#include "bench/compare/cell_text.h"
#include "bench/compare/reports.h"

namespace sluice::compare {
namespace {

constexpr const char* kStyle = R"(
body { font: 15px/1.45 system-ui, sans-serif; color: #1b1f24; background: #fff;
       margin: 32px auto; max-width: 1040px; padding: 0 16px; }
h1 { font-size: 24px; } h2 { font-size: 18px; margin: 32px 0 4px; } p { max-width: 80ch; }
.small { color: #57606a; font-size: 13px; max-width: none; }
.charts { display: flex; flex-wrap: wrap; gap: 24px 56px; margin: 24px 0; }
svg text { font: 12px system-ui, sans-serif; fill: #1b1f24; }
svg .title { font-size: 14px; font-weight: 600; } svg .label { text-anchor: end; }
svg .value { fill: #3d444d; }
svg .whisker { stroke: #1b1f24; stroke-width: 1.5; }
svg .reference { stroke: #cf222e; stroke-width: 1; stroke-dasharray: 3 3; }
svg .break { stroke: #fff; stroke-width: 3; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 10px; text-align: right; border-bottom: 1px solid #d8dee4;
         white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
tr.ours td { font-weight: 600; }
)";

const char* ColourOf(ContenderKind kind) {
  switch (kind) {
    case ContenderKind::kFloor:
      return "#6e7781";
    case ContenderKind::kControl:
      return "#afb8c1";
    case ContenderKind::kOurs:
      return "#0969da";
    case ContenderKind::kPeer:
      break;
  }
  return "#a5c8f0";
}

// Wide enough for most; what lies far beyond is cut, or all others would look alike.
double AxisMax(const std::vector<Bar>& bars, double at_least) {
  std::vector<double> values;
  for (const Bar& bar : bars) {
    if (bar.value) values.push_back(*bar.value);
  }
  if (values.empty()) return at_least;
  const double most = *std::max_element(values.begin(), values.end());
  return std::max(at_least, std::min(most, 2 * Quantile(values, 0.75)));
}

BarChart ChartOf(const Results& results, const Column& column) {
  const bool idle = column.workload.kind == WorkKind::kIdle;
  BarChart chart;
  chart.title = idle ? "Bytes of user memory an idle connection" : column.workload.title;
  chart.about = column.workload.about;
  for (size_t row = 0; row < results.rows.size(); ++row) {
    const Cell& cell = column.cells[row];
    Bar bar{.label = results.rows[row].title,
            .value_text = CellText(column, row),
            .value = std::nullopt,
            .colour = ColourOf(results.rows[row].kind)};
    if (cell.failure.empty() && idle) {
      bar.value = std::max(0.0, cell.idle_bytes);
    } else if (cell.failure.empty() && cell.ratio.count > 0) {
      bar.value = cell.ratio.median;
      bar.low = cell.ratio.low;
      bar.high = cell.ratio.high;
    }
    chart.bars.push_back(bar);
  }
  if (!idle) chart.reference = 1.0;
  chart.axis_max = AxisMax(chart.bars, 1.05);
  return chart;
}

std::string TableRow(const char* tag, const std::vector<std::string>& cells, size_t width,
                     const std::string& attributes) {
  std::string text = "<tr" + attributes + ">";
  for (size_t i = 0; i < width; ++i) {
    text += std::string("<") + tag + ">" + (i < cells.size() ? EscapeForHtml(cells[i]) : "") +
            "</" + tag + ">";
  }
  return text + "</tr>\n";
}

std::string AttributesOf(const Contender& contender) {
  return contender.kind == ContenderKind::kOurs ? " class=\"ours\"" : "";
}

std::string SummaryTable(const Results& results) {
  std::vector<std::string> titles = {"CPU a message"};
  for (const Column& column : results.columns) titles.push_back(column.workload.title);
  std::string text = "<div class=\"wide\"><table>\n" + TableRow("th", titles, titles.size(), "");
  for (size_t row = 0; row < results.rows.size(); ++row) {
    std::vector<std::string> cells = {results.rows[row].title};
    for (const Column& column : results.columns) cells.push_back(CellText(column, row));
    text += TableRow("td", cells, titles.size(), AttributesOf(results.rows[row]));
  }
  return text + "</table></div>\n";
}

std::string DetailTable(const Results& results, const Column& column) {
  const std::vector<std::string> titles = DetailTitles();
  std::string text = "<h2>" + EscapeForHtml(column.workload.title) + "</h2>\n<p class=\"small\">" +
                     EscapeForHtml(column.workload.about) + "</p>\n<table>\n" +
                     TableRow("th", titles, titles.size(), "");
  for (size_t row = 0; row < results.rows.size(); ++row) {
    text += TableRow("td", DetailCells(column, results.rows[row], row), titles.size(),
                     AttributesOf(results.rows[row]));
  }
  return text + "</table>\n";
}

}  // namespace

std::string HtmlReport(const Results& results) {
  std::string text =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<title>Sluice side by side</title><style>" +
      std::string(kStyle) + "</style></head><body>\n<h1>Sluice side by side</h1>\n<p>" +
      EscapeForHtml(LegendText()) + "</p>\n<p class=\"small\">" +
      EscapeForHtml(SettingsText(results)) + "</p>\n<div class=\"charts\">\n";
  for (const Column& column : results.columns) text += ChartAsSvg(ChartOf(results, column));
  text += "</div>\n" + SummaryTable(results);
  for (const Column& column : results.columns) {
    if (column.workload.kind != WorkKind::kIdle) text += DetailTable(results, column);
  }
  for (const std::string& failure : results.Failures()) {
    text += "<p>Failed: " + EscapeForHtml(failure) + "</p>\n";
  }
  for (const std::string& skipped : results.skipped) {
    text += "<p>Skipped: " + EscapeForHtml(skipped) + "</p>\n";
  }
  return text + "</body></html>\n";
}

}  // namespace sluice::compare
