// One io_uring instance: the best set-up flags this kernel takes, and submission that never fails
// for want of room.
#ifndef SLUICE_REACTOR_BACKEND_URING_RING_H_
#define SLUICE_REACTOR_BACKEND_URING_RING_H_

#include <liburing.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "reactor/base/time.h"

namespace sluice::backend {

class UringRing {
 public:
  // Belongs to the calling thread from now on (IORING_SETUP_SINGLE_ISSUER, io_uring_setup(2)).
  // Without deferred task work it does without what Linux 6.1 brought.
  static absl::StatusOr<std::unique_ptr<UringRing>> Create(uint32_t submission_entries,
                                                           uint32_t completion_entries,
                                                           bool deferred_task_work = true);
  ~UringRing();
  UringRing(const UringRing&) = delete;
  UringRing& operator=(const UringRing&) = delete;

  io_uring* raw() { return &ring_; }
  // Whether the kernel knows the operation (IORING_REGISTER_PROBE).
  bool Supports(int operation);

  // BackendOptions::nic_busy_poll; 0: it does not.
  absl::Status PollNic(Duration busy_poll);

  // Submits what is queued first when the queue is full.
  io_uring_sqe* NextSqe();
  // Submits everything; waits for one completion when `left` is not zero, at most that long.
  void Submit(Duration left);
  static constexpr Duration kForEver = Duration::max();
  // So many are handled, with what they ask to be submitted, while they are still in the
  // processor's cache.
  static constexpr unsigned kReapMax = 256;

  // Calls handle(const io_uring_cqe&) for the completions that are there; the next Submit does not
  // wait where kReapMax were not enough.
  template <class Handle>
  void Reap(Handle handle);

  // Takes everything out of a full completion queue, so that the kernel has room for what it holds
  // back. It comes with the next Reap, in its order.
  void Spill();

  const std::string& setup_words() const { return setup_words_; }  // "SINGLE_ISSUER, DEFER_TASKRUN"
  uint64_t TakeEnters() { return std::exchange(enters_, 0); }  // system calls since the last time

 private:
  UringRing() = default;

  io_uring ring_{};
  std::vector<io_uring_cqe> spilled_;  // taken out of a full completion queue to make room
  std::string setup_words_;
  uint64_t enters_ = 0;
};

template <class Handle>
void UringRing::Reap(Handle handle) {
  // Handling may submit, which may append completions behind these: they are the next Reap's. So is
  // what stands behind newly spilled ones, or the bytes of a stream would change their order.
  for (const io_uring_cqe& cqe : std::exchange(spilled_, {})) handle(cqe);
  unsigned ready = std::min(io_uring_cq_ready(&ring_), kReapMax);
  for (; ready > 0 && spilled_.empty(); --ready) {
    io_uring_cqe* cqe = nullptr;
    if (io_uring_peek_cqe(&ring_, &cqe) != 0) return;
    const io_uring_cqe copy = *cqe;
    io_uring_cqe_seen(&ring_, cqe);
    handle(copy);
  }
}

}  // namespace sluice::backend

#endif  // SLUICE_REACTOR_BACKEND_URING_RING_H_
