#include "bench/compare/comparison.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "bench/compare/client_process.h"
#include "bench/compare/server_process.h"
#include "tools/cli/interrupt.h"

namespace sluice::compare {
namespace {

// What goes with a slice: two waits for an idle server, and the way of the results.
constexpr Duration kSliceOverhead = std::chrono::milliseconds(4);
// Of connecting, on both sides.
constexpr Duration kConnectTime = std::chrono::microseconds(60);

std::string Message(const absl::Status& status) {
  return std::string(status.message());
}

}  // namespace

// A server and its client.
struct Comparison::Runner {
  std::unique_ptr<ServerProcess> server;
  std::unique_ptr<ClientProcess> client;  // declared last: its connections are reset first
  Samples samples;
  std::string failure;

  void Start(const Contender& contender, const Workload& workload, const Settings& settings) {
    std::vector<std::string> command = contender.command;
    for (const std::string& flag : ServerFlagsFor(workload)) command.push_back(flag);
    absl::StatusOr<std::unique_ptr<ServerProcess>> started =
        ServerProcess::Start(command, settings.server_core);
    if (!started.ok()) return Fail(started.status());
    server = *std::move(started);
    Connect(workload, settings);
  }

  void Connect(const Workload& workload, const Settings& settings) {
    absl::StatusOr<std::unique_ptr<ClientProcess>> connected =
        ClientProcess::Start(workload, *server, settings.client_core);
    if (!connected.ok()) return Fail(connected.status());
    client = *std::move(connected);
  }

  void Fail(const absl::Status& status) {
    failure = Message(status);
    client.reset();
    server.reset();
  }
};

Comparison::Comparison(std::vector<Contender> rows, Settings settings,
                       std::function<void(const std::string&)> progress)
    : rows_(std::move(rows)), settings_(settings), progress_(std::move(progress)) {}

Duration Comparison::SliceOf(const Workload& workload) const {
  return std::max(settings_.slice, workload.slice_min);
}

Duration Comparison::WarmupOf(const Workload& workload) const {
  return std::max<Duration>(SliceOf(workload) / 5, workload.slice_min / 3);
}

Duration Comparison::Estimate(const Workload& workload) const {
  const auto rows = static_cast<int64_t>(rows_.size());
  Duration connecting = kConnectTime * workload.connections * rows;
  if (workload.kind == WorkKind::kIdle) return connecting * 2 + rows * settings_.slice * 2;
  return connecting +
         rows * settings_.cycles * (SliceOf(workload) + WarmupOf(workload) + kSliceOverhead);
}

Column Comparison::Measure(const Workload& workload) {
  return workload.kind == WorkKind::kIdle ? MeasureMemory(workload) : MeasureSlices(workload);
}

Column Comparison::MeasureSlices(const Workload& workload) {
  std::vector<Runner> runners(rows_.size());
  for (size_t row = 0; row < rows_.size() && !cli::Interrupted(); ++row) {
    progress_("connecting to " + rows_[row].title);
    runners[row].Start(rows_[row], workload, settings_);
  }
  for (int cycle = 0; cycle < settings_.cycles && !cli::Interrupted(); ++cycle) {
    progress_("cycle " + std::to_string(cycle + 1) + " of " + std::to_string(settings_.cycles));
    for (size_t turn = 0; turn < runners.size() && !cli::Interrupted(); ++turn) {
      Runner& runner = runners[(turn + static_cast<size_t>(cycle)) % runners.size()];
      if (runner.client == nullptr) continue;
      const absl::StatusOr<Slice> slice = runner.client->Run(WarmupOf(workload), SliceOf(workload));
      if (slice.ok()) {
        runner.samples.Add(static_cast<size_t>(cycle), *slice);
      } else {
        runner.Fail(slice.status());
      }
    }
  }
  Column column{workload, {}};
  for (const Runner& runner : runners) {
    column.cells.push_back(Summarize(workload, runner.samples, runners.front().samples));
    column.cells.back().failure = runner.failure;
  }
  return column;
}

// One server after the other. A short load first: receive memory and code that serve all
// connections are then resident and do not count.
Column Comparison::MeasureMemory(const Workload& workload) {
  Workload before = workload;
  before.connections = 64;
  Column column{workload, {}};
  for (const Contender& row : rows_) {
    Cell& cell = column.cells.emplace_back();
    if (cli::Interrupted()) break;
    progress_("memory of " + row.title);
    Runner first;
    first.Start(row, before, settings_);
    absl::StatusOr<uint64_t> empty = absl::UnavailableError(first.failure);
    absl::StatusOr<uint64_t> full = empty;
    if (first.client != nullptr) {
      absl::StatusOr<Slice> slice = first.client->Run(Duration(0), settings_.slice);
      empty = slice.ok() ? first.server->ResidentBytes() : slice.status();
    }
    if (empty.ok()) {
      // A message on each, so that it is known to be accepted and has been at work.
      auto clients = ClientProcess::Start(workload, *first.server, settings_.client_core);
      absl::StatusOr<Slice> slice =
          clients.ok() ? (*clients)->Run(Duration(0), Duration(0)) : clients.status();
      full = slice.ok() ? first.server->ResidentBytes() : slice.status();
    }
    if (!full.ok() || !empty.ok()) {
      cell.failure = Message(empty.ok() ? full.status() : empty.status());
      continue;
    }
    cell.idle_bytes = (static_cast<double>(*full) - static_cast<double>(*empty)) /
                      static_cast<double>(workload.connections);
  }
  column.cells.resize(rows_.size());
  return column;
}

}  // namespace sluice::compare
