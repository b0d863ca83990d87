// Runs one cell of the sweep in the private namespace the process is in.
#ifndef SLUICE_APPS_BACKLOG_CELL_RUNNER_H_
#define SLUICE_APPS_BACKLOG_CELL_RUNNER_H_

#include "absl/status/statusor.h"
#include "apps/backlog/cell.h"
#include "apps/backlog/storm.h"
#include "reactor/loop.h"
#include "tools/netlab/private_namespace.h"

namespace sluice::backlog {

// Sets the sysctls, starts the server on a loop of its own, storms it, measures and judges. Blocks
// until every connect is decided. A namespace runs one cell: half-open connections outlive it.
absl::StatusOr<CellResult> RunCell(const netlab::PrivateNamespace& ns, const CellSpec& spec,
                                   const LoopOptions& loop_options);

// The kind kLateAck, once the sysctls are set.
absl::StatusOr<CellResult> RunLateAckCell(const CellSpec& spec, const LoopOptions& loop_options);

Percentiles PercentilesOf(const report::Histogram& nanoseconds);

// What `watch` saw, into the result. Call it before the loop ends: closing moves counters too.
absl::Status RecordWatch(QueueWatch& watch, CellResult& result);

}  // namespace sluice::backlog

#endif  // SLUICE_APPS_BACKLOG_CELL_RUNNER_H_
