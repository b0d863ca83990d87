// A server that accepts as slowly as it is told, so that its listen queues fill.
#ifndef SLUICE_APPS_BACKLOG_SERVER_H_
#define SLUICE_APPS_BACKLOG_SERVER_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "apps/backlog/accept_rate.h"
#include "reactor/loop.h"

namespace sluice::backlog {

struct ServerOptions {
  Endpoint endpoint;
  int backlog = 5;
  AcceptRate accept_rate = AcceptRate::Never();
  Duration service_time{0};  // from accepted to answered and closed
  SocketOptions socket;
};

struct ServerCounts {
  uint64_t accepted = 0;
  uint64_t serving = 0;  // now
  uint64_t served = 0;   // answered
  uint64_t left = 0;     // had ended their stream, or were gone, when their turn came
};

// Answers "served\n" after the service time and closes; what clients send is read and dropped.
// Lives on one loop and must go before it.
class SlowServer {
 public:
  // `counts` must outlive the loop, whose connections count in it.
  static absl::StatusOr<std::unique_ptr<SlowServer>> Start(Loop& loop, const ServerOptions& options,
                                                           ServerCounts& counts);

  // Valid until the loop stops.
  const Listener& listener() const { return *listener_; }

  // No more is accepted at the rate. Call it before the loop stops, which closes the listener.
  void Stop() { tick_.Cancel(); }

 private:
  SlowServer(Loop& loop, double per_second);
  void Tick();

  Loop& loop_;
  Listener* listener_ = nullptr;  // the loop's
  TimePoint start_;
  AcceptPacer pacer_;
  uint64_t granted_ = 0;  // AcceptOne calls
  Timer tick_;
};

}  // namespace sluice::backlog

#endif  // SLUICE_APPS_BACKLOG_SERVER_H_
