#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "bench/compare/bar_chart.h"
#include "bench/compare/cell_text.h"
#include "bench/compare/line_chart.h"
#include "bench/compare/reports.h"
#include "bench/compare/svg.h"
#include "bench/compare/tables.h"
#include "protocols/http1_listing.h"

namespace sluice::compare {
namespace {

constexpr const char* kStyle = R"(
body { font: 15px/1.45 system-ui, sans-serif; color: #1b1f24; background: #fff;
       margin: 32px auto; max-width: 1040px; padding: 0 16px; }
h1 { font-size: 24px; } h2 { font-size: 18px; margin: 32px 0 4px; } p { max-width: 80ch; }
.small { color: #57606a; font-size: 13px; max-width: none; }
.charts { display: flex; flex-wrap: wrap; gap: 24px 56px; align-items: flex-start; margin: 24px 0; }
svg { max-width: 100%; height: auto; }
svg text { font: 12px system-ui, sans-serif; fill: #1b1f24; }
svg .title { font-size: 14px; font-weight: 600; } svg .label { text-anchor: end; }
svg .value { fill: #3d444d; }
svg .whisker { stroke: #1b1f24; stroke-width: 1.5; }
svg .reference { stroke: #cf222e; stroke-width: 1; stroke-dasharray: 3 3; }
svg .grid { stroke: #d8dee4; stroke-width: 1; } svg .axis { stroke: #1b1f24; stroke-width: 1; }
svg .middle { text-anchor: middle; } svg .strong { font-weight: 600; }
svg .lead { stroke: #afb8c1; stroke-width: 1; }
svg .break { stroke: #fff; stroke-width: 3; }
.wide { overflow-x: auto; }
table { margin-bottom: 20px; border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 10px; text-align: right; border-bottom: 1px solid #d8dee4;
         white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
tr.ours td { font-weight: 600; }
)";

constexpr size_t kColumnsAcross = 5;  // fits the page

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

// What a bar is as long as; nothing where there is no figure.
std::optional<Spread> LengthOf(const Cell& cell) {
  if (!cell.failure.empty()) return std::nullopt;
  if (cell.memory) {
    const double bytes = std::max(0.0, cell.memory->left);
    return Spread{.median = bytes, .low = bytes, .high = bytes, .count = 1};
  }
  if (cell.loops) return cell.loops->efficiency;
  return cell.ratio.count > 0 ? std::optional(cell.ratio) : std::nullopt;
}

std::string TitleOf(const Workload& workload) {
  switch (workload.kind) {
    case WorkKind::kIdle:
      return "Bytes of user memory an idle connection";
    case WorkKind::kBurst:
      return "Bytes a connection left of a burst";
    case WorkKind::kLoops:
      return std::to_string(workload.loops) + " loops: efficiency (more is better)";
    default:
      return workload.title;
  }
}

BarChart ChartOf(const Results& results, const Column& column) {
  BarChart chart;
  chart.title = TitleOf(column.workload);
  chart.about = column.workload.about;
  for (size_t row = 0; row < results.rows.size(); ++row) {
    if (!Takes(results.rows[row], column.workload)) continue;
    Bar bar{.label = results.rows[row].title,
            .value_text = CellText(column, row),
            .value = std::nullopt,
            .colour = ColourOf(results.rows[row].kind)};
    if (const std::optional<Spread> length = LengthOf(column.cells[row])) {
      bar.value = length->median;
      bar.low = length->low;
      bar.high = length->high;
    }
    chart.bars.push_back(bar);
  }
  if (!column.workload.measures_memory()) chart.reference = 1.0;
  chart.axis_max = AxisMax(chart.bars, 1.05);
  return chart;
}

// Lines cross: those of a kind are told apart by its colours, in turn.
std::string LineColour(ContenderKind kind, size_t nth) {
  const auto pick = [nth](const std::vector<std::string>& colours) {
    return colours[nth % colours.size()];
  };
  switch (kind) {
    case ContenderKind::kFloor:
      return pick({"#24292f", "#8c959f"});
    case ContenderKind::kOurs:
      return pick({"#0969da", "#0a3069", "#54aeff", "#80ccff"});
    case ContenderKind::kPeer:
      return pick({"#bf8700", "#8250df", "#1a7f37", "#cf222e", "#bf3989", "#1b7c83"});
    case ContenderKind::kControl:
      break;
  }
  return ColourOf(kind);
}

// Empty where there are not two columns that differ in connections only.
std::string GrowthChart(const Results& results) {
  LineChart chart{.title = "CPU time a 64-byte message as connections grow",
                  .about = "one line a server, CPU time over connections",
                  .x_title = "connections",
                  .unit = "us",
                  .at = {},
                  .lines = {}};
  for (const Column& column : results.columns) {
    if (column.workload.growth) chart.at.push_back(column.workload.connections);
  }
  if (chart.at.size() < 2) return "";
  std::map<ContenderKind, size_t> drawn;
  for (size_t row = 0; row < results.rows.size(); ++row) {
    const Contender& contender = results.rows[row];
    const ContenderKind kind = contender.kind;
    ChartLine line{.label = contender.title,
                   .colour = LineColour(kind, drawn[kind]++),
                   .strong = kind == ContenderKind::kOurs || kind == ContenderKind::kFloor,
                   .dashed = kind == ContenderKind::kControl,
                   .values = {}};
    for (const Column& column : results.columns) {
      if (!column.workload.growth) continue;
      const Spread& cpu = column.cells[row].cpu_us;
      line.values.push_back(cpu.count > 0 ? std::optional(cpu.median) : std::nullopt);
    }
    chart.lines.push_back(std::move(line));
  }
  return ChartAsSvg(chart);
}

std::string TableRow(const char* tag, const std::vector<std::string>& cells, size_t width,
                     const std::string& attributes) {
  std::string text = "<tr" + attributes + ">";
  for (size_t i = 0; i < width; ++i) {
    text += std::string("<") + tag + ">" + (i < cells.size() ? EscapeHtml(cells[i]) : "") + "</" +
            tag + ">";
  }
  return text + "</tr>\n";
}

// `figure` stands between the text and the table.
std::string Section(const ReportTable& table, const std::string& figure = "") {
  if (table.rows.empty()) return "";
  std::string text;
  if (!table.heading.empty()) text += "<h2>" + EscapeHtml(table.heading) + "</h2>\n";
  if (!table.about.empty()) text += "<p>" + EscapeHtml(table.about) + "</p>\n";
  text += figure + "<div class=\"wide\"><table>\n" +
          TableRow("th", table.titles, table.titles.size(), "");
  for (const ReportTable::Row& row : table.rows) {
    text += TableRow("td", row.cells, table.titles.size(), row.ours ? " class=\"ours\"" : "");
  }
  return text + "</table></div>\n";
}

}  // namespace

std::string HtmlReport(const Results& results) {
  std::string text =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<title>Sluice side by side</title><style>" +
      std::string(kStyle) + "</style></head><body>\n<h1>Sluice side by side</h1>\n<p>" +
      EscapeHtml(LegendText()) + "</p>\n<p class=\"small\">" + EscapeHtml(SettingsText(results)) +
      "</p>\n<div class=\"charts\">\n";
  for (const Column& column : results.columns) text += ChartAsSvg(ChartOf(results, column));
  text += "</div>\n";
  for (size_t first = 0; first < results.columns.size(); first += kColumnsAcross) {
    const size_t end = std::min(first + kColumnsAcross, results.columns.size());
    text += Section(SummaryTable(results, first, end));
  }
  text += Section(GoalsTable(results));
  text += Section(GrowthTable(results), GrowthChart(results));
  text += Section(BesideTable(results));
  for (const ReportTable& table : OtherTables(results)) text += Section(table);
  for (const ReportTable& table : DetailTables(results)) text += Section(table);
  for (const std::string& failure : results.Failures()) {
    text += "<p>Failed: " + EscapeHtml(failure) + "</p>\n";
  }
  for (const std::string& skipped : results.skipped) {
    text += "<p>Skipped: " + EscapeHtml(skipped) + "</p>\n";
  }
  return text + "</body></html>\n";
}

}  // namespace sluice::compare
