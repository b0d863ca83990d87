#include "bench/compare/tables.h"

#include <cmath>

#include "bench/compare/cell_text.h"
#include "bench/compare/goals.h"
#include "bench/compare/loops.h"
#include "tools/report/format.h"

namespace sluice::compare {
namespace {

using Cells = std::vector<std::string>;

void AddRow(ReportTable& table, const Contender& contender, Cells cells) {
  cells.insert(cells.begin(), contender.title);
  table.rows.push_back({std::move(cells), contender.kind == ContenderKind::kOurs});
}

const char* FigureName(Figure figure) {
  switch (figure) {
    case Figure::kCpu:
      return "CPU a message";
    case Figure::kP99:
      return "p99";
    case Figure::kFairness:
      return "fairness";
    case Figure::kIdleBytes:
      return "bytes an idle connection";
    case Figure::kGrowth:
      return "growth of CPU a message";
  }
  return "";
}

// "CPU a message, of Sluice epoll's": of whom, where that is not the floor.
std::string FigureText(const Results& results, const Goal& goal) {
  std::string text = FigureName(goal.figure);
  for (const Contender& row : results.rows) {
    if (goal.against != kFloorId && row.id == goal.against) text += ", of " + row.title + "'s";
  }
  return text;
}

std::string LimitText(const Goal& goal) {
  if (goal.figure == Figure::kIdleBytes) return "<= " + BytesText(goal.limit);
  return (goal.figure == Figure::kFairness ? ">= " : "<= ") + Decimals(goal.limit, 2);
}

std::string MeasuredText(const Verdict& verdict) {
  if (verdict.measured.count == 0) return kNoFigure;
  switch (verdict.goal.figure) {
    case Figure::kIdleBytes:
      return BytesText(verdict.measured.median);
    case Figure::kFairness:
      return Decimals(verdict.measured.median, 3);
    default:
      return SpreadText(verdict.measured, 3);
  }
}

const char* OutcomeText(Outcome outcome) {
  switch (outcome) {
    case Outcome::kReached:
      return "reached";
    case Outcome::kMissedWithinSpread:
      return "missed, by less than the spread";
    case Outcome::kMissed:
      return "missed";
    case Outcome::kNotMeasured:
      return "not measured";
  }
  return "";
}

std::string BesideText(const Cell& cell) {
  if (!cell.failure.empty()) return "fails";
  if (cell.ratio.count == 0) return kNoFigure;
  return report::FormatRate(cell.rate.median) + ", " + MicrosecondsText(cell.p50_us) + " / " +
         MicrosecondsText(cell.p99_us) + ", " +
         (cell.fairness ? Decimals(*cell.fairness, 2) : kNoFigure);
}

ReportTable BurstTable(const Results& results, const Column& column) {
  ReportTable table{
      .heading = "Memory of a burst",
      .about = "A connection's share of the server's memory: " + column.workload.about +
               ". A server that stops reading while it cannot send has a low height.",
      .titles = {"server", "at the height", "left", "given back"}};
  for (size_t row = 0; row < results.rows.size(); ++row) {
    const Cell& cell = column.cells[row];
    if (!cell.memory) {
      AddRow(table, results.rows[row], {CellText(column, row)});
      continue;
    }
    const MemoryFigures& memory = *cell.memory;
    // Where hardly anything grew, a share of it means nothing.
    const bool grew = memory.peak >= 1024;
    AddRow(table, results.rows[row],
           {BytesText(memory.peak), BytesText(memory.left),
            grew ? report::FormatPercent(1 - memory.left / memory.peak) : kNoFigure});
  }
  return table;
}

ReportTable LoopsTable(const Results& results, const Column& column) {
  const std::string loops = std::to_string(column.workload.loops) + " loops";
  ReportTable table{.heading = loops + " beside one",
                    .about = "Efficiency is the rate of " + loops + " over " +
                             std::to_string(column.workload.loops) + " times the rate of one. " +
                             PlacementText(results.settings, column.workload.loops) + ".",
                    .titles = {"server", "1 loop: messages/s", "CPU/message",
                               loops + ": messages/s", "CPU/message", "efficiency"}};
  for (size_t row = 0; row < results.rows.size(); ++row) {
    if (!Takes(results.rows[row], column.workload)) continue;
    const Cell& cell = column.cells[row];
    if (!cell.loops) {
      AddRow(table, results.rows[row], {CellText(column, row)});
      continue;
    }
    const LoopsFigures& figures = *cell.loops;
    AddRow(
        table, results.rows[row],
        {report::FormatRate(figures.one.rate.median), MicrosecondsText(figures.one.cpu_us.median),
         report::FormatRate(figures.several.rate.median),
         MicrosecondsText(figures.several.cpu_us.median), SpreadText(figures.efficiency, 2)});
  }
  return table;
}

Cells DetailCells(const Cell& cell) {
  if (!cell.failure.empty()) return {"fails"};
  if (cell.ratio.count == 0) return {kNoFigure};
  return {MicrosecondsText(cell.cpu_us.median),
          Decimals(cell.ratio.median, 3),
          Decimals(cell.ratio.low, 3) + " to " + Decimals(cell.ratio.high, 3),
          report::FormatRate(cell.rate.median),
          cell.fairness ? Decimals(*cell.fairness, 2) : kNoFigure,
          MicrosecondsText(cell.p50_us),
          MicrosecondsText(cell.p99_us),
          report::FormatExact(cell.lost)};
}

}  // namespace

ReportTable SummaryTable(const Results& results, size_t first, size_t end) {
  ReportTable table{.titles = {"CPU a message"}};
  for (size_t i = first; i < end; ++i) table.titles.push_back(results.columns[i].workload.title);
  for (size_t row = 0; row < results.rows.size(); ++row) {
    Cells cells;
    for (size_t i = first; i < end; ++i) cells.push_back(CellText(results.columns[i], row));
    AddRow(table, results.rows[row], std::move(cells));
  }
  return table;
}

ReportTable GoalsTable(const Results& results) {
  ReportTable table{.heading = "Goals",
                    .titles = {"server", "work", "figure", "goal", "measured", "outcome"}};
  size_t reached = 0;
  for (const Verdict& verdict : Judge(results)) {
    if (verdict.outcome == Outcome::kReached) ++reached;
    AddRow(table, results.rows[verdict.row],
           {results.columns[verdict.column].workload.title, FigureText(results, verdict.goal),
            LimitText(verdict.goal), MeasuredText(verdict), OutcomeText(verdict.outcome)});
    table.rows.back().ours = verdict.outcome != Outcome::kReached;
  }
  table.about = std::to_string(reached) + " of " + std::to_string(table.rows.size()) +
                " reached. CPU, p99 and growth are relative to raw epoll's in the same run.";
  return table;
}

ReportTable BesideTable(const Results& results) {
  ReportTable table{.heading = "Beside CPU time: messages a second, p50 / p99, fairness",
                    .about =
                        "Of two servers that take the same CPU time a message, one may serve "
                        "some connections late or seldom. Fairness is the messages of the "
                        "least served connection over those of the most served.",
                    .titles = {"server"}};
  std::vector<const Column*> columns;
  for (const Column& column : results.columns) {
    if (column.workload.kind != WorkKind::kEcho) continue;
    columns.push_back(&column);
    table.titles.push_back(column.workload.title);
  }
  for (size_t row = 0; row < results.rows.size() && !columns.empty(); ++row) {
    Cells cells;
    for (const Column* column : columns) cells.push_back(BesideText(column->cells[row]));
    AddRow(table, results.rows[row], std::move(cells));
  }
  return table;
}

ReportTable GrowthTable(const Results& results) {
  ReportTable table{.heading = "As connections grow",
                    .about =
                        "Server CPU time of a 64-byte message. Growth is from the fewest "
                        "connections to the most: 1.00 is flat. The kernel's part grows too, "
                        "so that the last column has it relative to raw epoll's.",
                    .titles = {"server"}};
  std::vector<const Column*> columns;
  for (const Column& column : results.columns) {
    if (!column.workload.growth) continue;
    columns.push_back(&column);
    table.titles.push_back(report::FormatExact(column.workload.connections));
  }
  table.titles.insert(table.titles.end(), {"growth", "relative"});
  for (size_t row = 0; row < results.rows.size() && columns.size() >= 2; ++row) {
    Cells cells;
    for (const Column* column : columns) {
      const Spread& cpu = column->cells[row].cpu_us;
      cells.push_back(cpu.count == 0 ? CellText(*column, row) : MicrosecondsText(cpu.median));
    }
    const std::optional<Spread> relative = RelativeGrowth(results, row, 0);
    if (relative) {
      const double growth =
          columns.back()->cells[row].cpu_us.median / columns.front()->cells[row].cpu_us.median;
      cells.push_back(Decimals(growth, 2));
      cells.push_back(SpreadText(*relative, 2));
    }
    AddRow(table, results.rows[row], std::move(cells));
  }
  return table;
}

std::vector<ReportTable> OtherTables(const Results& results) {
  std::vector<ReportTable> tables;
  for (const Column& column : results.columns) {
    if (column.workload.kind == WorkKind::kBurst) tables.push_back(BurstTable(results, column));
    if (column.workload.kind == WorkKind::kLoops) tables.push_back(LoopsTable(results, column));
  }
  return tables;
}

std::vector<ReportTable> DetailTables(const Results& results) {
  std::vector<ReportTable> tables;
  for (const Column& column : results.columns) {
    if (!column.workload.measures_cpu()) continue;
    ReportTable table{.heading = column.workload.title,
                      .about = column.workload.about + ".",
                      .titles = {"server", "CPU/message", "relative", "quartiles", "messages/s",
                                 "fairness", "p50", "p99", "lost"}};
    for (size_t row = 0; row < results.rows.size(); ++row) {
      if (!Takes(results.rows[row], column.workload)) continue;
      AddRow(table, results.rows[row], DetailCells(column.cells[row]));
    }
    tables.push_back(std::move(table));
  }
  return tables;
}

}  // namespace sluice::compare
