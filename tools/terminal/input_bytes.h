// Standard input as it comes: pieces of a pipe, a file or a terminal, on the loop.
//
//   absl::StatusOr<std::unique_ptr<InputBytes>> input = InputBytes::Create(
//       loop, [&](std::string_view bytes) { connection->Send(bytes); },
//       [&](const absl::Status&) { connection->Close(); });
#ifndef SLUICE_TOOLS_TERMINAL_INPUT_BYTES_H_
#define SLUICE_TOOLS_TERMINAL_INPUT_BYTES_H_

#include <memory>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reactor/fd_watch.h"
#include "reactor/loop.h"

namespace sluice::terminal {

class InputBytes {
 public:
  // At most so many bytes a turn, each shown once.
  static constexpr size_t kPieceBytesMax = 64 << 10;
  using OnBytes = absl::AnyInvocable<void(std::string_view)>;
  // OK at the end of the input; else what read(2) said. Nothing comes after it.
  using OnEnd = absl::AnyInvocable<void(const absl::Status&)>;

  // Fails where standard input is closed or watched already, or the loop is a simulated one.
  static absl::StatusOr<std::unique_ptr<InputBytes>> Create(Loop& loop, OnBytes on_bytes,
                                                            OnEnd on_end);
  // Also from within its own functions, which must only return then.
  ~InputBytes() = default;
  InputBytes(const InputBytes&) = delete;
  InputBytes& operator=(const InputBytes&) = delete;

  // From now on nothing is read: whoever writes to the pipe has to wait.
  void Pause() { watch_->Pause(); }
  void Resume();

 private:
  InputBytes(OnBytes on_bytes, OnEnd on_end);
  void Readable();

  OnBytes on_bytes_;
  OnEnd on_end_;
  std::unique_ptr<FdWatch> watch_;
  bool ended_ = false;
};

}  // namespace sluice::terminal

#endif  // SLUICE_TOOLS_TERMINAL_INPUT_BYTES_H_
