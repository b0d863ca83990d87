#include "reactor/fd_watch.h"

#include <utility>

#include "reactor/loop.h"

namespace sluice {

absl::StatusOr<std::unique_ptr<FdWatch>> FdWatch::Create(Loop& loop, int descriptor,
                                                         absl::AnyInvocable<void()> on_readable) {
  absl::StatusOr<Socket> socket = loop.backend_->Watch(descriptor);
  if (!socket.ok()) return socket.status();
  return std::unique_ptr<FdWatch>(new FdWatch(loop, descriptor, *socket, std::move(on_readable)));
}

FdWatch::FdWatch(Loop& loop, int descriptor, Socket socket, absl::AnyInvocable<void()> on_readable)
    : loop_(&loop),
      descriptor_(descriptor),
      socket_(socket),
      on_readable_(std::move(on_readable)),
      token_(Loop::MakeToken(Loop::Kind::kFdWatch, loop.fd_watches_.Emplace(this).first)) {
  loop_->backend_->StartReceive(socket_, token_);
}

FdWatch::~FdWatch() {
  if (loop_ == nullptr) return;
  loop_->fd_watches_.Erase(Loop::KeyOf(token_).index);
  loop_->backend_->Close(socket_, CloseMode::kOrderly, token_);
}

void FdWatch::Pause() {
  if (paused_) return;
  paused_ = true;
  if (loop_ != nullptr) loop_->backend_->StopReceive(socket_);
}

void FdWatch::Resume() {
  if (!paused_) return;
  paused_ = false;
  if (loop_ != nullptr) loop_->backend_->StartReceive(socket_, token_);
}

void FdWatch::Readable() {
  if (!paused_ && loop_ != nullptr) on_readable_();
}

}  // namespace sluice
