#include "apps/backlog/text.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "tools/netlab/counters.h"
#include "tools/report/format.h"
#include "tools/report/table.h"

namespace sluice::backlog {
namespace {

constexpr size_t kCounterIndent = 4;

}  // namespace

std::string WrapText(std::string_view text, size_t indent) {
  std::string lines;
  std::string line(indent, ' ');
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    const bool begun = line.size() > indent;
    if (begun && report::DisplayWidth(line) + 1 + report::DisplayWidth(word) > kTextColumns) {
      lines += line + "\n";
      line.assign(indent, ' ');
    } else if (begun) {
      line += ' ';
    }
    line += word;
  }
  return line.size() > indent ? lines + line + "\n" : lines;
}

std::string MillisecondsText(double microseconds) {
  const double milliseconds = microseconds / 1e3;
  char text[32];
  std::snprintf(text, sizeof(text),
                milliseconds < 1     ? "%.2f"
                : milliseconds < 100 ? "%.1f"
                                     : "%.0f",
                milliseconds);
  return text;
}

std::string PercentilesText(const Percentiles& percentiles) {
  if (percentiles.max_us <= 0) return "-";
  return MillisecondsText(percentiles.p50_us) + "/" + MillisecondsText(percentiles.p99_us) + "/" +
         MillisecondsText(percentiles.max_us);
}

std::string RangeText(int64_t low, int64_t high) {
  return low == high ? std::to_string(low) : std::to_string(low) + ".." + std::to_string(high);
}

std::string JoinNumbers(const std::vector<int>& numbers) {
  std::string text;
  for (const int number : numbers) text += (text.empty() ? "" : ", ") + std::to_string(number);
  return text;
}

std::string CounterLines(const MovedCounters& counters) {
  report::Table table({{""}, {"", report::Table::Align::kRight}, {""}}, kCounterIndent);
  bool any = false;
  for (const netlab::CounterNote& note : netlab::WatchedCounters()) {
    const auto moved = counters.find(std::string(note.name));
    if (moved == counters.end() || !IsQueueCounter(note.name)) continue;
    any = true;
    table.AddRow({ShortCounterName(note.name),
                  "+" + report::FormatExact(static_cast<uint64_t>(moved->second)),
                  std::string(note.meaning)});
  }
  if (!any) return "";
  // Without the two lines of titles, which are empty.
  const std::string text = table.ToString();
  return text.substr(text.find('\n', text.find('\n') + 1) + 1);
}

}  // namespace sluice::backlog
