#include "protocols/http1_client_link.h"

#include <algorithm>
#include <utility>

#include "protocols/http1_client_core.h"
#include "protocols/http1_client_pool.h"
#include "protocols/http1_request_writer.h"
#include "protocols/http1_semantics.h"
#include "reactor/base/check.h"

namespace sluice::http1 {
namespace {

// How much of a whole body is put into the output at a time.
constexpr size_t kFeedBytes = size_t{64} << 10;

Http1FetchError ErrorOf(CloseReason reason) {
  using Code = Http1FetchCode;
  switch (reason.code) {
    case CloseCode::kConnectFailed:
      return {.code = Code::kConnectFailed, .close = reason};
    case CloseCode::kConnectTimeout:
      return {.code = Code::kTimeout, .deadline = Http1Deadline::kConnect, .close = reason};
    case CloseCode::kOutputStalled:
      return {.code = Code::kTimeout, .deadline = Http1Deadline::kSend, .close = reason};
    case CloseCode::kLoopStopped:
      return {.code = Code::kLoopStopped, .close = reason};
    default:
      return {.code = Code::kCutOff, .close = reason};
  }
}

bool ByPeer(CloseReason reason) {
  return reason.code == CloseCode::kPeerEnded || reason.code == CloseCode::kPeerReset ||
         reason.code == CloseCode::kIoError;
}

}  // namespace

Link::Link(ClientCore& core, Pool& pool) : loop_(core.loop()), core_(&core), pool_(&pool) {}

// Uncalled, where the loop has stopped: what it was to send never begins.
Link::~Link() {
  if (gone()) return;
  for (Call* call : calls_) call->link = nullptr;
  pool_->Left(*this);
}

void Link::Begin(Call& call) {
  calls_.push_back(&call);
  call.link = this;
  if (served_ > 0) ++core_->stats().reuses;
  if (!open_) {
    core_->SetPhase(call, Http1Phase::kConnecting, Duration(0), Http1Deadline::kNone);
    return;
  }
  Connection& open = *connection();
  open.SetDeadline(kNever);
  Send(open, call);
}

bool Link::HasRoomFor(const Call& call) const {
  const auto may_be_pipelined = [](const Call& c) { return IsSafe(c.method) && !c.has_body(); };
  if (served_ == 0 || !usable() || calls_.size() >= core_->options().depth) return false;
  if (call.wants_new_link || !may_be_pipelined(call)) return false;
  return std::all_of(calls_.begin(), calls_.end(), [&](const Call* before) {
    return before != nullptr && may_be_pipelined(*before) && !before->request.close;
  });
}

bool Link::usable() const {
  const Connection* open = connection();
  return !ending_ && open != nullptr && open->is_open();
}

// Nobody waits for what it leaves: an idle one would have served him.
void Link::CloseIdle() {
  Leave(Ending::kOrderly);
}

void Link::Abandon() {
  core_ = nullptr;
  calls_.clear();
  if (Connection* open = connection()) open->Abort();
}

void Link::Forget(Call& call) {
  if (calls_.front() == &call) {
    Quit(Ending::kAbort);
    return;
  }
  call.link = nullptr;
  *std::find(calls_.begin(), calls_.end(), &call) = nullptr;
}

// Leaves the pool and ends the connection. Returns the call whose answer was due, if any; those
// behind it, which the server has not answered, are sent elsewhere.
Call* Link::Leave(Ending ending) {
  ClientCore& core = *std::exchange(core_, nullptr);
  const std::vector<Call*> calls = std::exchange(calls_, {});
  body_.reset();
  parser_.reset();
  for (Call* call : calls) {
    if (call != nullptr) call->link = nullptr;
  }
  pool_->Left(*this);
  if (Connection* open = connection()) {
    ending == Ending::kOrderly ? open->Close() : open->Abort();
  }
  for (size_t i = 1; i < calls.size(); ++i) {
    if (calls[i] != nullptr) core.PlaceAgain(*calls[i]);
  }
  return calls.empty() ? nullptr : calls.front();
}

// As Leave, and who waits may have its place.
Call* Link::Quit(Ending ending) {
  Call* call = Leave(ending);
  pool_->Pump();
  return call;
}

void Link::OnOpen(Connection& connection) {
  if (gone()) return;
  open_ = true;
  Send(connection, front());
}

void Link::Send(Connection& connection, Call& call) {
  const Http1ClientOptions& options = core_->options();
  connection.Send(WriteHead(call.request));
  if (!call.has_body()) {
    EndUpload(call);
  } else if (call.request.expect_continue) {
    call.upload = Call::Upload::kAwaitsContinue;
    core_->SetPhase(call, Http1Phase::kSending, options.continue_timeout, Http1Deadline::kAnswer);
  } else {
    BeginBody(connection, call);
  }
}

void Link::Continue(Call& call) {
  if (Connection* open = connection()) BeginBody(*open, call);
}

void Link::BeginBody(Connection& connection, Call& call) {
  call.upload = Call::Upload::kGoesOn;
  core_->SetPhase(call, Http1Phase::kSending, Duration(0), Http1Deadline::kNone);
  if (call.request.streamed_body) {
    core_->WritableSoon(call);
  } else {
    FeedBody(connection, call);
  }
}

void Link::FeedBody(Connection& connection, Call& call) {
  const std::string_view body = call.request.body;
  const size_t high_water = connection.limits().output_high_water_bytes;
  while (call.body_at < body.size() && connection.unsent_bytes() <= high_water) {
    if (!connection.is_open()) return;
    const std::string_view piece = body.substr(call.body_at, kFeedBytes);
    connection.Send(piece);
    call.body_at += piece.size();
  }
  if (call.body_at == body.size()) EndUpload(call);
}

// All of the request is in the output.
void Link::EndUpload(Call& call) {
  call.upload = Call::Upload::kDone;
  const bool due = calls_.front() == &call;
  if (due && body_) return;  // the answer is here already
  core_->SetPhase(call, Http1Phase::kWaiting, due ? core_->options().answer_timeout : Duration(0),
                  Http1Deadline::kAnswer);
}

void Link::OnDrain(Connection& connection) {
  if (gone() || calls_.empty()) return;
  Call& call = front();
  if (call.upload != Call::Upload::kGoesOn) return;
  if (call.request.streamed_body) {
    AskForBody();
  } else {
    FeedBody(connection, call);
  }
}

void Link::AskForBody() {
  Call& call = front();
  if (call.upload != Call::Upload::kGoesOn || !call.functions.writable) return;
  auto writable = std::move(call.functions.writable);
  writable(call.id);
  if (!gone() && !calls_.empty() && calls_.front() == &call) {
    call.functions.writable = std::move(writable);
  }
}

bool Link::Write(Call& call, std::string_view bytes) {
  Connection* open = connection();
  const bool wanted = call.upload == Call::Upload::kGoesOn && call.request.streamed_body;
  if (open == nullptr || !wanted) return false;
  if (bytes.empty()) return true;  // an empty chunk would be the last one
  open->Send(ChunkHead(bytes.size()));
  open->Send(bytes);
  open->Send("\r\n");
  return true;
}

bool Link::EndBody(Call& call) {
  Connection* open = connection();
  const bool wanted = call.upload == Call::Upload::kGoesOn && call.request.streamed_body;
  if (open == nullptr || !wanted) return false;
  open->Send("0\r\n\r\n");
  EndUpload(call);
  return true;
}

size_t Link::unsent_bytes() const {
  const Connection* open = connection();
  return open == nullptr ? 0 : open->unsent_bytes();
}

void Link::OnStop(Connection&) {
  ending_ = true;
  if (idle()) CloseIdle();
}

void Link::OnEnd(Connection& connection) {
  if (gone()) return connection.Close();
  if (calls_.empty()) return CloseIdle();
  if (body_ && body_->Finish() == Http1Error::kNone) {
    keep_alive_ = false;
    return EndAnswer();
  }
  Lost({CloseCode::kPeerEnded, 0});
}

void Link::OnClose(Connection&, CloseReason reason) {
  if (!gone()) Lost(reason);
}

// The connection went, or is about to, and no answer will come.
void Link::Lost(CloseReason reason) {
  const bool stale = served_ > 0 && !begun_ && ByPeer(reason);
  ClientCore& core = *core_;
  Call* call = Quit(Ending::kAbort);
  if (call == nullptr) return;
  if (stale && !call->retried && IsIdempotent(call->method) && call->repeatable()) {
    call->retried = call->wants_new_link = true;
    core.PlaceAgain(*call);
  } else {
    core.Fail(*call, ErrorOf(reason));
  }
}

}  // namespace sluice::http1
