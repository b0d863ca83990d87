#include "apps/backlog/storm.h"

#include <cerrno>
#include <memory>

namespace sluice::backlog {
namespace {

// Finer than the loop's time, which stands still within a turn, as a burst does.
using Clock = std::chrono::steady_clock;

uint64_t NanosecondsSince(Clock::time_point start) {
  return static_cast<uint64_t>(Duration(Clock::now() - start).count());
}

class StormClient : public Handler {
 public:
  explicit StormClient(StormResult& result) : result_(result), start_(Clock::now()) {}

  void OnOpen(Connection&) override {
    opened_ = true;
    ++result_.completed;
    result_.connect_ns.Record(NanosecondsSince(start_));
  }

  size_t OnData(Connection&, std::string_view bytes) override {
    if (!answered_) {
      answered_ = true;
      ++result_.answered;
      result_.answer_ns.Record(NanosecondsSince(start_));
    }
    return bytes.size();
  }

  void OnClose(Connection&, CloseReason reason) override {
    // The loop's own end is no outcome of the connection's.
    if (reason.code == CloseCode::kLoopStopped) return;
    if (opened_) {
      if (!answered_) ++result_.ended_unanswered;
      return;
    }
    Decide(reason);
  }

 private:
  void Decide(CloseReason reason) {
    const bool timeout = reason.code == CloseCode::kConnectTimeout || reason.error == ETIMEDOUT;
    const bool reset = reason.code == CloseCode::kPeerReset || reason.error == ECONNRESET ||
                       reason.error == ECONNREFUSED;
    if (timeout) {
      ++result_.timed_out;
    } else if (reset) {
      ++result_.reset;
    } else {
      ++result_.failed;
      result_.last_error = reason.error;
    }
  }

  StormResult& result_;
  Clock::time_point start_;
  bool opened_ = false;
  bool answered_ = false;
};

}  // namespace

void StartStorm(Loop& loop, const StormOptions& options, StormResult& result) {
  ConnectOptions connect;
  connect.timeout = options.timeout;
  for (uint32_t i = 0; i < options.connects; ++i) {
    loop.Connect(options.target, connect, std::make_unique<StormClient>(result));
  }
}

}  // namespace sluice::backlog
