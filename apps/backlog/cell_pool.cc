#include "apps/backlog/cell_pool.h"

#include <poll.h>

#include <cerrno>
#include <list>
#include <string>
#include <utility>

#include "apps/backlog/cell_runner.h"
#include "nlohmann/json.hpp"
#include "tools/netlab/errno_status.h"
#include "tools/netlab/namespace_child.h"
#include "tools/netlab/sysctl.h"

namespace sluice::backlog {
namespace {

using netlab::NamespaceChild;
using netlab::PrivateNamespace;

constexpr int kNewsMs = 250;

struct RunningCell {
  size_t index;
  NamespaceChild child;
};

class CellPool {
 public:
  CellPool(absl::Span<const CellSpec> cells, const LoopOptions& loop_options)
      : cells_(cells), loop_options_(loop_options), results_(cells.size()) {}

  absl::Status StartNext() {
    const CellSpec& spec = cells_[next_];
    absl::StatusOr<NamespaceChild> child =
        NamespaceChild::Start([&](const PrivateNamespace& ns) -> absl::StatusOr<std::string> {
          absl::StatusOr<CellResult> result = RunCell(ns, spec, loop_options_);
          if (!result.ok()) return result.status();
          return CellAsJson(spec, *result).dump();
        });
    if (!child.ok()) return child.status();
    running_.push_back({next_++, *std::move(child)});
    return absl::OkStatus();
  }

  // Waits a moment for children that have something to say, and takes their results.
  absl::Status Collect() {
    std::vector<pollfd> polled;
    for (const RunningCell& cell : running_) polled.push_back({cell.child.fd(), POLLIN, 0});
    if (poll(polled.data(), polled.size(), kNewsMs) < 0 && errno != EINTR) {
      return netlab::ErrnoStatus(errno, "cannot wait for the cells");
    }
    size_t i = 0;
    for (auto cell = running_.begin(); cell != running_.end(); ++i) {
      const auto at = cell++;
      if (polled[i].revents == 0) continue;
      if (absl::Status status = Take(*at); !status.ok()) return status;
      running_.erase(at);
    }
    return absl::OkStatus();
  }

  bool all_started() const { return next_ == cells_.size(); }
  size_t running() const { return running_.size(); }
  size_t done() const { return next_ - running_.size(); }
  std::vector<CellResult> TakeResults() { return std::move(results_); }

 private:
  absl::Status Take(RunningCell& cell) {
    const absl::StatusOr<std::string> answer = cell.child.Wait();
    absl::StatusOr<CellResult> result =
        answer.ok() ? ResultFromJson(*answer) : absl::StatusOr<CellResult>(answer.status());
    if (!result.ok()) {
      const CellSpec& spec = cells_[cell.index];
      return absl::Status(result.status().code(),
                          "the cell " + std::string(CellKindName(spec.kind)) + ", backlog " +
                              std::to_string(spec.backlog) +
                              ", failed: " + std::string(result.status().message()));
    }
    results_[cell.index] = *std::move(result);
    return absl::OkStatus();
  }

  absl::Span<const CellSpec> cells_;
  const LoopOptions& loop_options_;
  std::vector<CellResult> results_;
  std::list<RunningCell> running_;
  size_t next_ = 0;
};

}  // namespace

absl::StatusOr<std::vector<CellResult>> RunCells(absl::Span<const CellSpec> cells,
                                                 const LoopOptions& loop_options, size_t at_once,
                                                 absl::FunctionRef<void(size_t done)> on_done) {
  CellPool pool(cells, loop_options);
  while (!pool.all_started() || pool.running() > 0) {
    while (!pool.all_started() && pool.running() < at_once) {
      if (absl::Status status = pool.StartNext(); !status.ok()) return status;
    }
    if (absl::Status status = pool.Collect(); !status.ok()) return status;
    on_done(pool.done());
  }
  return pool.TakeResults();
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
