#include "apps/sticky/report.h"

#include <array>
#include <cmath>
#include <cstdint>

#include "apps/sticky/drawing.h"
#include "apps/sticky/verdict.h"
#include "tools/report/format.h"
#include "tools/report/table.h"

namespace sluice::sticky {
namespace {

using report::Table;

constexpr size_t kVerdictColumn = 17;  // below the counts of the table above

// Exact while it is short: a single lost message must be seen.
std::string Count(uint64_t count) {
  return count < 100'000 ? report::FormatExact(count)
                         : report::FormatCount(static_cast<double>(count));
}

std::string Nanoseconds(uint64_t value) {
  return report::FormatDuration(Duration(static_cast<int64_t>(value)));
}

Table::Column Right(std::string title) {
  return {std::move(title), Table::Align::kRight};
}

std::string WhatArrived(const std::vector<Result>& results) {
  Table table({{"mode"},
               Right("sent"),
               Right("intact"),
               Right("glued"),
               Right("split"),
               Right("corrupted"),
               Right("lost"),
               Right("truncated")});
  for (const Result& result : results) {
    const Tally& tally = result.tally;
    table.AddRow({std::string(ModeName(result.mode)), Count(result.sent), Count(tally.intact),
                  Count(tally.glued), Count(tally.split), Count(tally.corrupted),
                  Count(result.lost()), Count(tally.truncated)});
  }
  return table.ToString();
}

std::string HowFast(const std::vector<Result>& results) {
  Table table({{"mode"},
               Right("messages/s"),
               Right("latency p50"),
               Right("p99"),
               Right("sends"),
               Right("receives")});
  for (const Result& result : results) {
    const Tally& tally = result.tally;
    table.AddRow(
        {std::string(ModeName(result.mode)), report::FormatCount(tally.messages_per_second()),
         Nanoseconds(tally.latency_ns.Percentile(50)), Nanoseconds(tally.latency_ns.Percentile(99)),
         Count(result.sends), Count(tally.receives)});
  }
  return table.ToString();
}

// The histogram in few columns: each from its number up to the next one's.
constexpr std::array<uint64_t, 6> kColumns = {1, 2, 4, 8, 16, 64};
constexpr std::array<std::string_view, 6> kTitles = {"1", "2-3", "4-7", "8-15", "16-63", "64+"};

std::string Percent(uint64_t part, uint64_t whole) {
  if (part == 0) return "-";
  const double percent = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  return percent < 1 ? "<1 %" : std::to_string(std::lround(percent)) + " %";
}

std::string MessagesAReceive(const std::vector<Result>& results) {
  std::vector<Table::Column> columns = {{"messages a receive"}};
  for (const std::string_view title : kTitles) columns.push_back(Right(std::string(title)));
  columns.push_back(Right("most"));
  Table table(std::move(columns));
  for (const Result& result : results) {
    std::array<uint64_t, kColumns.size()> counts{};
    const report::Histogram& histogram = result.tally.messages_a_receive;
    histogram.ForEachRange([&counts](uint64_t low, uint64_t, uint64_t count) {
      size_t column = kColumns.size() - 1;
      while (column > 0 && low < kColumns[column]) --column;
      counts[column] += count;
    });
    std::vector<std::string> row = {std::string(ModeName(result.mode))};
    for (const uint64_t count : counts) row.push_back(Percent(count, histogram.count()));
    row.push_back(Count(histogram.max()));
    table.AddRow(std::move(row));
  }
  return table.ToString();
}

std::string Drawings(const std::vector<Result>& results, const Settings& settings, bool color) {
  std::string text =
      "\n" + Wrap("",
                  "The first receives, then those from the first fault on. A box [ ] is what the "
                  "program takes for one message, | a boundary in it that it does not see, ~ a "
                  "message cut; \"kept\" is the front of one that the codec leaves for later.");
  for (const Result& result : results) {
    text += "\n" + std::string(ModeName(result.mode)) + "\n";
    text += DrawReceives(result.sketch.receives(),
                         {.message_bytes_max = settings.message_bytes_max, .color = color});
  }
  return text;
}

}  // namespace

std::string Headline(const Settings& settings) {
  std::string text = "Numbered, checksummed messages of ";
  text += std::to_string(settings.message_bytes_min);
  if (settings.message_bytes_max != settings.message_bytes_min) {
    text += " to " + std::to_string(settings.message_bytes_max);
  }
  text += " bytes, from one thread to another over loopback";
  if (settings.pause > Duration(0)) {
    text += "; the receiver looks away for " + Words(settings.pause) + " after each ";
    text += settings.pause_after > Duration(0) ? Words(settings.pause_after) + " of reading"
                                               : "receive";
  }
  text += ".";
  return Wrap("", text);
}

std::string TextReport(const std::vector<Result>& results, const Settings& settings, bool color) {
  if (results.empty()) return "";
  std::string text = Wrap("", "Moved by " + results.front().backend_reason + ".");
  text += "\n" + WhatArrived(results) + "\n";
  for (const Result& result : results) {
    std::string head = "  " + std::string(ModeName(result.mode));
    head.resize(kVerdictColumn, ' ');
    text += Wrap(head, Verdict(result, settings));
  }
  text += "\n" + HowFast(results) + "\n" +
          Wrap("  ",
               "Latency runs from the send to the receive with the last byte: at full speed it is "
               "mostly time spent waiting in the socket buffers.") +
          "\n" + MessagesAReceive(results);
  if (settings.show) text += Drawings(results, settings, color);
  return text;
}

}  // namespace sluice::sticky
