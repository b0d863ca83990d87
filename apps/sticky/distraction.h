// A receiver that now and then does something else than receive: works on what it got, waits for a
// disk. Meanwhile the kernel goes on taking bytes in, as far as its buffer reaches.
#ifndef SLUICE_APPS_STICKY_DISTRACTION_H_
#define SLUICE_APPS_STICKY_DISTRACTION_H_

#include <utility>

#include "absl/functional/any_invocable.h"
#include "reactor/base/time.h"
#include "reactor/loop.h"
#include "reactor/timer.h"

namespace sluice::sticky {

class Distraction {
 public:
  // `pause` 0: never. `after` is how long it reads between two pauses; 0: for one receive.
  // `set_reading` is called from Start, Received and timers of the loop, which outlives this.
  Distraction(Loop& loop, Duration pause, Duration after,
              absl::AnyInvocable<void(bool reading)> set_reading)
      : pause_(pause),
        after_(after),
        set_reading_(std::move(set_reading)),
        timer_(loop, [this] { away_ ? Return() : LookAway(); }) {}

  // The receiver is there, and busy at once.
  void Start() {
    if (pause_ > Duration(0)) LookAway();
  }
  void Received() {
    if (pause_ > Duration(0) && after_ == Duration(0) && !away_) LookAway();
  }
  // Reads on and never looks away again.
  void End() {
    pause_ = Duration(0);
    timer_.Cancel();
    if (std::exchange(away_, false)) set_reading_(true);
  }
  bool away() const { return away_; }

 private:
  void LookAway() {
    away_ = true;
    timer_.ArmAfter(pause_);
    set_reading_(false);
  }
  void Return() {
    away_ = false;
    if (after_ > Duration(0)) timer_.ArmAfter(after_);
    set_reading_(true);
  }

  Duration pause_;
  Duration after_;
  absl::AnyInvocable<void(bool)> set_reading_;
  bool away_ = false;
  Timer timer_;
};

}  // namespace sluice::sticky

#endif  // SLUICE_APPS_STICKY_DISTRACTION_H_
