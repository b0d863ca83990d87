#include "tools/sim/scenarios/watch.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "reactor/connection.h"
#include "reactor/loop.h"

namespace sluice::simulate {
namespace {

// Of an end that closes without having opened.
bool EndsAnAttempt(CloseCode code) {
  switch (code) {
    case CloseCode::kConnectFailed:
    case CloseCode::kConnectTimeout:
    case CloseCode::kLocal:  // what the program asked for while it was connecting
    case CloseCode::kAborted:
    case CloseCode::kProtocolError:
    case CloseCode::kDeadline:
    case CloseCode::kOutputOverflow:
    case CloseCode::kLoopStopped:
      return true;
    default:
      return false;
  }
}

bool Fits(const Connection& connection, const End& end, CloseReason reason) {
  if (!end.opened) return EndsAnAttempt(reason.code);
  const ConnectionLimits& limits = connection.limits();
  switch (reason.code) {
    case CloseCode::kNone:
    case CloseCode::kConnectFailed:
    case CloseCode::kConnectTimeout:
      return false;
    case CloseCode::kPeerEnded:
      return connection.peer_ended();
    case CloseCode::kPeerReset:
    case CloseCode::kIoError:
      return reason.error != 0;
    case CloseCode::kIdleTimeout:
      return limits.idle_timeout > Duration(0);
    case CloseCode::kOutputStalled:
      return limits.stall_timeout > Duration(0) && connection.unsent_bytes() > 0;
    case CloseCode::kOutputOverflow:
      return connection.unsent_bytes() <= limits.output_bytes_max;  // what was too much is dropped
    case CloseCode::kLoopStopped:
      return connection.loop().stopping();
    default:
      return true;
  }
}

class Watched final : public Handler {
 public:
  Watched(Trial& trial, End& end, std::unique_ptr<Handler> inner)
      : trial_(trial), end_(end), inner_(std::move(inner)) {}

  ~Watched() override {
    trial_.Expect(!inside_, "a handler was destroyed inside one of its calls");
    end_.destroyed = true;
  }

  void OnOpen(Connection& connection) override {
    trial_.Expect(!end_.opened, "OnOpen came twice");
    const Call call(*this);
    end_.opened = true;
    inner_->OnOpen(connection);
  }

  size_t OnData(Connection& connection, std::string_view bytes) override {
    ExpectOpen();
    trial_.Expect(!end_.peer_ended, "OnData came after OnEnd");
    trial_.Expect(connection.is_reading(), "OnData came while the connection did not read");
    trial_.Expect(!bytes.empty(), "OnData came without bytes");
    trial_.Expect(bytes.size() >= left_, "OnData did not show again what was left unconsumed");
    const Call call(*this);
    const size_t consumed = inner_->OnData(connection, bytes);
    consumed_ += consumed;
    left_ = bytes.size() - consumed;
    return consumed;
  }

  void OnEnd(Connection& connection) override {
    ExpectOpen();
    trial_.Expect(!end_.peer_ended, "OnEnd came twice");
    trial_.Expect(connection.is_reading(), "OnEnd came while the connection did not read");
    trial_.Expect(consumed_ + left_ == connection.stats().bytes_received,
                  "OnEnd came before every byte was shown");
    const Call call(*this);
    end_.peer_ended = true;
    inner_->OnEnd(connection);
  }

  void OnDrain(Connection& connection) override {
    ExpectOpen();
    trial_.Expect(connection.is_open(), "OnDrain came after Close");
    trial_.Expect(connection.unsent_bytes() <= connection.limits().output_low_water_bytes,
                  "OnDrain came above the low-water mark");
    const Call call(*this);
    inner_->OnDrain(connection);
  }

  void OnStop(Connection& connection) override {
    ExpectOpen();
    trial_.Expect(!stopped_, "OnStop came twice");
    trial_.Expect(connection.is_open(), "OnStop came after Close");
    trial_.Expect(connection.loop().stopping(), "OnStop came without Stop");
    const Call call(*this);
    stopped_ = true;
    inner_->OnStop(connection);
  }

  void OnClose(Connection& connection, CloseReason reason) override {
    trial_.Expect(!end_.closed, "OnClose came twice");
    trial_.Expect(Fits(connection, end_, reason),
                  "a connection closed for a reason that cannot be");
    const Call call(*this);
    end_.closed = true;
    end_.reason = reason;
    inner_->OnClose(connection, reason);
  }

 private:
  // That of one loop never begins inside that of the same handler.
  class Call {
   public:
    explicit Call(Watched& watched) : watched_(watched) {
      watched.trial_.Expect(!watched.inside_, "a handler was called from inside a call");
      watched.inside_ = true;
    }
    ~Call() { watched_.inside_ = false; }

   private:
    Watched& watched_;
  };

  void ExpectOpen() {
    trial_.Expect(end_.opened, "a call came before OnOpen");
    trial_.Expect(!end_.closed, "a call came after OnClose");
  }

  Trial& trial_;
  End& end_;
  const std::unique_ptr<Handler> inner_;
  uint64_t consumed_ = 0;
  size_t left_ = 0;  // unconsumed of what was shown
  bool stopped_ = false;
  bool inside_ = false;
};

}  // namespace

std::unique_ptr<Handler> Watch::Over(std::unique_ptr<Handler> inner) {
  return std::make_unique<Watched>(trial_, ends_.emplace_back(), std::move(inner));
}

size_t Watch::opened() const {
  return static_cast<size_t>(
      std::count_if(ends_.begin(), ends_.end(), [](const End& end) { return end.opened; }));
}

size_t Watch::CountClosedWith(CloseCode code) const {
  return static_cast<size_t>(std::count_if(
      ends_.begin(), ends_.end(), [code](const End& end) { return end.reason.code == code; }));
}

void Watch::CheckAllGone(size_t uncalled) {
  size_t unclosed = 0;
  for (const End& end : ends_) {
    trial_.Expect(end.closed || !end.opened, "a handler did not get OnClose");
    trial_.Expect(end.destroyed, "a handler was never destroyed");
    if (!end.closed) ++unclosed;
  }
  trial_.Expect(unclosed == uncalled, "a handler was never told of its connection's end");
}

void RunUntilAllGone(Trial& trial, Duration limit, std::initializer_list<const Loop*> loops,
                     std::initializer_list<Watch*> watches) {
  const auto all_gone = [loops] {
    return std::all_of(loops.begin(), loops.end(),
                       [](const Loop* loop) { return loop->stats().connections == 0; });
  };
  trial.RunUntil(all_gone, limit, "a connection never ended");
  trial.End();
  for (Watch* watch : watches) watch->CheckAllGone();
}

}  // namespace sluice::simulate
