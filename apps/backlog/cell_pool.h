// Runs the cells of a sweep, several at a time, each in a child process and a network of its own.
#ifndef SLUICE_APPS_BACKLOG_CELL_POOL_H_
#define SLUICE_APPS_BACKLOG_CELL_POOL_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "apps/backlog/cell.h"
#include "reactor/loop.h"

namespace sluice::backlog {

// The results in the order of `cells`, or the first error, which ends the others. Once
// cli::Interrupted the rest is given up, and has no result. `on_done` is told how many are done
// whenever that changed, and now and then. Cells mostly wait, so many more may run than there are
// cores. The process must have one thread. Blocking.
using CellResults = std::vector<std::optional<CellResult>>;
absl::StatusOr<CellResults> RunCells(absl::Span<const CellSpec> cells,
                                     const LoopOptions& loop_options, size_t at_once,
                                     absl::FunctionRef<void(size_t done)> on_done);

// OK if this host lets cells run. netlab::HostForbidsNamespaces() tells a refusal from a fault.
absl::Status ProbeHost();

}  // namespace sluice::backlog

#endif  // SLUICE_APPS_BACKLOG_CELL_POOL_H_
