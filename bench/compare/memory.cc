#include "bench/compare/memory.h"

#include <time.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "bench/compare/client_process.h"
#include "bench/compare/runner.h"
#include "bench/compare/server_process.h"

namespace sluice::compare {
namespace {

constexpr uint32_t kConnectionsBefore = 64;
constexpr size_t kMessageBytesBefore = 4096;  // so that all receive memory is reached
// Long enough for a server that gives back what it kept only after a while.
constexpr Duration kGiveBackTime = std::chrono::milliseconds(500);
// What a burst takes beside that.
constexpr Duration kBurstTime = std::chrono::milliseconds(1000);

void Sleep(Duration duration) {
  const timespec time{.tv_sec = 0, .tv_nsec = duration.count()};
  nanosleep(&time, nullptr);
}

double BytesEach(uint64_t before, uint64_t now, const Workload& workload) {
  return (static_cast<double>(now) - static_cast<double>(before)) /
         static_cast<double>(workload.connections);
}

// A short load first: receive memory and code that serve all connections are then resident and do
// not count.
absl::Status WarmUp(Runner& runner, const Contender& contender, const Workload& workload,
                    const Settings& settings) {
  Workload before = workload;
  before.kind = WorkKind::kEcho;
  before.connections = kConnectionsBefore;
  before.message_bytes = kMessageBytesBefore;
  if (absl::Status status = runner.Start(contender, before, settings); !status.ok()) return status;
  return runner.client->Run(Duration(0), settings.slice).status();
}

// A message on each, so that it is known to be accepted and has been at work.
absl::StatusOr<MemoryFigures> MeasureIdle(const ServerProcess& server, const Workload& workload,
                                          const Settings& settings) {
  const absl::StatusOr<uint64_t> before = server.ResidentBytes();
  if (!before.ok()) return before.status();
  auto clients = ClientProcess::Start(workload, server, settings.client_core);
  if (!clients.ok()) return clients.status();
  const absl::StatusOr<Slice> slice = (*clients)->Run(Duration(0), Duration(0));
  if (!slice.ok()) return slice.status();
  const absl::StatusOr<uint64_t> after = server.ResidentBytes();
  if (!after.ok()) return after.status();
  const double bytes = BytesEach(*before, *after, workload);
  return MemoryFigures{.peak = bytes, .left = bytes};
}

absl::Status PourAndDrain(ClientProcess& client, size_t bytes) {
  if (absl::Status status = client.Pour(bytes); !status.ok()) return status;
  return client.Drain();
}

// Connections that had a message each stand before and after.
absl::StatusOr<MemoryFigures> MeasureBurst(const ServerProcess& server, const Workload& workload,
                                           const Settings& settings) {
  auto started = ClientProcess::Start(workload, server, settings.client_core);
  if (!started.ok()) return started.status();
  ClientProcess& client = **started;
  absl::Status status = PourAndDrain(client, workload.message_bytes);
  if (!status.ok()) return status;
  const absl::StatusOr<uint64_t> before = server.ResidentBytes();
  status = server.StartPeak();
  if (!status.ok()) return status;
  status = PourAndDrain(client, workload.message_bytes * workload.depth);
  if (!status.ok()) return status;
  Sleep(kGiveBackTime);
  const absl::StatusOr<uint64_t> peak = server.PeakResidentBytes();
  const absl::StatusOr<uint64_t> after = server.ResidentBytes();
  for (const auto* figure : {&before, &peak, &after}) {
    if (!figure->ok()) return figure->status();
  }
  // The kernel counts the peak less exactly than what there is.
  return MemoryFigures{.peak = BytesEach(*before, std::max(*peak, *after), workload),
                       .left = BytesEach(*before, *after, workload)};
}

}  // namespace

absl::StatusOr<MemoryFigures> MeasureMemoryOf(const Contender& contender, const Workload& workload,
                                              const Settings& settings) {
  Runner runner;
  absl::Status status = WarmUp(runner, contender, workload, settings);
  if (!status.ok()) return status;
  return workload.kind == WorkKind::kBurst ? MeasureBurst(*runner.server, workload, settings)
                                           : MeasureIdle(*runner.server, workload, settings);
}

Duration MemoryEstimate(const Workload& workload, const Settings& settings) {
  const Duration burst =
      workload.kind == WorkKind::kBurst ? kBurstTime + kGiveBackTime : Duration(0);
  return settings.slice + burst;
}

}  // namespace sluice::compare
