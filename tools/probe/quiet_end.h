// Ends a probe that has sent everything, once nothing came for a while.
#ifndef SLUICE_TOOLS_PROBE_QUIET_END_H_
#define SLUICE_TOOLS_PROBE_QUIET_END_H_

#include <optional>

#include "reactor/loop.h"
#include "reactor/timer.h"
#include "tools/probe/event.h"

namespace sluice::probe {

class QuietEnd : public EventSink {
 public:
  // Nothing: it never ends by itself.
  QuietEnd(Loop& loop, std::optional<Duration> silence)
      : silence_(silence), timer_(loop, [&loop] {
          if (!loop.stopping()) loop.Stop(std::chrono::milliseconds(500));
        }) {}

  // From now on silence counts.
  void Begin() {
    begun_ = true;
    if (silence_) timer_.ArmAfter(*silence_);
  }

  void OnEvent(const Event& event) override {
    if (begun_ && event.chunk != 0) Begin();
  }

 private:
  const std::optional<Duration> silence_;
  bool begun_ = false;
  Timer timer_;
};

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_QUIET_END_H_
