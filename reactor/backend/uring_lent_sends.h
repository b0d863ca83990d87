// Zero-copy sends of one socket whose memory the kernel still reads. Their notifications may come
// in any order (io_uring_enter(2), IORING_OP_SEND_ZC); the contract of backend.h wants them in the
// order of the sends.
#ifndef SLUICE_REACTOR_BACKEND_URING_LENT_SENDS_H_
#define SLUICE_REACTOR_BACKEND_URING_LENT_SENDS_H_

#include <cstdint>

#include "reactor/base/check.h"

namespace sluice::backend {

class UringLentSends {
 public:
  static constexpr uint8_t kMax = 8;

  bool empty() const { return count_ == 0; }
  bool full() const { return count_ == kMax; }

  // The number of a new send, to be carried by its completions.
  uint8_t Begin() {
    SLUICE_CHECK(!full(), "too many zero-copy sends at once");
    return static_cast<uint8_t>((first_ + count_++) % kMax);
  }
  // The newest one lent nothing after all.
  void Withdraw() { --count_; }

  // Notes that a send's memory is free; returns of how many of the oldest this can be said now.
  int Release(uint8_t number) {
    released_ |= static_cast<uint8_t>(1U << number);
    int released = 0;
    while (count_ > 0 && (released_ & 1U << first_) != 0) {
      released_ &= static_cast<uint8_t>(~(1U << first_));
      first_ = static_cast<uint8_t>((first_ + 1) % kMax);
      --count_;
      ++released;
    }
    return released;
  }

 private:
  uint8_t first_ = 0;
  uint8_t count_ = 0;
  uint8_t released_ = 0;  // a bit each
};

}  // namespace sluice::backend

#endif  // SLUICE_REACTOR_BACKEND_URING_LENT_SENDS_H_
