#include "reactor/connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "reactor/base/check.h"
#include "reactor/loop.h"

namespace sluice {

Connection::Connection(Loop& loop, std::unique_ptr<Handler> handler, const ConnectionLimits* limits)
    : TimerNode([](TimerNode& node) { static_cast<Connection&>(node).TimerFired(); }),
      loop_(loop),
      handler_(std::move(handler)),
      limits_(limits),
      last_activity_(loop.now()) {}

Connection::~Connection() {
  output_.Clear(loop_.output_pool_);
  output_.ReleaseAllLent(loop_.output_pool_);
}

bool Connection::can_send() const {
  return (state_ == State::kOpen || state_ == State::kConnecting) && !end_output_;
}

void Connection::Send(std::string_view bytes) {
  if (!can_send() || bytes.empty() || !OutputMayGrow(bytes.size())) return;
  const BufferId retained = loop_.RetainReceived(bytes);
  if (retained == kNoBuffer) {
    output_.Append(loop_.output_pool_, bytes);
  } else {
    output_.AppendRetained(loop_.output_pool_, bytes, retained);
  }
  OutputGrew();
}

void Connection::SendStatic(std::string_view bytes) {
  if (!can_send() || bytes.empty() || !OutputMayGrow(bytes.size())) return;
  output_.AppendBorrowed(loop_.output_pool_, bytes);
  OutputGrew();
}

void Connection::SendFile(SharedFile file, uint64_t offset, uint64_t length) {
  SLUICE_CHECK(static_cast<bool>(file), "SendFile needs a file");
  SLUICE_CHECK(offset <= INT64_MAX && length <= INT64_MAX - offset,
               "a file has at most 2^63 bytes");
  if (!can_send() || length == 0 || !OutputMayGrow(OutputQueue::CountedBytes(length))) return;
  output_.AppendFile(loop_.output_pool_, {std::move(file), offset, length});
  OutputGrew();
}

char* Connection::Reserve(size_t size) {
  return output_.Reserve(loop_.output_pool_, size);
}

void Connection::Commit(size_t size) {
  const bool taken = can_send() && size > 0 && OutputMayGrow(size);
  output_.Commit(taken ? size : 0);
  if (taken) OutputGrew();
}

// False, and the connection fails, where that many more would be above its limit.
bool Connection::OutputMayGrow(size_t bytes) {
  const size_t limit = limits_->output_bytes_max;
  if (output_.bytes() <= limit && bytes <= limit - output_.bytes()) return true;
  Fail(CloseCode::kOutputOverflow, 0);
  return false;
}

void Connection::OutputGrew() {
  if (output_.bytes() > limits_->output_high_water_bytes && !(pauses_ & kPausedByOutput)) {
    ++loop_.stats_.output_pauses;
    AddPause(kPausedByOutput);
  }
  WantFlush();
}

void Connection::WantFlush() {
  if (flush_wanted_ || send_outstanding_) return;
  flush_wanted_ = true;
  if (state_ != State::kConnecting) phase_time_ = loop_.now();
  loop_.flush_wanted_.push_back(token_);
}

void Connection::WantTurn() {
  if (turn_wanted_) return;
  turn_wanted_ = true;
  loop_.turn_wanted_.push_back(token_);
}

void Connection::Flush() {
  flush_wanted_ = false;
  const bool may_send = state_ == State::kOpen || state_ == State::kFlushing;
  if (!may_send || send_outstanding_ || output_.empty()) return;
  const FileRange* range = output_.NextFile();
  const int32_t result = range == nullptr ? SendGathered() : SendOfFile(*range);
  if (result != Backend::kUnderWay) {
    SendCompleted(result, /*lent=*/false);
    return;
  }
  send_outstanding_ = true;
  UpdateTimer();
}

int32_t Connection::SendGathered() {
  std::array<iovec, Backend::kSendSpansMax> spans;
  const OutputQueue::Gathered gathered = output_.Gather(absl::MakeSpan(spans));
  return loop_.backend_->Send(socket_, absl::MakeConstSpan(spans.data(), gathered.spans),
                              gathered.file_follows ? MoreFollows::kYes : MoreFollows::kNo, token_);
}

int32_t Connection::SendOfFile(const FileRange& range) {
  const size_t bytes = std::min<uint64_t>(range.length, Backend::kSendFileBytesMax);
  return loop_.backend_->SendFile(socket_, {range.file.fd(), range.offset, bytes}, token_);
}

// `lent`: zero copy; the backend reads what it took until SendReleased.
void Connection::SendCompleted(int32_t result, bool lent) {
  send_outstanding_ = false;
  if (lent) output_.Lend();
  if (state_ == State::kClosing) return;
  if (result < 0) {
    const bool refused = result == -ECONNRESET || result == -EPIPE;
    Fail(refused ? CloseCode::kPeerReset : CloseCode::kIoError, -result);
    return;
  }
  if (result == 0 && output_.NextFile() != nullptr) {
    Fail(CloseCode::kFileShrank, 0);
    return;
  }
  output_.Consume(loop_.output_pool_, static_cast<size_t>(result));
  stats_.bytes_sent += static_cast<uint64_t>(result);
  ++loop_.stats_.sends;
  loop_.stats_.bytes_sent += static_cast<uint64_t>(result);
  last_activity_ = phase_time_ = loop_.now();
  if (output_.empty()) {
    OutputSent();
  } else {
    // The peer is slow: it must not keep receive memory from the other connections.
    output_.CopyRetained(loop_.output_pool_);
    WantFlush();
  }
  if ((pauses_ & kPausedByOutput) && output_.bytes() <= limits_->output_low_water_bytes) {
    Unpause(kPausedByOutput);
    if (is_open()) handler_->OnDrain(*this);
  }
}

void Connection::SendReleased() {
  output_.ReleaseLent(loop_.output_pool_);
}

// The last byte of output has left.
void Connection::OutputSent() {
  const bool closing = state_ == State::kFlushing;
  if (closing && (peer_ended_ || limits_->linger_timeout <= Duration(0))) {
    Finish(CloseMode::kOrderly);
    return;
  }
  if ((end_output_ || closing) && !output_ended_) {
    output_ended_ = true;
    loop_.backend_->ShutdownSend(socket_);
  }
  if (!closing) {
    CloseWhenBothEnded();
    return;
  }
  state_ = State::kLingering;
  phase_time_ = After(loop_.now(), limits_->linger_timeout);
  UpdateTimer();
}

// Nothing can come or go any more: a relay that only passes each end on need not close by itself.
void Connection::CloseWhenBothEnded() {
  if (state_ != State::kOpen || !output_ended_ || !end_shown_) return;
  reason_ = {CloseCode::kPeerEnded, 0};
  Finish(CloseMode::kOrderly);
}

void Connection::EndOutput() {
  if (!can_send()) return;
  end_output_ = true;
  if (state_ == State::kOpen && output_.empty() && !send_outstanding_) OutputSent();
}

void Connection::Close() {
  BeginClose({peer_ended_ ? CloseCode::kPeerEnded : CloseCode::kLocal, 0});
}

void Connection::CloseProtocolError(int code) {
  BeginClose({CloseCode::kProtocolError, code});
}

void Connection::BeginClose(CloseReason reason) {
  if (state_ == State::kConnecting) {
    Fail(reason.code, reason.error);
    return;
  }
  if (state_ != State::kOpen) return;
  reason_ = reason;
  state_ = State::kFlushing;
  pauses_ = 0;
  if (output_.empty() && !send_outstanding_) OutputSent();
  // What still arrives is read and dropped: unread input would turn our FIN into RST.
  UpdateReceiving();
  UpdateTimer();
}

void Connection::Abort() {
  if (state_ != State::kClosing) Fail(CloseCode::kAborted, 0);
}

// Ends the connection now, whatever is unsent.
void Connection::Fail(CloseCode code, int error) {
  if (state_ == State::kClosing) return;
  // Everything was sent before a connection lingers, and a protocol error explains what follows it.
  const bool explained = state_ == State::kLingering || reason_.code == CloseCode::kProtocolError;
  if (!explained) reason_ = {code, error};
  // Where output is dropped the peer must not take a front of it, and FIN, for all of it.
  const bool reset = code == CloseCode::kAborted || code == CloseCode::kInputOverflow ||
                     code == CloseCode::kOutputOverflow || code == CloseCode::kLoopStopped ||
                     !output_.empty();
  Finish(reset ? CloseMode::kReset : CloseMode::kOrderly);
}

void Connection::Finish(CloseMode mode) {
  SLUICE_CHECK(state_ != State::kClosing, "a connection closes once");
  state_ = State::kClosing;
  receiving_ = false;
  TimerNode::Cancel();
  // Without a socket the failing connect's completion is still to come, and is the last word.
  if (socket_.valid()) loop_.backend_->Close(socket_, mode, token_);
}

void Connection::Opened() {
  state_ = State::kOpen;
  last_activity_ = phase_time_ = loop_.now();
  if (!output_.empty()) WantFlush();  // sent while it connected; OnOpen may close behind it
  handler_->OnOpen(*this);
  if (state_ != State::kOpen) return;
  if (end_output_ && output_.empty()) OutputSent();
  UpdateReceiving();
  UpdateTimer();
}

void Connection::ConnectFailed(int error) {
  if (state_ == State::kConnecting) Fail(CloseCode::kConnectFailed, error);
}

void Connection::Stopping() {
  if (loop_.aborted_) {
    Fail(CloseCode::kLoopStopped, 0);
  } else if (state_ == State::kOpen) {
    handler_->OnStop(*this);
  } else if (state_ == State::kConnecting) {
    Fail(CloseCode::kLoopStopped, 0);
  }
}

void Connection::SetDeadline(TimePoint deadline) {
  deadline_ = deadline;
  UpdateTimer();
}

void Connection::SetLimits(const ConnectionLimits& limits) {
  limits_ = loop_.Intern(limits);
  UpdateTimer();
}

// When something is next due, as things stand. The timer may be armed for earlier: it then looks
// again, which costs less than arming it anew for every byte.
TimePoint Connection::NextTimeout() const {
  TimePoint next = std::min({deadline_, PhaseDeadline(), StallDeadline()});
  if (state_ == State::kOpen && limits_->idle_timeout > Duration(0)) {
    next = std::min(next, After(last_activity_, limits_->idle_timeout));
  }
  return next;
}

TimePoint Connection::PhaseDeadline() const {
  const bool ends = state_ == State::kConnecting || state_ == State::kLingering;
  return ends ? phase_time_ : kNever;
}

TimePoint Connection::StallDeadline() const {
  const bool sending = state_ == State::kOpen || state_ == State::kFlushing;
  const bool limited = sending && !output_.empty() && limits_->stall_timeout > Duration(0);
  return limited ? After(phase_time_, limits_->stall_timeout) : kNever;
}

void Connection::UpdateTimer() {
  if (state_ == State::kClosing) return;
  const TimePoint next = NextTimeout();
  if (next == kNever || (armed() && deadline() <= next)) return;
  loop_.timers_.Arm(*this, next);
}

void Connection::TimerFired() {
  const TimePoint now = loop_.now();
  if (PhaseDeadline() <= now) {
    if (state_ == State::kConnecting) {
      Fail(CloseCode::kConnectTimeout, ETIMEDOUT);
    } else {
      Finish(CloseMode::kOrderly);  // the peer had its time to end
    }
  } else if (deadline_ <= now) {
    Fail(CloseCode::kDeadline, 0);
  } else if (NextTimeout() <= now) {
    Fail(StallDeadline() <= now ? CloseCode::kOutputStalled : CloseCode::kIdleTimeout, 0);
  } else {
    UpdateTimer();
  }
}

// From Close on the socket is the backend's, which may have given its number to another already.
bool Connection::has_socket() const {
  return socket_.valid() && state_ != State::kClosing;
}

Endpoint Connection::local_endpoint() const {
  return has_socket() ? loop_.backend_->LocalEndpoint(socket_) : Endpoint();
}

Endpoint Connection::peer_endpoint() const {
  return has_socket() ? loop_.backend_->PeerEndpoint(socket_) : Endpoint();
}

absl::Status Connection::SetRawOption(const RawSocketOption& option) {
  if (!has_socket()) {
    return absl::FailedPreconditionError("cannot set a socket option: the connection is closed");
  }
  return loop_.backend_->SetOption(socket_, option);
}

absl::StatusOr<std::string> Connection::GetRawOption(const RawSocketOption& option) const {
  if (!has_socket()) {
    return absl::FailedPreconditionError("cannot read a socket option: the connection is closed");
  }
  return loop_.backend_->GetOption(socket_, option);
}

}  // namespace sluice
