#include "reactor/timer.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "reactor/base/check.h"
#include "reactor/loop.h"

namespace sluice {

Timer::Timer(Loop& loop, absl::AnyInvocable<void()> on_fire)
    : TimerNode([](TimerNode& node) { static_cast<Timer&>(node).on_fire_(); }),
      loop_(loop),
      on_fire_(std::move(on_fire)) {}

void Timer::ArmAt(TimePoint deadline) {
  loop_.timers_.Arm(*this, deadline);
}

void Timer::ArmAfter(Duration delay) {
  // Not from now(), which stands still during a turn and between turns: it would fire early.
  ArmAt(After(loop_.backend_->Now(), delay));
}

uint64_t TimerWheel::TickBefore(TimePoint time) {
  return static_cast<uint64_t>(std::max<Duration::rep>(time.time_since_epoch().count(), 0)) >>
         kTickShift;
}

// Rounded up, so that a timer is never early.
uint64_t TimerWheel::TickAfter(TimePoint time) {
  const auto nanoseconds =
      static_cast<uint64_t>(std::max<Duration::rep>(time.time_since_epoch().count(), 0));
  return (nanoseconds + (uint64_t{1} << kTickShift) - 1) >> kTickShift;
}

TimerWheel::TimerWheel(TimePoint now) : tick_(TickBefore(now)) {}

void TimerWheel::Arm(TimerNode& node, TimePoint deadline) {
  node.Unlink();
  node.deadline_ = deadline;
  Place(node);
}

// A timer stands on the level of the highest group of six bits in which its tick differs from the
// present one: everything on a level is due before everything on the next, and a level's slots
// before the present one are empty.
void TimerWheel::Place(TimerNode& node) {
  const uint64_t due = TickAfter(node.deadline_);
  if (due <= tick_) {
    due_now_.PushBack(node);
    return;
  }
  const int level = (63 - std::countl_zero(due ^ tick_)) / kSlotBits;
  SLUICE_CHECK(level < kLevels, "the wheel reaches past every TimePoint");
  const int slot = static_cast<int>(due >> (level * kSlotBits)) & (kSlots - 1);
  slots_[level][slot].PushBack(node);
  occupied_[level] |= uint64_t{1} << slot;
}

// The earliest slot with timers, and the tick it begins at.
TimerWheel::Position TimerWheel::FirstOccupied() const {
  for (int level = 0; level < kLevels; ++level) {
    while (occupied_[level] != 0) {
      const int slot = std::countr_zero(occupied_[level]);
      if (slots_[level][slot].empty()) {  // what was there was cancelled
        occupied_[level] &= occupied_[level] - 1;
        continue;
      }
      const int shift = level * kSlotBits;
      const uint64_t above = tick_ >> (shift + kSlotBits) << (shift + kSlotBits);
      return {level, slot, above | static_cast<uint64_t>(slot) << shift};
    }
  }
  return {};
}

void TimerWheel::Advance(TimePoint now) {
  const uint64_t now_tick = std::max(TickBefore(now), tick_);
  Slot due;
  due.TakeAll(due_now_);
  for (Position first = FirstOccupied(); first.level >= 0 && first.tick <= now_tick;
       first = FirstOccupied()) {
    tick_ = first.tick;
    occupied_[first.level] &= ~(uint64_t{1} << first.slot);
    Slot moving;
    moving.TakeAll(slots_[first.level][first.slot]);
    while (!moving.empty()) Place(moving.PopFront());  // lower, or due
    due.TakeAll(due_now_);
  }
  tick_ = now_tick;
  while (!due.empty()) {
    TimerNode& node = due.PopFront();
    node.fire_(node);
  }
}

TimePoint TimerWheel::NextDeadline() const {
  const Position first = due_now_.empty() ? FirstOccupied() : Position{0, 0, tick_};
  if (first.level < 0) return kNever;
  const uint64_t latest = static_cast<uint64_t>(Duration::max().count());
  if (first.tick > latest >> kTickShift) return kNever;
  return TimePoint(Duration(first.tick << kTickShift));
}

}  // namespace sluice
