// Handshakes whose last ACK finds the accept queue full, which loopback shows by accident at most:
// SYN and last ACK are microseconds apart. TCP_DEFER_ACCEPT pulls them apart: the entry stays
// half-open until its client speaks, although the client is connected (tcp_check_req).
//
// Two batches of `backlog` clients: each connects, then speaks. The first fills the accept queue up
// to its limit, the second still may connect (full means *above* the limit); one of it gets in, the
// others are late.
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "apps/backlog/cell_runner.h"
#include "apps/backlog/server.h"
#include "apps/backlog/verdict.h"

namespace sluice::backlog {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Longer than any cell lasts: past it an entry would be taken without a word.
constexpr seconds kDefer{30};
// A loopback handshake takes microseconds; a busy machine is given time.
constexpr Duration kStepMax = seconds(5);
constexpr Duration kSettle = milliseconds(300);

struct Clients {
  std::vector<ConnectionId> open;
  uint64_t decided = 0;  // opened, or ended before
  uint64_t opened = 0;
  uint64_t reset = 0;  // before or after
  uint64_t timed_out = 0;
  uint64_t failed = 0;
  int last_error = 0;
  report::Histogram connect_ns;
};

class LateClient : public Handler {
 public:
  LateClient(Loop& loop, Clients& clients) : clients_(clients), start_(loop.now()) {}

  void OnOpen(Connection& connection) override {
    clients_.open.push_back(connection.id());
    opened_ = true;
    ++clients_.decided;
    ++clients_.opened;
    clients_.connect_ns.Record(static_cast<uint64_t>((connection.loop().now() - start_).count()));
  }
  size_t OnData(Connection&, std::string_view bytes) override { return bytes.size(); }
  void OnClose(Connection&, CloseReason reason) override {
    if (!opened_) ++clients_.decided;
    switch (reason.code) {
      case CloseCode::kLoopStopped:
        return;
      case CloseCode::kPeerReset:
        ++clients_.reset;
        return;
      case CloseCode::kConnectTimeout:
        ++clients_.timed_out;
        return;
      default:
        ++clients_.failed;
        clients_.last_error = reason.error;
    }
  }

 private:
  Clients& clients_;
  TimePoint start_;
  bool opened_ = false;
};

class LateAckCell {
 public:
  LateAckCell(const CellSpec& spec, std::unique_ptr<Loop> loop)
      : spec_(spec), loop_(std::move(loop)) {}

  absl::StatusOr<CellResult> Run() {
    if (absl::Status status = SetUp(); !status.ok()) return status;
    const uint32_t batch = LateAckBatch(spec_);
    for (int i = 0; i < 2; ++i) {
      Connect(batch);
      Speak();
      const uint32_t queued = i == 0 ? batch : batch + 1;
      TurnUntil(kStepMax, [&] { return watch_->reading().queue.length >= queued; });
    }
    TurnUntil(kSettle, [] { return false; });
    return Result();
  }

 private:
  absl::Status SetUp() {
    ServerOptions options{.endpoint = *Endpoint::Parse("127.0.0.1:0"),
                          .backlog = spec_.backlog,
                          .accept_rate = AcceptRate::Never(),
                          .service_time = Duration(0),
                          .socket = {}};
    options.socket.Set(socket_option::kDeferAccept, kDefer);
    absl::StatusOr<std::unique_ptr<SlowServer>> server =
        SlowServer::Start(*loop_, options, server_counts_);
    if (!server.ok()) return server.status();
    server_ = *std::move(server);
    absl::StatusOr<std::unique_ptr<QueueWatch>> watch =
        QueueWatch::Start(*loop_, server_->listener(), {});
    if (!watch.ok()) return watch.status();
    watch_ = *std::move(watch);
    return absl::OkStatus();
  }

  template <class Condition>
  void TurnUntil(Duration longest, Condition condition) {
    const TimePoint deadline = loop_->now() + longest;
    while (!condition() && loop_->now() < deadline) loop_->Turn(deadline);
  }

  void Connect(uint32_t count) {
    const uint64_t expected = clients_.decided + count;
    ConnectOptions options;
    options.timeout = spec_.timeout;
    for (uint32_t i = 0; i < count; ++i) {
      loop_->Connect(server_->listener().endpoint(), options,
                     std::make_unique<LateClient>(*loop_, clients_));
    }
    TurnUntil(kStepMax, [&] { return clients_.decided >= expected; });
  }

  void Speak() {
    for (const ConnectionId id : clients_.open) {
      if (Connection* connection = loop_->Find(id)) connection->SendStatic("hello\n");
    }
    clients_.open.clear();
  }

  absl::StatusOr<CellResult> Result() {
    if (clients_.failed > 0) {
      return absl::InternalError(std::to_string(clients_.failed) + " connects failed: " +
                                 std::string(std::strerror(clients_.last_error)));
    }
    CellResult result;
    result.backend = std::string(loop_->backend_name());
    result.completed = clients_.opened;
    result.timed_out = clients_.timed_out;
    result.reset = clients_.reset;
    result.connect = PercentilesOf(clients_.connect_ns);
    if (absl::Status status = RecordWatch(*watch_, result); !status.ok()) return status;
    const uint64_t known = result.reset + watch_->reading().queue.length;
    result.ghosts = result.completed > known ? result.completed - known : 0;
    return result;
  }

  const CellSpec& spec_;
  ServerCounts server_counts_;
  Clients clients_;
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<SlowServer> server_;
  std::unique_ptr<QueueWatch> watch_;
};

}  // namespace

absl::StatusOr<CellResult> RunLateAckCell(const CellSpec& spec, const LoopOptions& loop_options) {
  absl::StatusOr<std::unique_ptr<Loop>> loop = Loop::Create(loop_options);
  if (!loop.ok()) return loop.status();
  return LateAckCell(spec, *std::move(loop)).Run();
}

}  // namespace sluice::backlog
