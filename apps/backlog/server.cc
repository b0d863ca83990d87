#include "apps/backlog/server.h"

#include <utility>

namespace sluice::backlog {
namespace {

class ServiceHandler : public Handler {
 public:
  ServiceHandler(Loop& loop, Duration service_time, ServerCounts& counts)
      : loop_(loop),
        service_time_(service_time),
        counts_(counts),
        service_(loop, [this] { Serve(); }) {}

  void OnOpen(Connection& connection) override {
    ++counts_.accepted;
    ++counts_.serving;
    connection_ = connection.id();
    if (service_time_ > Duration(0)) {
      service_.ArmAfter(service_time_);
    } else {
      Serve();
    }
  }

  size_t OnData(Connection&, std::string_view bytes) override { return bytes.size(); }

  // It may only have ended its own stream and still read: it gets its answer in its turn.
  void OnEnd(Connection&) override { peer_ended_ = true; }

  void OnStop(Connection&) override { Serve(); }

  void OnClose(Connection&, CloseReason) override {
    service_.Cancel();
    if (served_) return;
    --counts_.serving;
    ++counts_.left;
  }

 private:
  void Serve() {
    Connection* connection = loop_.Find(connection_);
    if (served_ || connection == nullptr) return;
    service_.Cancel();
    served_ = true;
    --counts_.serving;
    ++(peer_ended_ ? counts_.left : counts_.served);
    connection->SendStatic("served\n");
    connection->Close();
  }

  Loop& loop_;
  Duration service_time_;
  ServerCounts& counts_;
  ConnectionId connection_;
  bool peer_ended_ = false;
  bool served_ = false;
  Timer service_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SlowServer>> SlowServer::Start(Loop& loop,
                                                              const ServerOptions& options,
                                                              ServerCounts& counts) {
  ListenerOptions listen;
  listen.backlog = options.backlog;
  listen.accepting = options.accept_rate.unlimited();
  listen.socket = options.socket;
  const Duration service_time = options.service_time;
  absl::StatusOr<Listener*> listener =
      loop.Listen(options.endpoint, std::move(listen), [&loop, service_time, &counts] {
        return std::make_unique<ServiceHandler>(loop, service_time, counts);
      });
  if (!listener.ok()) return listener.status();
  auto server = std::unique_ptr<SlowServer>(new SlowServer(loop, options.accept_rate.per_second()));
  server->listener_ = *listener;
  if (options.accept_rate.per_second() > 0) server->tick_.ArmAfter(server->pacer_.interval());
  return server;
}

SlowServer::SlowServer(Loop& loop, double per_second)
    : loop_(loop), start_(loop.now()), pacer_(per_second), tick_(loop, [this] { Tick(); }) {}

void SlowServer::Tick() {
  const absl::StatusOr<AcceptQueue> queue = listener_->accept_queue();
  const uint64_t length = queue.ok() ? queue->length : 0;
  const uint64_t pending = granted_ - listener_->accepted();
  const uint64_t waiting = length > pending ? length - pending : 0;
  const uint64_t due = pacer_.Due(loop_.now() - start_, waiting);
  for (uint64_t i = 0; i < due; ++i) listener_->AcceptOne();
  granted_ += due;
  tick_.ArmAfter(pacer_.interval());
}

}  // namespace sluice::backlog
