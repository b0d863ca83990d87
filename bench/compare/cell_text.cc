#include "bench/compare/cell_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "tools/report/format.h"

namespace sluice::compare {
namespace {

constexpr const char* kNone = "-";

std::string Decimals(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.*f", decimals, value);
  return text;
}

// Each once, in the order of the rows.
std::string LibrariesText(const Results& results) {
  std::vector<std::string> libraries;
  for (const Contender& row : results.rows) {
    const bool known =
        std::find(libraries.begin(), libraries.end(), row.library) != libraries.end();
    if (!row.library.empty() && !known) libraries.push_back(row.library);
  }
  std::string text;
  for (const std::string& library : libraries) text += ", " + library;
  return text;
}

}  // namespace

std::string MicrosecondsText(double microseconds) {
  return report::FormatDuration(Duration(static_cast<int64_t>(std::lround(microseconds * 1000))));
}

std::string BytesText(double bytes) {
  const auto size = static_cast<uint64_t>(std::llround(std::fabs(bytes)));
  return (bytes < 0 && size > 0 ? "-" : "") + report::FormatExact(size);
}

std::string CellText(const Column& column, size_t row) {
  const Cell& cell = column.cells[row];
  if (!cell.failure.empty()) return "fails";
  if (column.workload.kind == WorkKind::kIdle) return BytesText(cell.idle_bytes);
  if (cell.ratio.count == 0) return kNone;
  if (row == 0) return "1.00 (" + MicrosecondsText(cell.cpu_us.median) + ")";
  return Decimals(cell.ratio.median, 2) + " ±" + Decimals(cell.ratio.half_width(), 2);
}

std::vector<std::string> DetailTitles() {
  return {"server",   "CPU/message", "relative", "quartiles", "messages/s",
          "fairness", "p50",         "p99",      "lost"};
}

std::vector<std::string> DetailCells(const Column& column, const Contender& contender, size_t row) {
  const Cell& cell = column.cells[row];
  if (!cell.failure.empty()) return {contender.title, "fails"};
  if (cell.ratio.count == 0) return {contender.title, kNone};
  return {contender.title,
          MicrosecondsText(cell.cpu_us.median),
          Decimals(cell.ratio.median, 3),
          Decimals(cell.ratio.low, 3) + " to " + Decimals(cell.ratio.high, 3),
          report::FormatRate(cell.rate.median),
          cell.fairness ? Decimals(*cell.fairness, 2) : kNone,
          MicrosecondsText(cell.p50_us),
          MicrosecondsText(cell.p99_us),
          report::FormatExact(cell.lost)};
}

std::string LegendText() {
  return "Server CPU time a message, relative to a hand-written edge-triggered epoll loop measured "
         "in the same cycle: the median over the cycles, with half the distance between the "
         "quartiles. Lower is better. The A/A row is the floor's program once more: what it is off "
         "1.00 is the error of the method.";
}

std::string SettingsText(const Results& results) {
  const Machine& machine = results.machine;
  const Settings& settings = results.settings;
  return machine.cpu + ", " + std::to_string(machine.cores.size()) +
         (machine.cores.size() == 1 ? " core" : " cores") + ", Linux " + machine.kernel +
         LibrariesText(results) + ", " + machine.time + "; " + std::to_string(settings.cycles) +
         " cycles, slices of " + report::FormatDuration(settings.slice) +
         " or more, servers on core " + std::to_string(settings.server_core) +
         ", clients on core " + std::to_string(settings.client_core) +
         "; load before: " + Decimals(machine.load_before, 1) +
         ", stolen CPU time: " + report::FormatPercent(machine.stolen_fraction);
}

}  // namespace sluice::compare
