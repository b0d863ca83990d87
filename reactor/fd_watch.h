// Waiting for a descriptor that is not one of the loop's sockets: a terminal, a pipe, a
// signalfd(2), inotify(7).
//
//   absl::StatusOr<std::unique_ptr<FdWatch>> watch = FdWatch::Create(loop, STDIN_FILENO, [&] {
//     char bytes[4096];
//     const ssize_t size = read(STDIN_FILENO, bytes, sizeof(bytes));
//     size > 0 ? Take({bytes, static_cast<size_t>(size)}) : End();
//   });
#ifndef SLUICE_REACTOR_FD_WATCH_H_
#define SLUICE_REACTOR_FD_WATCH_H_

#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "reactor/backend/backend.h"

namespace sluice {

class Loop;

// Calls `on_readable` on the loop's thread, once a turn, while the descriptor is readable: again
// and again until what is there has been read, or the watch is paused or destroyed. A descriptor at
// its end, hung up or broken is readable, too: read(2) gives 0 or says what is wrong. Regular files
// are always readable.
//
// One read(2) a call does not block, unless somebody else reads the same descriptor. The descriptor
// stays the caller's and is never closed here; the watch is destroyed before it is closed. The
// kernel may keep what it refers to open until the loop's next turn.
//
// A watch does not keep a stopping loop from ending. It may outlive its loop, and is silent then.
class FdWatch {
 public:
  // Fails where the descriptor is not open, where this loop watches it already (AlreadyExists) and
  // where the backend has no descriptors (Unimplemented: the simulated network).
  static absl::StatusOr<std::unique_ptr<FdWatch>> Create(Loop& loop, int descriptor,
                                                         absl::AnyInvocable<void()> on_readable);
  // Also from within its own function, which must only return then: what it captured is gone.
  ~FdWatch();
  FdWatch(const FdWatch&) = delete;
  FdWatch& operator=(const FdWatch&) = delete;

  // Not called any more, from now until Resume.
  void Pause();
  void Resume();
  bool paused() const { return paused_; }
  int descriptor() const { return descriptor_; }

 private:
  friend class Loop;

  FdWatch(Loop& loop, int descriptor, Socket socket, absl::AnyInvocable<void()> on_readable);
  void Readable();
  void LoopGoes() { loop_ = nullptr; }

  Loop* loop_;
  const int descriptor_;
  const Socket socket_;
  absl::AnyInvocable<void()> on_readable_;
  Token token_;
  bool paused_ = false;
};

}  // namespace sluice

#endif  // SLUICE_REACTOR_FD_WATCH_H_
