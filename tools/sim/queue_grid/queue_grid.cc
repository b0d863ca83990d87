#include "tools/sim/queue_grid/queue_grid.h"

#include <sys/utsname.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>
#include <string>
#include <utility>

#include "tools/netlab/host_policy.h"
#include "tools/netlab/namespace_pool.h"
#include "tools/sim/queue_grid/kernel_cell.h"
#include "tools/sim/queue_grid/plan.h"
#include "tools/sim/queue_grid/sim_cell.h"

namespace sluice::queue_grid {
namespace {

using netlab::PrivateNamespace;
using Clock = std::chrono::steady_clock;

constexpr int kAttempts = 5;

std::string KernelRelease() {
  utsname name{};
  return uname(&name) == 0 ? std::string(name.sysname) + " " + name.release : "an unknown kernel";
}

// What a child answers its parent with: the bytes, for both are one program.
template <class Value>
std::string ToBytes(const Value& value) {
  static_assert(std::is_trivially_copyable_v<Value>);
  return std::string(reinterpret_cast<const char*>(&value), sizeof(value));
}

template <class Value>
absl::StatusOr<Value> FromBytes(const std::string& bytes) {
  Value value;
  if (bytes.size() != sizeof(value)) return absl::InternalError("a cell's answer was cut short");
  std::memcpy(&value, bytes.data(), sizeof(value));
  return value;
}

absl::StatusOr<KernelRules> MeasureRulesInChild() {
  struct Flat {
    bool full_at_limit, linear_timeouts;
  };
  absl::StatusOr<std::string> answer =
      netlab::RunInPrivateNamespace([](const PrivateNamespace& ns) -> absl::StatusOr<std::string> {
        const absl::StatusOr<KernelRules> rules = MeasureRules(ns);
        if (!rules.ok()) return rules.status();
        return ToBytes(Flat{rules->syn_queue_full_at_limit, rules->has_syn_linear_timeouts}) +
               rules->no_delay;
      });
  if (!answer.ok()) return answer.status();
  const absl::StatusOr<Flat> flat = FromBytes<Flat>(answer->substr(0, sizeof(Flat)));
  if (!flat.ok()) return flat.status();
  return KernelRules{flat->full_at_limit, flat->linear_timeouts, answer->substr(sizeof(Flat))};
}

absl::Status FailedCell(const Cell& cell, const absl::Status& status) {
  return absl::Status(status.code(), "the cell " + std::string(PathName(cell.path)) + ", backlog " +
                                         std::to_string(cell.backlog) + ", cookies " +
                                         std::to_string(cell.syncookies) +
                                         ", failed: " + std::string(status.message()));
}

class Run {
 public:
  Run(GridResult& result, const QueueGridOptions& options,
      absl::FunctionRef<void(size_t, size_t)> on_news)
      : result_(result), options_(options), on_news_(on_news) {}

  absl::Status OnKernel(std::vector<size_t> wanted) {
    // Those that wait longest first.
    std::stable_sort(wanted.begin(), wanted.end(), [this](size_t a, size_t b) {
      return result_.cells[a].cell.read_at > result_.cells[b].cell.read_at;
    });
    size_t at_once = options_.at_once;
    for (int attempt = 1; !wanted.empty(); ++attempt) {
      if (absl::Status status = Attempt(wanted, at_once, attempt == kAttempts); !status.ok()) {
        return status;
      }
      std::erase_if(wanted, [this](size_t i) { return result_.cells[i].kernel.has_value(); });
      // A cell that came too late on a busy machine is run again amid fewer.
      at_once = std::max<size_t>(1, at_once / 2);
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Attempt(const std::vector<size_t>& wanted, size_t at_once, bool last) {
    const size_t done_before = result_.cells.size() - wanted.size();
    return netlab::RunInPrivateNamespaces(
        wanted.size(), at_once,
        [&](const PrivateNamespace& ns, size_t i) -> absl::StatusOr<std::string> {
          const absl::StatusOr<Counts> counts = RunKernelCell(ns, result_.cells[wanted[i]].cell);
          if (!counts.ok()) return counts.status();
          return ToBytes(*counts);
        },
        [&](size_t i, const absl::StatusOr<std::string>& answer) {
          CellResult& cell = result_.cells[wanted[i]];
          if (absl::IsDeadlineExceeded(answer.status()) && !last) return absl::OkStatus();
          if (!answer.ok()) return FailedCell(cell.cell, answer.status());
          const absl::StatusOr<Counts> counts = FromBytes<Counts>(*answer);
          if (!counts.ok()) return FailedCell(cell.cell, counts.status());
          cell.kernel = *counts;
          return absl::OkStatus();
        },
        [&](size_t answered) {
          on_news_(done_before + answered, result_.cells.size());
          return true;
        });
  }

  GridResult& result_;
  const QueueGridOptions& options_;
  absl::FunctionRef<void(size_t, size_t)> on_news_;
};

}  // namespace

absl::StatusOr<GridResult> RunQueueGrid(
    const QueueGridOptions& options, absl::FunctionRef<void(size_t done, size_t cells)> on_news) {
  const Clock::time_point start = Clock::now();
  GridResult result;
  result.kernel = KernelRelease();
  for (const Cell& cell : PlanGrid(options.quick)) result.cells.push_back({.cell = cell});

  absl::StatusOr<KernelRules> rules = MeasureRulesInChild();
  const bool forbidden = !rules.ok() && netlab::HostForbidsNamespaces(rules.status());
  if (!rules.ok() && !forbidden) return rules.status();
  if (forbidden) {
    result.skipped.push_back("The kernel's side was skipped: " +
                             std::string(rules.status().message()));
    rules = KernelRules{};
  } else if (!rules->no_delay.empty()) {
    result.skipped.push_back("The delayed path was skipped on the kernel's side: " +
                             rules->no_delay);
  }

  std::vector<size_t> wanted;
  for (size_t i = 0; i < result.cells.size(); ++i) {
    Cell& cell = result.cells[i].cell;
    if (!rules->has_syn_linear_timeouts) cell.syn_linear_timeouts = 0;
    result.cells[i].simulated = RunSimCell(cell, rules->syn_queue_full_at_limit);
    const bool possible = cell.path != Path::kDelayed || rules->no_delay.empty();
    if (!forbidden && possible) wanted.push_back(i);
  }
  if (absl::Status status = Run(result, options, on_news).OnKernel(std::move(wanted));
      !status.ok()) {
    return status;
  }
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return result;
}

}  // namespace sluice::queue_grid
