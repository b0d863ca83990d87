// Owns a suspended coroutine: destroying this destroys it where it waits.
#ifndef SLUICE_REACTOR_BASE_COROUTINE_FRAME_H_
#define SLUICE_REACTOR_BASE_COROUTINE_FRAME_H_

#include <coroutine>
#include <utility>

namespace sluice::base {

template <class Promise>
class CoroutineFrame {
 public:
  using Handle = std::coroutine_handle<Promise>;

  CoroutineFrame() = default;
  explicit CoroutineFrame(Handle handle) : handle_(handle) {}
  CoroutineFrame(CoroutineFrame&& other) noexcept
      : handle_(std::exchange(other.handle_, nullptr)) {}
  CoroutineFrame& operator=(CoroutineFrame&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~CoroutineFrame() {
    if (handle_) handle_.destroy();
  }

  explicit operator bool() const { return static_cast<bool>(handle_); }
  const Handle* operator->() const { return &handle_; }

 private:
  Handle handle_;
};

}  // namespace sluice::base

#endif  // SLUICE_REACTOR_BASE_COROUTINE_FRAME_H_
