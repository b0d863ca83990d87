#include "apps/backlog/sweep_tables.h"

#include <algorithm>
#include <utility>

#include "apps/backlog/text.h"
#include "tools/report/table.h"

namespace sluice::backlog {
namespace {

using report::Table;
using Results = std::vector<CellResult>;
constexpr Table::Align kRight = Table::Align::kRight;

int64_t CounterOf(const CellResult& result, const char* name) {
  const auto at = result.counters.find(name);
  return at == result.counters.end() ? 0 : at->second;
}

int64_t SynsDropped(const CellResult& result) {
  return CounterOf(result, "TcpExt.ListenOverflows");
}

std::string VerdictText(const CellResult& result, const char* relation = "") {
  if (!result.verdict) return "untested";
  return relation + std::to_string(result.verdict->expected) +
         (result.verdict->held ? " held" : " BROKEN");
}

// ---- nobody accepts: cells that differ in cookies and abort alone share a line if they agree.

bool SameOutcome(const CellResult& a, const CellResult& b) {
  return a.completed == b.completed && a.timed_out == b.timed_out && a.reset == b.reset &&
         a.queue_peak == b.queue_peak && VerdictText(a) == VerdictText(b);
}

bool SameQueue(const CellSpec& a, const CellSpec& b) {
  return a.backlog == b.backlog && a.somaxconn == b.somaxconn;
}

void Insert(std::vector<int>& numbers, int number) {
  if (std::find(numbers.begin(), numbers.end(), number) == numbers.end()) numbers.push_back(number);
}

std::vector<std::string> NobodyAcceptsRow(const CellGroup& group, const Results& results,
                                          size_t begin, size_t end) {
  std::vector<int> cookies, aborts;
  Percentiles worst;
  int64_t fewest = SynsDropped(results[begin]);
  int64_t most = fewest;
  for (size_t i = begin; i < end; ++i) {
    Insert(cookies, group.cells[i].syncookies);
    Insert(aborts, group.cells[i].abort_on_overflow);
    worst.p50_us = std::max(worst.p50_us, results[i].connect.p50_us);
    worst.p99_us = std::max(worst.p99_us, results[i].connect.p99_us);
    worst.max_us = std::max(worst.max_us, results[i].connect.max_us);
    fewest = std::min(fewest, SynsDropped(results[i]));
    most = std::max(most, SynsDropped(results[i]));
  }
  const CellSpec& spec = group.cells[begin];
  const CellResult& result = results[begin];
  return {std::to_string(spec.backlog),
          std::to_string(spec.somaxconn),
          JoinNumbers(cookies),
          JoinNumbers(aborts),
          std::to_string(result.completed),
          VerdictText(result),
          std::to_string(result.timed_out),
          std::to_string(result.reset),
          std::to_string(result.queue_peak),
          RangeText(fewest, most),
          PercentilesText(worst)};
}

Table NobodyAcceptsTable(const CellGroup& group, const Results& results) {
  Table table({{"backlog", kRight},
               {"somaxconn", kRight},
               {"cookies"},
               {"abort"},
               {"done", kRight},
               {"rule"},
               {"timeout", kRight},
               {"reset", kRight},
               {"queue", kRight},
               {"drops", kRight},
               {"p50/p99/max ms", kRight}});
  for (size_t begin = 0; begin < results.size();) {
    size_t end = begin + 1;
    bool agree = true;
    for (; end < results.size() && SameQueue(group.cells[begin], group.cells[end]); ++end) {
      agree = agree && SameOutcome(results[begin], results[end]);
    }
    if (agree) table.AddRow(NobodyAcceptsRow(group, results, begin, end));
    for (; !agree && begin < end; ++begin) {
      table.AddRow(NobodyAcceptsRow(group, results, begin, begin + 1));
    }
    begin = end;
  }
  return table;
}

// ---- the other groups: a cell, a line.

Table SlowAcceptTable(const CellGroup& group, const Results& results) {
  Table table({{"backlog", kRight},
               {"accepts"},
               {"done", kRight},
               {"answered", kRight},
               {"timeout", kRight},
               {"reset", kRight},
               {"queue", kRight},
               {"rule"},
               {"drops", kRight},
               {"connect ms", kRight},
               {"answered ms", kRight}});
  for (size_t i = 0; i < results.size(); ++i) {
    const CellResult& result = results[i];
    table.AddRow({std::to_string(group.cells[i].backlog), group.cells[i].accept_rate.ToString(),
                  std::to_string(result.completed), std::to_string(result.answered),
                  std::to_string(result.timed_out), std::to_string(result.reset),
                  std::to_string(result.queue_peak), VerdictText(result, "<="),
                  std::to_string(SynsDropped(result)), PercentilesText(result.connect),
                  PercentilesText(result.answer)});
  }
  return table;
}

Table LateAckTable(const CellGroup& group, const Results& results) {
  Table table({{"backlog", kRight},
               {"abort"},
               {"connected", kRight},
               {"queue", kRight},
               {"reset", kRight},
               {"rule"},
               {"ghosts", kRight},
               {"drops", kRight}});
  for (size_t i = 0; i < results.size(); ++i) {
    const CellResult& result = results[i];
    table.AddRow({std::to_string(group.cells[i].backlog),
                  std::to_string(group.cells[i].abort_on_overflow),
                  std::to_string(result.completed), std::to_string(result.queue_peak),
                  std::to_string(result.reset), VerdictText(result), std::to_string(result.ghosts),
                  std::to_string(SynsDropped(result))});
  }
  return table;
}

Table HalfOpenTable(const CellGroup& group, const Results& results) {
  Table table({{"backlog", kRight},
               {"syn max", kRight},
               {"cookies"},
               {"SYNs", kRight},
               {"held", kRight},
               {"rule"},
               {"dropped", kRight},
               {"by cookie", kRight},
               {"clients"},
               {"p50/p99/max ms", kRight}});
  for (size_t i = 0; i < results.size(); ++i) {
    const CellSpec& spec = group.cells[i];
    const CellResult& result = results[i];
    const int64_t dropped = CounterOf(result, "TcpExt.TCPReqQFullDrop") + result.syn_backlog_drops;
    table.AddRow({std::to_string(spec.backlog), std::to_string(spec.max_syn_backlog),
                  std::to_string(spec.syncookies), std::to_string(result.syns_sent),
                  std::to_string(result.half_open_peak), VerdictText(result),
                  std::to_string(dropped),
                  std::to_string(CounterOf(result, "TcpExt.SyncookiesSent")),
                  std::to_string(result.completed) + " of " + std::to_string(spec.connects),
                  PercentilesText(result.connect)});
  }
  return table;
}

Table TableOf(const CellGroup& group, const Results& results) {
  switch (group.kind) {
    case CellKind::kSlowAccept:
      return SlowAcceptTable(group, results);
    case CellKind::kLateAck:
      return LateAckTable(group, results);
    case CellKind::kHalfOpen:
      return HalfOpenTable(group, results);
    case CellKind::kNobodyAccepts:
      break;
  }
  return NobodyAcceptsTable(group, results);
}

MovedCounters SumOf(const Results& results) {
  MovedCounters sum;
  for (const CellResult& result : results) {
    for (const auto& [name, value] : result.counters) sum[name] += value;
  }
  return sum;
}

// What several cells have in common is said once.
std::string Remarks(const CellGroup& group, const Results& results) {
  std::string text;
  std::string last;
  for (size_t i = 0; i < results.size(); ++i) {
    const CellResult& result = results[i];
    const std::string& remark = result.verdict ? result.verdict->remark : result.untested;
    if (remark.empty()) continue;
    std::string lines =
        WrapText("backlog " + std::to_string(group.cells[i].backlog) + ": " + remark, 2);
    if (lines == last) continue;
    text += lines;
    last = std::move(lines);
  }
  return text;
}

}  // namespace

std::string DescribeGroup(const CellGroup& group, const Results& results) {
  std::string text = GroupTitle(group.kind) + "\n" + WrapText(GroupLegend(group.kind), 2) + "\n" +
                     TableOf(group, results).ToString() + Remarks(group, results) + "\n" +
                     WrapText(ExplainGroup(group, results), 2);
  if (const std::string counters = CounterLines(SumOf(results)); !counters.empty()) {
    text += "\n  The kernel's counters, all these cells together:\n" + counters;
  }
  return text;
}

}  // namespace sluice::backlog
