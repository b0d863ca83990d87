// Functions that other threads want run on the loop's thread. Unbounded: the poster decides how
// much it posts.
#ifndef SLUICE_REACTOR_POST_QUEUE_H_
#define SLUICE_REACTOR_POST_QUEUE_H_

#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"

namespace sluice {

class PostQueue {
 public:
  using Function = absl::AnyInvocable<void()>;

  // Thread-safe. True when the queue was empty: the loop must be woken up. After Close the function
  // is destroyed unrun.
  bool Push(Function function) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) return false;
    functions_.push_back(std::move(function));
    return !not_empty_.exchange(true, std::memory_order_acq_rel);
  }

  // A cheap look from the loop's thread.
  bool empty() const { return !not_empty_.load(std::memory_order_acquire); }

  std::vector<Function> TakeAll() {
    const std::lock_guard<std::mutex> lock(mutex_);
    not_empty_.store(false, std::memory_order_release);
    return std::exchange(functions_, {});
  }

  // Destroys what is queued and takes no more: nobody will run it.
  void Close() {
    std::vector<Function> unrun;  // destroyed after the lock is released: it may post
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
    not_empty_.store(false, std::memory_order_release);
    unrun.swap(functions_);
  }

 private:
  std::mutex mutex_;
  std::vector<Function> functions_;
  bool closed_ = false;
  std::atomic<bool> not_empty_{false};
};

}  // namespace sluice

#endif  // SLUICE_REACTOR_POST_QUEUE_H_
