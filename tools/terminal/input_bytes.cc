#include "tools/terminal/input_bytes.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace sluice::terminal {

absl::StatusOr<std::unique_ptr<InputBytes>> InputBytes::Create(Loop& loop, OnBytes on_bytes,
                                                               OnEnd on_end) {
  std::unique_ptr<InputBytes> input(new InputBytes(std::move(on_bytes), std::move(on_end)));
  absl::StatusOr<std::unique_ptr<FdWatch>> watch =
      FdWatch::Create(loop, STDIN_FILENO, [self = input.get()] { self->Readable(); });
  if (!watch.ok()) {
    return absl::Status(watch.status().code(),
                        "standard input: " + std::string(watch.status().message()));
  }
  input->watch_ = *std::move(watch);
  return input;
}

InputBytes::InputBytes(OnBytes on_bytes, OnEnd on_end)
    : on_bytes_(std::move(on_bytes)), on_end_(std::move(on_end)) {}

void InputBytes::Resume() {
  if (!ended_) watch_->Resume();
}

void InputBytes::Readable() {
  // Another process may have read what was there, and this descriptor is one that blocks: making it
  // non-blocking would change it for them, too.
  pollfd look{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  if (poll(&look, 1, 0) == 0) return;
  std::vector<char> bytes(kPieceBytesMax);  // not a member: a function may destroy this object
  const ssize_t size = read(STDIN_FILENO, bytes.data(), bytes.size());
  if (size > 0) return on_bytes_({bytes.data(), static_cast<size_t>(size)});
  const int error = size < 0 ? errno : 0;
  if (error == EINTR || error == EAGAIN) return;
  ended_ = true;
  watch_->Pause();
  on_end_(error == 0 ? absl::OkStatus() : absl::ErrnoToStatus(error, "standard input"));
}

}  // namespace sluice::terminal
