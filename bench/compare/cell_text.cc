#include "bench/compare/cell_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "tools/report/format.h"

namespace sluice::compare {
namespace {

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

std::string Decimals(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.*f", decimals, value);
  return text;
}

std::string SpreadText(const Spread& spread, int decimals) {
  if (spread.count == 0) return kNoFigure;
  return Decimals(spread.median, decimals) + " ±" + Decimals(spread.half_width(), decimals);
}

std::string CellText(const Column& column, size_t row) {
  const Cell& cell = column.cells[row];
  if (!cell.failure.empty()) return "fails";
  if (cell.memory) {
    const std::string left = BytesText(cell.memory->left);
    const bool burst = column.workload.kind == WorkKind::kBurst;
    return burst ? left + " of " + BytesText(cell.memory->peak) : left;
  }
  if (cell.loops) return SpreadText(cell.loops->efficiency, 2);
  if (row == 0 && cell.ratio.count > 0)
    return "1.00 (" + MicrosecondsText(cell.cpu_us.median) + ")";
  return SpreadText(cell.ratio, 2);
}

std::string LegendText() {
  return "Server CPU time a message, relative to a hand-written edge-triggered epoll loop measured "
         "in the same cycle: the median over the cycles, with half the distance between the "
         "quartiles. Lower is better. The A/A row is the floor's program once more: what it is off "
         "1.00 is the error of the method. Memory is in bytes; of loops the table has the rate of "
         "two "
         "over twice the rate of one.";
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
