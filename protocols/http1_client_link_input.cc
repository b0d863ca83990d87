// Link: how answers are read.
#include <algorithm>
#include <utility>

#include "protocols/http1_client_core.h"
#include "protocols/http1_client_link.h"
#include "protocols/http1_client_pool.h"
#include "protocols/http1_redirect.h"

namespace sluice::http1 {
namespace {

// Of the body of a redirect that is followed: more, and the connection is given up instead.
constexpr uint64_t kRedirectBytesMax = uint64_t{64} << 10;
constexpr size_t kGatherBytesAtFirst = size_t{64} << 10;

void CopyHead(const Http1Response& response, Http1Answer* answer) {
  answer->status = response.status;
  answer->minor_version = response.minor_version;
  answer->reason = response.reason;
  answer->fields.reserve(response.fields.size());
  for (const Http1Field field : response.fields) {
    answer->fields.push_back({std::string(field.name), std::string(field.value)});
  }
}

}  // namespace

size_t Link::OnData(Connection& connection, std::string_view bytes) {
  size_t consumed = 0;
  while (!gone() && connection.is_reading() && consumed < bytes.size()) {
    // Nobody asked, or nobody wants to know any more.
    if (calls_.empty()) {
      Quit(Ending::kAbort);
      break;
    }
    const std::string_view rest = bytes.substr(consumed);
    const Taken taken = body_ ? TakeBody(rest) : TakeHead(rest);
    consumed += taken.bytes;
    if (taken.needs_more) break;
  }
  return gone() ? bytes.size() : consumed;
}

Link::Taken Link::TakeHead(std::string_view bytes) {
  if (!parser_) parser_.emplace(core_->options().limits);
  begun_ = true;
  Call& call = front();
  if (call.phase == Http1Phase::kWaiting) call.phase = Http1Phase::kHead;
  Http1Response response;
  const Http1Parsed parsed = parser_->Parse(bytes, call.method, &response);
  if (parsed.result == DecodeResult::kNeedMore) return {0, true};
  if (parsed.result == DecodeResult::kError) {
    FailFront({.code = Http1FetchCode::kMalformed, .reason = parsed.error});
  } else if (response.status < 200) {
    TakeInterim(response);
  } else {
    TakeFinalHead(response);
  }
  return {parsed.consumed, false};
}

void Link::TakeInterim(const Http1Response& response) {
  Call& call = front();
  if (response.status == 101) return FailFront({.code = Http1FetchCode::kUnasked});
  if (++call.interim > core_->options().interim_max) {
    return FailFront({.code = Http1FetchCode::kTooManyInterim});
  }
  if (call.phase == Http1Phase::kHead) call.phase = Http1Phase::kWaiting;
  const bool awaited = call.upload == Call::Upload::kAwaitsContinue;
  if (awaited && response.status == 100) Continue(call);
}

void Link::TakeFinalHead(const Http1Response& response) {
  using Upload = Call::Upload;
  Call& call = front();
  const Http1ClientOptions& options = core_->options();
  body_.emplace(response, options.limits);
  keep_alive_ = response.keep_alive && !call.request.close && !ending_;
  // An answer instead of "100 Continue", or a refusal: the body, or the rest of it, is not wanted.
  const bool stops = call.upload == Upload::kAwaitsContinue ||
                     (call.upload == Upload::kGoesOn && response.status >= 300);
  if (stops) call.upload = Upload::kStopped;
  core_->SetPhase(call, Http1Phase::kBody, options.body_idle_timeout, Http1Deadline::kIdleBody);
  CopyHead(response, &call.answer);
  call.following =
      call.request.redirects_max.value_or(options.redirects_max) > 0 && IsRedirect(call.answer);
  const bool gathers = !call.functions.piece && !call.following;
  if (gathers && response.body == Http1BodyKind::kLength) {
    if (response.content_length > options.answer_bytes_max) {
      return FailFront({.code = Http1FetchCode::kTooLarge});
    }
    call.answer.body.reserve(std::min<uint64_t>(response.content_length, kGatherBytesAtFirst));
  }
  if (call.functions.head && !call.following) {
    std::exchange(call.functions.head, nullptr)(call.id, call.answer);
    if (gone()) return;
  }
  ApplyPause(call);
  TakeBody({});  // there may be none
}

Link::Taken Link::TakeBody(std::string_view bytes) {
  const Http1BodyPart part = body_->Decode(bytes);
  switch (part.kind) {
    case Http1BodyPart::kNeedMore:
      return {part.consumed, true};
    case Http1BodyPart::kTrailer:
      front().answer.trailers.push_back({std::string(part.name), std::string(part.data)});
      break;
    case Http1BodyPart::kData:
      TakePiece(part.data);
      // The end of a body whose length is known needs no further byte.
      if (!gone() && body_) TakeBody({});
      break;
    case Http1BodyPart::kEnd:
      EndAnswer();
      break;
    case Http1BodyPart::kError:
      FailFront({.code = Http1FetchCode::kMalformed, .reason = part.error});
      break;
  }
  return {part.consumed, false};
}

void Link::TakePiece(std::string_view piece) {
  Call& call = front();
  const Http1ClientOptions& options = core_->options();
  core_->SetPhase(call, Http1Phase::kBody, options.body_idle_timeout, Http1Deadline::kIdleBody);
  if (call.following) {
    call.dropped_bytes += piece.size();
    if (call.dropped_bytes <= kRedirectBytesMax) return;
    keep_alive_ = false;
    return EndAnswer();
  }
  if (call.functions.piece) {
    auto function = std::move(call.functions.piece);
    function(call.id, piece);
    if (!gone()) call.functions.piece = std::move(function);
    return;
  }
  const uint64_t room = options.answer_bytes_max - call.answer.body.size();
  call.answer.body.append(piece.substr(0, std::min<uint64_t>(room, piece.size())));
  if (piece.size() > room) FailFront({.code = Http1FetchCode::kTooLarge});
}

// The answer is complete; its connection serves on where it can.
void Link::EndAnswer() {
  Call& call = front();
  ClientCore& core = *core_;
  const bool sent = call.upload == Call::Upload::kDone;
  const bool forgotten_next = calls_.size() > 1 && calls_[1] == nullptr;
  if (!keep_alive_ || ending_ || !sent || forgotten_next) {
    Quit(sent ? Ending::kOrderly : Ending::kAbort);
    return core.Complete(call);
  }
  call.link = nullptr;
  calls_.erase(calls_.begin());
  ++served_;
  begun_ = false;
  body_.reset();
  Connection& open = *connection();
  open.ResumeReading();
  if (calls_.empty()) {
    parser_.reset();
    open.SetDeadline(After(loop_.now(), core.options().idle_timeout));
    pool_->BecameIdle(*this);
  } else {
    core.SetPhase(front(), Http1Phase::kWaiting, core.options().answer_timeout,
                  Http1Deadline::kAnswer);
    pool_->Pump();
  }
  core.Complete(call);
}

void Link::FailFront(const Http1FetchError& error) {
  core_->Fail(front(), error);
}

void Link::Pause(Call& call) {
  call.paused = true;
  if (body_ && &front() == &call) ApplyPause(call);
}

void Link::ApplyPause(Call& call) {
  Connection* open = connection();
  if (!call.paused || open == nullptr) return;
  open->PauseReading();
  core_->SetPhase(call, Http1Phase::kBody, Duration(0), Http1Deadline::kNone);
}

void Link::Resume(Call& call) {
  call.paused = false;
  Connection* open = connection();
  if (!body_ || &front() != &call || open == nullptr) return;
  open->ResumeReading();
  core_->SetPhase(call, Http1Phase::kBody, core_->options().body_idle_timeout,
                  Http1Deadline::kIdleBody);
}

}  // namespace sluice::http1
