#include "reactor/listener.h"

#include <netinet/tcp.h>

#include <utility>

#include "reactor/loop.h"

namespace sluice {
namespace {

// How long to wait for descriptors before asking again, where no connection closed meanwhile.
constexpr Duration kRetryAfter = std::chrono::milliseconds(50);

}  // namespace

Listener::Listener(Loop& loop, Socket socket, ListenerOptions options, HandlerFactory factory)
    : loop_(loop),
      socket_(socket),
      options_(std::move(options)),
      factory_(std::move(factory)),
      limits_(loop.Intern(options_.limits)),
      paused_(!options_.accepting),
      retry_(loop, [this] { UpdateAccepting(); }) {}

void Listener::PauseAccepting() {
  paused_ = true;
  UpdateAccepting();
}

void Listener::ResumeAccepting() {
  paused_ = false;
  wanted_ = 0;
  UpdateAccepting();
}

void Listener::AcceptOne() {
  if (!paused_) return;
  ++wanted_;
  UpdateAccepting();
}

// A standing accept takes whatever the queue holds at once. Near the limit connections are accepted
// one by one, so that the others stay in the queue.
AcceptCount Listener::accept_count() const {
  const size_t queue = options_.backlog < 0 ? SOMAXCONN : static_cast<size_t>(options_.backlog) + 1;
  const bool room_for_all = connections_ + queue < options_.connections_max;
  return !paused_ && room_for_all ? AcceptCount::kUnlimited : AcceptCount::kOne;
}

void Listener::UpdateAccepting() {
  const bool wanted = !closing_ && connections_ < options_.connections_max && !retry_.armed() &&
                      (!paused_ || wanted_ > 0);
  const AcceptCount count = accept_count();
  if (accepting_ && (!wanted || count != accepting_count_)) {
    accepting_ = false;
    if (!closing_) loop_.backend_->StopAccept(socket_);
  }
  if (wanted && !accepting_) {
    accepting_ = true;
    accepting_count_ = count;
    loop_.backend_->StartAccept(socket_, token_, count);
  }
}

void Listener::Accepted(const Completion& completion) {
  if (!completion.more) accepting_ = false;
  ++accepted_;
  ++connections_;
  quiet_turns_ = 0;
  if (wanted_ > 0) --wanted_;
  loop_.Accept(*this, completion.accepted);
  UpdateAccepting();
}

void Listener::AcceptFailed(int error) {
  accepting_ = false;
  ++loop_.stats_.accept_errors;
  loop_.stats_.last_accept_error = error;
  // Out of descriptors or memory: the next would fail too, and asking at once would spin.
  retry_.ArmAfter(kRetryAfter);
}

void Listener::ConnectionClosed() {
  --connections_;
  DescriptorFreed();
}

void Listener::DescriptorFreed() {
  retry_.Cancel();
  UpdateAccepting();
}

absl::StatusOr<AcceptQueue> Listener::accept_queue() const {
  absl::StatusOr<tcp_info> info = GetOption(socket_option::kTcpInfo);
  if (!info.ok()) return info.status();
  // Of a listening socket these two say something else than their names (net/ipv4/tcp.c,
  // tcp_get_info).
  return AcceptQueue{.length = info->tcpi_unacked, .limit = info->tcpi_sacked};
}

absl::StatusOr<std::string> Listener::GetRawOption(const RawSocketOption& option) const {
  if (closing_) return absl::FailedPreconditionError("cannot read a socket option: it is closed");
  return loop_.backend_->GetOption(socket_, option);
}

absl::Status Listener::SetRawOption(const RawSocketOption& option) {
  if (closing_) return absl::FailedPreconditionError("cannot set a socket option: it is closed");
  return loop_.backend_->SetOption(socket_, option);
}

void Listener::Close() {
  if (closing_) return;
  closing_ = true;
  retry_.Cancel();
  loop_.backend_->Close(socket_, CloseMode::kOrderly, token_);
}

}  // namespace sluice
