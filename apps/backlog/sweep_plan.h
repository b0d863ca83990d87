// Which cells a sweep runs. Pure: options in, groups of cells out.
#ifndef SLUICE_APPS_BACKLOG_SWEEP_PLAN_H_
#define SLUICE_APPS_BACKLOG_SWEEP_PLAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "apps/backlog/cell.h"

namespace sluice::backlog {

// An empty list or optional takes the default of its group of cells.
struct SweepOptions {
  bool quick = false;
  std::vector<int> backlogs;
  std::vector<int> somaxconns;
  std::vector<int> syncookies;
  std::vector<int> aborts_on_overflow;
  uint32_t burst = 0;                                    // 0: enough to go beyond the rule
  AcceptRate accept_rate = AcceptRate::PerSecond(5000);  // of the kSlowAccept cells
  Duration service_time{0};
  std::optional<Duration> timeout;
  uint32_t syns_per_second = 5000;  // 0: no kHalfOpen cells
};

// Numbers from `low` to `high` inclusive, in the order given, repeats removed. InvalidArgument
// names the one that is none.
absl::StatusOr<std::vector<int>> ParseNumbers(const std::vector<std::string>& texts, int low,
                                              int high);

struct CellGroup {
  CellKind kind = CellKind::kNobodyAccepts;
  std::vector<CellSpec> cells;
};

// Groups without a cell are left out.
std::vector<CellGroup> PlanSweep(const SweepOptions& options);

// Sockets the largest cell opens in its own process.
uint64_t SocketsOf(const std::vector<CellGroup>& plan);

}  // namespace sluice::backlog

#endif  // SLUICE_APPS_BACKLOG_SWEEP_PLAN_H_
