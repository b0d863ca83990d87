// A coroutine that belongs to no connection: what is sequential and only begins things, such as a
// client that fetches one thing after the other. What talks on one connection is a Conversation
// (reactor/coroutine.h).
//
//   sluice::Script FetchBoth(sluice::Http1Client& client) {
//     sluice::Http1Outcome first = co_await client.Fetch(...);
//     sluice::Http1Outcome second = co_await client.Fetch(...);
//   }
//   sluice::Script script = FetchBoth(client);
//
// It begins at once and runs on the loop's thread. Destroying the Script destroys the coroutine
// where it waits: what it holds is released by destructors. Not from inside the coroutine. What a
// lambda captured must outlive it: give arguments instead. Exceptions end the program.
#ifndef SLUICE_REACTOR_SCRIPT_H_
#define SLUICE_REACTOR_SCRIPT_H_

#include <coroutine>
#include <exception>

#include "reactor/base/coroutine_frame.h"

namespace sluice {

class Script {
 public:
  struct promise_type {
    Script get_return_object() {
      return Script(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    [[noreturn]] void unhandled_exception() { std::terminate(); }
  };

  Script() = default;

  // It ran to its end.
  bool done() const { return frame_ && frame_->done(); }

 private:
  explicit Script(std::coroutine_handle<promise_type> frame) : frame_(frame) {}

  base::CoroutineFrame<promise_type> frame_;
};

// For awaiters: goes on with a coroutine that waits, by way of whom it belongs to.
template <class Promise>
void ResumeCoroutine(std::coroutine_handle<Promise> waiting) {
  if constexpr (requires { waiting.promise().Resume(); }) {
    waiting.promise().Resume();
  } else {
    waiting.resume();
  }
}

}  // namespace sluice

#endif  // SLUICE_REACTOR_SCRIPT_H_
