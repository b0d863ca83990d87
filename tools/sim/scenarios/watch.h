// Holds a loop to what handler.h promises of every handler: which call comes when, once-ness,
// nothing from inside a call, a reason that fits.
//
//   Watch servers(trial);
//   server.Listen(endpoint, options, [&] { return servers.Over(std::make_unique<Echo>()); });
//   ...
//   trial.End();
//   servers.CheckAllGone();
#ifndef SLUICE_TOOLS_SIM_SCENARIOS_WATCH_H_
#define SLUICE_TOOLS_SIM_SCENARIOS_WATCH_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <memory>

#include "reactor/close_reason.h"
#include "reactor/handler.h"
#include "reactor/loop.h"
#include "tools/sim/trial.h"

namespace sluice::simulate {

// One end of a connection, as its handler saw it.
struct End {
  bool opened = false;
  bool peer_ended = false;  // OnEnd came
  bool closed = false;
  bool destroyed = false;
  CloseReason reason;
};

// Outlives the loops of the handlers it watches.
class Watch {
 public:
  explicit Watch(Trial& trial) : trial_(trial) {}

  // A handler that passes every call on to `inner` and looks at it on the way.
  std::unique_ptr<Handler> Over(std::unique_ptr<Handler> inner);

  const std::deque<End>& ends() const { return ends_; }
  size_t opened() const;
  size_t CountClosedWith(CloseCode code) const;
  // Due when the loops are gone: every handler was told so, and destroyed; but for the `uncalled`
  // ones of connections that never began.
  void CheckAllGone(size_t uncalled = 0);

 private:
  Trial& trial_;
  std::deque<End> ends_;  // whose members stay where they are
};

// Runs until none of the loops has a connection, ends the trial, and checks what the watches saw: a
// violation where that takes longer than `limit` of simulated time.
void RunUntilAllGone(Trial& trial, Duration limit, std::initializer_list<const Loop*> loops,
                     std::initializer_list<Watch*> watches);

}  // namespace sluice::simulate

#endif  // SLUICE_TOOLS_SIM_SCENARIOS_WATCH_H_
