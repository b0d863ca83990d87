// Says once, on standard error, that connections wait because accepting them failed for want of
// something; the loop itself goes on trying.
#ifndef SLUICE_TOOLS_CLI_ACCEPT_WATCH_H_
#define SLUICE_TOOLS_CLI_ACCEPT_WATCH_H_

#include "reactor/loop.h"
#include "reactor/timer.h"

namespace sluice::cli {

// Looks now and then, on its loop's thread; may outlive the loop.
class AcceptWatch {
 public:
  explicit AcceptWatch(Loop& loop) : loop_(loop), timer_(loop, [this] { Look(); }) {
    timer_.ArmAfter(kEvery);
  }

 private:
  static constexpr Duration kEvery = std::chrono::milliseconds(500);
  void Look();

  Loop& loop_;
  Timer timer_;
};

}  // namespace sluice::cli

#endif  // SLUICE_TOOLS_CLI_ACCEPT_WATCH_H_
