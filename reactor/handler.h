// What a user of Sluice writes: what happens on one connection. The loop makes a Handler for each,
// calls it on its own thread only, and destroys it after OnClose.
//
//   class Echo : public sluice::Handler {
//     size_t OnData(sluice::Connection& connection, std::string_view bytes) override {
//       connection.Send(bytes);
//       return bytes.size();
//     }
//   };
//
// `Connection&` is valid inside the callback only; keep Connection::id() to find it again later.
// Any callback may call anything on its connection or its loop, Close and Abort and Stop included:
// nothing calls back from inside those calls.
#ifndef SLUICE_REACTOR_HANDLER_H_
#define SLUICE_REACTOR_HANDLER_H_

#include <cstddef>
#include <memory>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "reactor/close_reason.h"

namespace sluice {

class Connection;

class Handler {
 public:
  virtual ~Handler() = default;

  // Accepted, or connected. Not called when an outbound connect fails: that is OnClose alone.
  virtual void OnOpen(Connection& connection);

  // Bytes arrived. Returns how many of the front were consumed; the rest is shown again,
  // contiguous, with what arrives next. `bytes` is never empty and valid during the call only. Not
  // called while reading is paused or after Close.
  virtual size_t OnData(Connection& connection, std::string_view bytes) = 0;

  // The peer ended its stream; nothing more will arrive (half-close: sending still works).
  // Connection::unconsumed() is what nothing will complete; it is lost when this returns. Not
  // called after Close. Default: Close().
  virtual void OnEnd(Connection& connection);

  // Unsent output fell below the low-water mark after having been above the high-water mark.
  virtual void OnDrain(Connection& connection);

  // The loop was asked to stop: finish. Default: Close(), which sends what is unsent first. What
  // still is open at the drain deadline is aborted.
  virtual void OnStop(Connection& connection);

  // The connection is gone, exactly once; the last call. Sending has no effect any more.
  virtual void OnClose(Connection& connection, CloseReason reason);
};

using HandlerFactory = absl::AnyInvocable<std::unique_ptr<Handler>()>;

}  // namespace sluice

#endif  // SLUICE_REACTOR_HANDLER_H_
