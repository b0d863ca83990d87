#include "bench/compare/loops.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "bench/compare/cpu_clock.h"
#include "tools/cli/interrupt.h"

namespace sluice::compare {
namespace {

std::string CoresText(const std::vector<int>& cores) {
  std::string text = cores.size() == 1 ? "core" : "cores";
  for (const int core : cores) text += " " + std::to_string(core);
  return text;
}

// One of the two servers of a row, with its clients.
class Side {
 public:
  Samples samples;
  std::string failure;

  void Start(const Contender& contender, const Workload& workload, uint32_t loops,
             const Placement& placement) {
    Keep(TryStart(contender, workload, loops, placement));
  }
  void Measure(size_t cycle, const SlicePlan& plan) {
    if (!failure.empty()) return;
    const absl::StatusOr<Slice> slice = Run(plan);
    if (slice.ok()) samples.Add(cycle, *slice);
    Keep(slice.status());
  }
  LoopsFigures::Side figures() const {
    return {.cpu_us = SpreadOf(Present(samples.cpu_us)), .rate = SpreadOf(Present(samples.rate))};
  }

 private:
  void Keep(const absl::Status& status) {
    if (status.ok()) return;
    failure = std::string(status.message());
    clients_.clear();
    server_.reset();
  }

  absl::Status TryStart(const Contender& contender, const Workload& workload, uint32_t loops,
                        const Placement& placement) {
    std::vector<std::string> command = CommandFor(contender, workload);
    command.push_back("--threads=" + std::to_string(loops));
    auto started = ServerProcess::Start(command, loops == 1 ? placement.one : placement.several);
    if (!started.ok()) return started.status();
    server_ = *std::move(started);
    // As many clients for one loop as for several: what they cost each other is in both figures.
    Workload share = workload;
    share.connections /= workload.loops;
    for (size_t i = 0; i < workload.loops; ++i) {
      const int core = placement.clients[i % placement.clients.size()];
      auto client = ClientProcess::Start(share, *server_, core);
      if (!client.ok()) return client.status();
      clients_.push_back(*std::move(client));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Slice> Run(const SlicePlan& plan) {
    const absl::StatusOr<CpuClock> clock = CpuClock::Of(server_->pid());
    if (!clock.ok()) return clock.status();
    const absl::StatusOr<Slice> unmeasured = RunClients(plan.warmup);
    if (!unmeasured.ok()) return unmeasured.status();
    const Duration before = clock->Settled();
    absl::StatusOr<Slice> slice = RunClients(plan.slice);
    if (slice.ok()) slice->cpu = clock->Settled() - before;
    return slice;
  }

  // All at once.
  absl::StatusOr<Slice> RunClients(Duration duration) {
    for (const auto& client : clients_) {
      if (absl::Status status = client->Begin(duration); !status.ok()) return status;
    }
    Slice all;
    for (const auto& client : clients_) {
      const absl::StatusOr<Slice> slice = client->Finish();
      if (!slice.ok()) return slice.status();
      all.messages += slice->messages;
      all.elapsed = std::max(all.elapsed, slice->elapsed);
      all.latency_ns.Merge(slice->latency_ns);
    }
    return all;
  }

  std::unique_ptr<ServerProcess> server_;
  std::vector<std::unique_ptr<ClientProcess>> clients_;
};

struct Pair {
  Side one;
  Side several;
};

Cell CellOf(const Pair& pair, uint32_t loops) {
  Cell cell;
  cell.failure = pair.one.failure.empty() ? pair.several.failure : pair.one.failure;
  if (!cell.failure.empty()) return cell;
  std::vector<double> efficiencies =
      RatiosInCycles(pair.several.samples.rate, pair.one.samples.rate);
  for (double& efficiency : efficiencies) efficiency /= loops;
  cell.loops = LoopsFigures{.one = pair.one.figures(),
                            .several = pair.several.figures(),
                            .efficiency = SpreadOf(efficiencies)};
  return cell;
}

}  // namespace

// The servers' core first and the clients' last, the others between them.
Placement PlaceLoops(const Settings& settings, uint32_t loops) {
  std::vector<int> cores = {settings.server_core};
  for (const int core : settings.cores) {
    if (core != settings.server_core && core != settings.client_core) cores.push_back(core);
  }
  if (settings.client_core != settings.server_core) cores.push_back(settings.client_core);
  const auto split = cores.begin() + std::min<ptrdiff_t>(loops, std::ssize(cores));
  Placement placement{.one = {cores.front()},
                      .several = std::vector<int>(cores.begin(), split),
                      .clients = std::vector<int>(split, cores.end())};
  placement.shared = placement.clients.empty();
  if (placement.shared) placement.clients = {cores.back()};
  return placement;
}

std::string PlacementText(const Settings& settings, uint32_t loops) {
  const Placement placement = PlaceLoops(settings, loops);
  const std::string count = std::to_string(loops);
  std::string text = "1 loop on " + CoresText(placement.one) + ", " + count + " loops on " +
                     CoresText(placement.several) + ", " + count + " clients on " +
                     CoresText(placement.clients) + " in both cases. ";
  if (placement.shared) {
    return text +
           "The clients take their part of a core that a loop needs as well, as much as the "
           "loops or more: the rate can hardly double here, and the floor's row says what "
           "is left to reach. CPU a message says what a second loop costs";
  }
  return text + "No loop shares its core with a client";
}

Column MeasureLoops(const std::vector<Contender>& rows, const Workload& workload,
                    const Settings& settings, const SlicePlan& plan,
                    const std::function<void(const std::string&)>& progress) {
  const Placement placement = PlaceLoops(settings, workload.loops);
  std::vector<std::unique_ptr<Pair>> pairs(rows.size());
  std::vector<Side*> sides;
  for (size_t row = 0; row < rows.size() && !cli::Interrupted(); ++row) {
    if (!Takes(rows[row], workload)) continue;
    progress("connecting to " + rows[row].title);
    pairs[row] = std::make_unique<Pair>();
    pairs[row]->one.Start(rows[row], workload, 1, placement);
    pairs[row]->several.Start(rows[row], workload, workload.loops, placement);
    sides.push_back(&pairs[row]->one);
    sides.push_back(&pairs[row]->several);
  }
  for (int cycle = 0; cycle < settings.cycles && !cli::Interrupted(); ++cycle) {
    progress("cycle " + std::to_string(cycle + 1) + " of " + std::to_string(settings.cycles));
    for (size_t turn = 0; turn < sides.size() && !cli::Interrupted(); ++turn) {
      sides[(turn + static_cast<size_t>(cycle)) % sides.size()]->Measure(static_cast<size_t>(cycle),
                                                                         plan);
    }
  }
  Column column{workload, {}};
  for (const std::unique_ptr<Pair>& pair : pairs) {
    column.cells.push_back(pair == nullptr ? Cell() : CellOf(*pair, workload.loops));
  }
  return column;
}

}  // namespace sluice::compare
