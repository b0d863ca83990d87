#include "apps/backlog/cell_runner.h"

#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "apps/backlog/server.h"
#include "apps/backlog/verdict.h"
#include "tools/netlab/syn_injector.h"
#include "tools/netlab/sysctl.h"

namespace sluice::backlog {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The flood fills the half-open queue for so long before the clients come. Above half of the limit
// the kernel prunes old entries, from about 1 s after the first: the peak is reached before.
constexpr Duration kFloodLead = milliseconds(400);
constexpr Duration kFloodInterval = milliseconds(2);
// Counting half-open connections walks the host's whole table: seldom, where there are none to see.
constexpr WatchIntervals kWatchFlood = {.queue = milliseconds(10), .half_open = milliseconds(50)};
constexpr WatchIntervals kWatchBurst = {.queue = milliseconds(2), .half_open = milliseconds(250)};
// For answers that never come.
constexpr Duration kAnswerGrace = seconds(5);

absl::Status SetSysctls(const netlab::PrivateNamespace& ns, const CellSpec& spec) {
  const std::pair<const char*, int64_t> sysctls[] = {
      {"net.core.somaxconn", spec.somaxconn},
      {"net.ipv4.tcp_syncookies", spec.syncookies},
      {"net.ipv4.tcp_abort_on_overflow", spec.abort_on_overflow},
      {"net.ipv4.tcp_max_syn_backlog", spec.max_syn_backlog}};
  for (const auto& [name, value] : sysctls) {
    if (absl::Status status = netlab::WriteSysctl(ns, name, value); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// Members go in reverse order: what lives on the loop before it, what its handlers count in after.
class Cell {
 public:
  Cell(const netlab::PrivateNamespace& ns, const CellSpec& spec, std::unique_ptr<Loop> loop)
      : ns_(ns),
        spec_(spec),
        loop_(std::move(loop)),
        flood_tick_(*loop_, [this] { Flood(); }),
        storm_begin_(*loop_, [this] { BeginStorm(); }) {}

  absl::StatusOr<CellResult> Run() {
    if (absl::Status status = SetUp(); !status.ok()) return status;
    while (!done() && loop_->now() < deadline_ && error_.ok()) loop_->Turn(deadline_);
    if (!error_.ok()) return error_;
    return Result();
  }

 private:
  absl::Status SetUp() {
    const ServerOptions options{.endpoint = *Endpoint::Parse("127.0.0.1:0"),
                                .backlog = spec_.backlog,
                                .accept_rate = spec_.accept_rate,
                                .service_time = spec_.service_time,
                                .socket = {}};
    absl::StatusOr<std::unique_ptr<SlowServer>> server =
        SlowServer::Start(*loop_, options, server_counts_);
    if (!server.ok()) return server.status();
    server_ = *std::move(server);
    absl::StatusOr<std::unique_ptr<QueueWatch>> watch = QueueWatch::Start(
        *loop_, server_->listener(), spec_.syns_per_second > 0 ? kWatchFlood : kWatchBurst);
    if (!watch.ok()) return watch.status();
    watch_ = *std::move(watch);
    deadline_ = loop_->now() + kFloodLead + spec_.timeout + AnswersTake() + kAnswerGrace;
    if (spec_.syns_per_second == 0) {
      BeginStorm();
      return absl::OkStatus();
    }
    return BeginFlood();
  }

  absl::Status BeginFlood() {
    const Duration longest = deadline_ - loop_->now();
    const auto count = static_cast<uint64_t>(
        std::chrono::duration<double>(longest).count() * spec_.syns_per_second + 1);
    absl::StatusOr<netlab::SynInjector> injector = netlab::SynInjector::Create(
        ns_, {.target_address = "127.0.0.1",
              .target_port = server_->listener().endpoint().port(),
              .rate_per_second = spec_.syns_per_second,
              .count_max = std::min(count, netlab::SynInjector::kCountMax),
              .duration_max = std::min<Duration>(longest, netlab::SynInjector::kDurationMax)});
    if (!injector.ok()) return injector.status();
    injector_ = std::make_unique<netlab::SynInjector>(*std::move(injector));
    flood_start_ = loop_->now();
    storm_begin_.ArmAfter(kFloodLead);
    Flood();
    return absl::OkStatus();
  }

  void Flood() {
    const Duration elapsed = loop_->now() - flood_start_;
    absl::StatusOr<uint64_t> sent = injector_->SendDue(elapsed);
    if (!sent.ok()) {
      error_ = sent.status();
    } else if (!injector_->done(elapsed)) {
      flood_tick_.ArmAfter(kFloodInterval);
    }
  }

  void BeginStorm() {
    storm_begun_ = true;
    StartStorm(*loop_,
               {.target = server_->listener().endpoint(),
                .connects = spec_.connects,
                .timeout = spec_.timeout},
               storm_);
  }

  // At the rate given, one after the other; served all at once.
  Duration AnswersTake() const {
    const double rate = spec_.accept_rate.per_second();
    const double accepting = rate > 0 ? spec_.connects / rate : 0;
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(accepting)) +
           spec_.service_time;
  }

  bool done() const {
    if (!storm_begun_ || storm_.decided() < spec_.connects) return false;
    return spec_.accept_rate.never() ||
           storm_.answered + storm_.ended_unanswered == storm_.completed;
  }

  absl::StatusOr<CellResult> Result() {
    CellResult result;
    result.backend = std::string(loop_->backend_name());
    result.completed = storm_.completed;
    result.timed_out = storm_.timed_out;
    result.reset = storm_.reset;
    result.failed = storm_.failed;
    result.answered = storm_.answered;
    result.connect = PercentilesOf(storm_.connect_ns);
    result.answer = PercentilesOf(storm_.answer_ns);
    result.syns_sent = injector_ == nullptr ? 0 : injector_->sent();
    if (absl::Status status = RecordWatch(*watch_, result); !status.ok()) return status;
    if (result.failed > 0) {
      return absl::InternalError(std::to_string(result.failed) + " connects failed: " +
                                 std::string(std::strerror(storm_.last_error)));
    }
    return result;
  }

  const netlab::PrivateNamespace& ns_;
  const CellSpec& spec_;
  ServerCounts server_counts_;
  StormResult storm_;
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<SlowServer> server_;
  std::unique_ptr<QueueWatch> watch_;
  std::unique_ptr<netlab::SynInjector> injector_;
  TimePoint flood_start_;
  TimePoint deadline_ = kNever;
  bool storm_begun_ = false;
  absl::Status error_;
  Timer flood_tick_;
  Timer storm_begin_;
};

}  // namespace

Percentiles PercentilesOf(const report::Histogram& nanoseconds) {
  const auto micro = [](uint64_t value) { return static_cast<double>(value) / 1e3; };
  return {micro(nanoseconds.Percentile(50)), micro(nanoseconds.Percentile(90)),
          micro(nanoseconds.Percentile(99)), micro(nanoseconds.max())};
}

absl::Status RecordWatch(QueueWatch& watch, CellResult& result) {
  const QueueReading& reading = watch.Read();
  result.queue_limit = reading.queue.limit;
  result.queue_peak = reading.queue_peak;
  result.half_open_peak = reading.half_open_peak;
  absl::StatusOr<netlab::CounterSnapshot> moved = watch.Since();
  if (!moved.ok()) return moved.status();
  result.counters = MovedOf(*moved);
  result.syn_backlog_drops = netlab::SynBacklogDrops(*moved);
  return absl::OkStatus();
}

absl::StatusOr<CellResult> RunCell(const netlab::PrivateNamespace& ns, const CellSpec& spec,
                                   const LoopOptions& loop_options) {
  if (absl::Status status = SetSysctls(ns, spec); !status.ok()) return status;
  absl::StatusOr<CellResult> result;
  if (spec.kind == CellKind::kLateAck) {
    result = RunLateAckCell(spec, loop_options);
  } else {
    absl::StatusOr<std::unique_ptr<Loop>> loop = Loop::Create(loop_options);
    if (!loop.ok()) return loop.status();
    result = Cell(ns, spec, *std::move(loop)).Run();
  }
  if (result.ok()) Judge(spec, *result);
  return result;
}

}  // namespace sluice::backlog
