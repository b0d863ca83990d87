// One-shot timers on a hierarchical wheel: arming, cancelling and firing are O(1) and allocate
// nothing, however many are armed. A timer never fires early; it fires in the first turn of the
// loop after its deadline, which is rounded up to a tick of 65.5 us.
#ifndef SLUICE_REACTOR_TIMER_H_
#define SLUICE_REACTOR_TIMER_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/functional/any_invocable.h"
#include "reactor/base/list.h"
#include "reactor/base/time.h"

namespace sluice {

class Loop;
class TimerWheel;

// What the wheel links: a deadline and whom to call. Base of Timer; owners with many timers embed
// it. Cancels itself when destroyed. Not movable.
class TimerNode : public base::ListNode<TimerNode> {
 public:
  using Fire = void (*)(TimerNode&);
  explicit TimerNode(Fire fire) : fire_(fire) {}

  bool armed() const { return linked(); }
  TimePoint deadline() const { return deadline_; }  // of the last Arm
  void Cancel() { Unlink(); }

 private:
  friend class TimerWheel;
  TimePoint deadline_ = kNever;
  Fire fire_;
};

// A timer of a loop. Arm replaces an earlier deadline. The function may arm, cancel or destroy any
// timer, its own included: what it captured is gone then, and it must only return.
//
//   Timer timer(loop, [&] { Tick(); timer.ArmAfter(1s); });
class Timer : private TimerNode {
 public:
  Timer(Loop& loop, absl::AnyInvocable<void()> on_fire);

  void ArmAt(TimePoint deadline);
  void ArmAfter(Duration delay);
  using TimerNode::armed;
  using TimerNode::Cancel;
  using TimerNode::deadline;

 private:
  Loop& loop_;
  absl::AnyInvocable<void()> on_fire_;
};

// The wheel: 8 levels of 64 slots over ticks of 2^16 ns (65.5 us), which reaches past every
// TimePoint. Level n holds what is due within 64^(n+1) ticks; a slot's timers move down a level
// when its time comes (Varghese and Lauck, Hashed and hierarchical timing wheels, 1987, scheme 7).
// Knows no clock: time is what Advance is told.
class TimerWheel {
 public:
  explicit TimerWheel(TimePoint now);

  // Replaces an earlier deadline of the node.
  void Arm(TimerNode& node, TimePoint deadline);

  // Fires everything whose tick has come at `now`, each node once: what is armed by a firing
  // function for a time already past waits for the next Advance. Time never runs backwards.
  void Advance(TimePoint now);

  // No timer fires before this: the deadline to sleep until. May be earlier than the next deadline
  // by what its level cannot resolve; kNever when nothing is armed.
  TimePoint NextDeadline() const;

 private:
  static constexpr int kTickShift = 16;
  static constexpr int kSlotBits = 6;
  static constexpr int kSlots = 1 << kSlotBits;
  static constexpr int kLevels = 8;

  using Slot = base::List<TimerNode, TimerNode>;

  struct Position {
    int level = -1;  // none
    int slot = 0;
    uint64_t tick = 0;  // when the slot begins
  };

  static uint64_t TickBefore(TimePoint time);
  static uint64_t TickAfter(TimePoint time);
  void Place(TimerNode& node);
  Position FirstOccupied() const;

  uint64_t tick_;  // every timer due up to this tick has fired or waits in due_now_
  mutable std::array<uint64_t, kLevels> occupied_{};  // a bit a slot; a cancel leaves it set
  std::array<std::array<Slot, kSlots>, kLevels> slots_;
  Slot due_now_;  // due at or before tick_ when armed
};

}  // namespace sluice

#endif  // SLUICE_REACTOR_TIMER_H_
