#include "apps/backlog/cell_pool.h"

#include <string>
#include <utility>

#include "apps/backlog/cell_runner.h"
#include "nlohmann/json.hpp"
#include "tools/cli/interrupt.h"
#include "tools/netlab/namespace_pool.h"
#include "tools/netlab/sysctl.h"

namespace sluice::backlog {
namespace {

using netlab::PrivateNamespace;

absl::Status FailedCell(const CellSpec& spec, const absl::Status& status) {
  return absl::Status(status.code(), "the cell " + std::string(CellKindName(spec.kind)) +
                                         ", backlog " + std::to_string(spec.backlog) +
                                         ", failed: " + std::string(status.message()));
}

}  // namespace

absl::StatusOr<CellResults> RunCells(absl::Span<const CellSpec> cells,
                                     const LoopOptions& loop_options, size_t at_once,
                                     absl::FunctionRef<void(size_t done)> on_done) {
  CellResults results(cells.size());
  const absl::Status status = netlab::RunInPrivateNamespaces(
      cells.size(), at_once,
      [&](const PrivateNamespace& ns, size_t index) -> absl::StatusOr<std::string> {
        absl::StatusOr<CellResult> result = RunCell(ns, cells[index], loop_options);
        if (!result.ok()) return result.status();
        return CellAsJson(cells[index], *result).dump();
      },
      [&](size_t index, const absl::StatusOr<std::string>& answer) {
        absl::StatusOr<CellResult> result =
            answer.ok() ? ResultFromJson(*answer) : absl::StatusOr<CellResult>(answer.status());
        if (!result.ok()) return FailedCell(cells[index], result.status());
        results[index] = *std::move(result);
        return absl::OkStatus();
      },
      [&](size_t done) {
        on_done(done);
        return !cli::Interrupted();
      });
  if (!status.ok()) return status;
  return results;
}

absl::Status ProbeHost() {
  // Containers may allow namespaces and yet mount /proc/sys read-only.
  return netlab::RunInPrivateNamespace(
             [](const PrivateNamespace& ns) -> absl::StatusOr<std::string> {
               const absl::Status status = netlab::WriteSysctl(ns, "net.core.somaxconn", 4096);
               return status.ok() ? absl::StatusOr<std::string>("") : status;
             })
      .status();
}

}  // namespace sluice::backlog
