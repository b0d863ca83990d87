#include "bench/compare/comparison.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "bench/compare/loops.h"
#include "bench/compare/memory.h"
#include "tools/cli/interrupt.h"

namespace sluice::compare {
namespace {

// What goes with a slice: two waits for an idle server, and the way of the results.
constexpr Duration kSliceOverhead = std::chrono::milliseconds(4);
// Of a message, on both sides: each slice, and what warms up before it, ends with a whole round.
constexpr Duration kMessageTime = std::chrono::microseconds(8);
// Of connecting, on both sides.
constexpr Duration kConnectTime = std::chrono::microseconds(60);

// A row at work in slices.
struct RowAtWork {
  Runner runner;
  Samples samples;
  std::string failure;

  void Fail(const absl::Status& status) {
    failure = std::string(status.message());
    runner.Stop();
  }
};

}  // namespace

Comparison::Comparison(std::vector<Contender> rows, Settings settings,
                       std::function<void(const std::string&)> progress)
    : rows_(std::move(rows)), settings_(settings), progress_(std::move(progress)) {}

SlicePlan Comparison::PlanOf(const Workload& workload) const {
  const Duration slice = std::max(settings_.slice, workload.slice_min);
  return {.warmup = std::max<Duration>(slice / 5, workload.slice_min / 3), .slice = slice};
}

Duration Comparison::Estimate(const Workload& workload) const {
  const auto rows = std::count_if(rows_.begin(), rows_.end(), [&](const Contender& contender) {
    return Takes(contender, workload);
  });
  const Duration connecting = kConnectTime * workload.connections * rows;
  if (workload.measures_memory()) {
    return connecting * 2 + rows * MemoryEstimate(workload, settings_);
  }
  const SlicePlan plan = PlanOf(workload);
  const Duration rounds = 2 * workload.connections * kMessageTime;
  const int servers = workload.kind == WorkKind::kLoops ? 2 : 1;  // of a row
  return servers * (connecting +
                    rows * settings_.cycles * (plan.slice + plan.warmup + rounds + kSliceOverhead));
}

Column Comparison::Measure(const Workload& workload) {
  if (workload.measures_memory()) return MeasureMemory(workload);
  if (workload.kind == WorkKind::kLoops) {
    return MeasureLoops(rows_, workload, settings_, PlanOf(workload), progress_);
  }
  return MeasureSlices(workload);
}

Column Comparison::MeasureSlices(const Workload& workload) {
  const SlicePlan plan = PlanOf(workload);
  std::vector<RowAtWork> rows(rows_.size());
  for (size_t row = 0; row < rows_.size() && !cli::Interrupted(); ++row) {
    if (!Takes(rows_[row], workload)) continue;
    progress_("connecting to " + rows_[row].title);
    const absl::Status started = rows[row].runner.Start(rows_[row], workload, settings_);
    if (!started.ok()) rows[row].Fail(started);
  }
  for (int cycle = 0; cycle < settings_.cycles && !cli::Interrupted(); ++cycle) {
    progress_("cycle " + std::to_string(cycle + 1) + " of " + std::to_string(settings_.cycles));
    for (size_t turn = 0; turn < rows.size() && !cli::Interrupted(); ++turn) {
      RowAtWork& row = rows[(turn + static_cast<size_t>(cycle)) % rows.size()];
      if (row.runner.client == nullptr) continue;
      const absl::StatusOr<Slice> slice = row.runner.client->Run(plan.warmup, plan.slice);
      if (slice.ok()) {
        row.samples.Add(static_cast<size_t>(cycle), *slice);
      } else {
        row.Fail(slice.status());
      }
    }
  }
  Column column{workload, {}};
  for (const RowAtWork& row : rows) {
    column.cells.push_back(Summarize(workload, row.samples, rows.front().samples));
    column.cells.back().failure = row.failure;
  }
  return column;
}

// One server after the other.
Column Comparison::MeasureMemory(const Workload& workload) {
  Column column{workload, std::vector<Cell>(rows_.size())};
  for (size_t row = 0; row < rows_.size() && !cli::Interrupted(); ++row) {
    if (!Takes(rows_[row], workload)) continue;
    progress_("memory of " + rows_[row].title);
    const absl::StatusOr<MemoryFigures> memory = MeasureMemoryOf(rows_[row], workload, settings_);
    if (memory.ok()) {
      column.cells[row].memory = *memory;
    } else {
      column.cells[row].failure = std::string(memory.status().message());
    }
  }
  return column;
}

}  // namespace sluice::compare
