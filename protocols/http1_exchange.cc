#include "protocols/http1_exchange.h"

#include <algorithm>
#include <utility>

#include "protocols/http1_access_log.h"
#include "protocols/http1_lists.h"
#include "protocols/http1_session.h"
#include "reactor/base/check.h"

namespace sluice {

void Http1Exchange::Start(http1::Session& session, const http1::Arrival& arrival, uint32_t serial) {
  const Http1Request& request = arrival.request;
  session_ = &session;
  next_ = nullptr;
  arrival_ = &arrival;
  serial_ = serial;
  answer_ = Answer::kNone;
  method_ = request.method;
  minor_version_ = request.minor_version;
  keep_alive_ = request.keep_alive;
  expects_continue_ = request.expect_continue;
  offers_upgrade_ = !request.upgrade.empty();
}

void Http1Exchange::Reset() {
  session_ = nullptr;
  next_ = nullptr;
  arrival_ = nullptr;
  status_ = 0;
  answer_ = Answer::kDone;
  body_state_ = Body::kDone;
  refusal_ = 0;
  exclusive_ = keep_alive_ = close_ = later_ = chunked_ = expects_continue_ = false;
  fields_refused_ = offers_upgrade_ = sized_ = names_upgrade_ = false;
  answer_left_ = answer_bytes_ = 0;
  fields_.clear();
  if (rare_) ResetRare();
}

void Http1Exchange::ResetRare() {
  constexpr size_t kKeptBytesMax = 4096;
  rare_ = empty_body_due_ = drain_due_ = false;
  for (std::string* bytes : {&held_, &whole_body_, &fields_}) {
    bytes->clear();
    if (bytes->capacity() > kKeptBytesMax) bytes->shrink_to_fit();
  }
  sender_ = nullptr;
  body_.reset();
  body_bytes_ = 0;
  body_deadline_ = body_paused_ = kNever;
  on_body_ = nullptr;
  on_whole_body_ = nullptr;
  whole_body_max_ = 0;
  on_drain_ = nullptr;
  on_gone_ = nullptr;
  log_.reset();
}

const Http1Request& Http1Exchange::request() const {
  SLUICE_CHECK(arrival_ != nullptr, "a request is there while its route's handler runs");
  return arrival_->request;
}

std::string_view Http1Exchange::Param(std::string_view name) const {
  SLUICE_CHECK(arrival_ != nullptr, "a request is there while its route's handler runs");
  const http1::Arrival& arrival = *arrival_;
  for (size_t i = 0; i < arrival.match.count; ++i) {
    if (arrival.match.params[i].name == name) return arrival.match.params[i].value;
  }
  return {};
}

const Connection& Http1Exchange::connection() const {
  SLUICE_CHECK(session_ != nullptr, "the exchange is over");
  return session_->connection();
}

size_t Http1Exchange::unsent_bytes() const {
  return is_first() ? session_->unsent_bytes() : held_.size();
}

// ---- The body of the request.

void Http1Exchange::ReadBody(size_t bytes_max, WholeBodyFunction function) {
  SLUICE_CHECK(!asked_for_body() && answer_ != Answer::kDone, "a body is asked for once");
  rare_ = true;
  on_whole_body_ = std::move(function);
  whole_body_max_ = bytes_max;
  if (body_state_ != Body::kDone && body_bytes_ > bytes_max) {
    session_->RefuseBody(*this, Http1Error::kBodyTooLong);
    return;
  }
  AskForBody();
}

void Http1Exchange::StreamBody(BodyFunction function) {
  SLUICE_CHECK(!asked_for_body() && answer_ != Answer::kDone, "a body is asked for once");
  rare_ = true;
  on_body_ = std::move(function);
  AskForBody();
}

void Http1Exchange::AskForBody() {
  if (body_state_ == Body::kDone) {
    empty_body_due_ = true;
    session_->RunSoon();
    return;
  }
  GoOnWithBody(Body::kWanted);
  if (expects_continue_) {
    expects_continue_ = false;
    const bool waits = arrival_ == nullptr || !arrival_->body_began;
    // Within an answer it would be taken for a part of that, and a client that sees the answer
    // sends the body without (RFC 9110 10.1.1).
    if (waits && answer_ == Answer::kNone)
      session_->output().SendStatic("HTTP/1.1 100 Continue\r\n\r\n");
  }
  ResumeBody();
}

void Http1Exchange::PauseBody() {
  if (body_state_ != Body::kWanted) return;
  body_state_ = Body::kPaused;
  body_paused_ = loop().now();
  session_->Changed(*this);
}

void Http1Exchange::ResumeBody() {
  if (body_state_ != Body::kPaused && body_state_ != Body::kWanted) return;
  GoOnWithBody(Body::kWanted);
  session_->Changed(*this);
  // The end may be all that is left, for which no byte is to come.
  if (arrival_ == nullptr) session_->RunSoon();
}

// Time for which it was not read does not count.
void Http1Exchange::GoOnWithBody(Body state) {
  body_state_ = state;
  if (body_paused_ != kNever && body_deadline_ != kNever) {
    body_deadline_ = After(body_deadline_, loop().now() - body_paused_);
  }
  body_paused_ = kNever;
}

bool Http1Exchange::BodyEndsConnection() const {
  // Nobody knows whether a client that was not told to go on will send it (RFC 9110 10.1.1).
  if (expects_continue_) return true;
  const uint64_t left = body_bytes_ - std::min(body_bytes_, body_->content_bytes());
  return left > session_->worker().options().drop_bytes_max;
}

TimePoint Http1Exchange::body_deadline() const {
  const uint64_t rate = session_->worker().options().body_bytes_per_second_min;
  if (rate == 0 || body_deadline_ == kNever) return body_deadline_;
  constexpr uint64_t kSecond = 1'000'000'000;
  const uint64_t bytes = body_->content_bytes();
  const uint64_t time = bytes / rate * kSecond + bytes % rate * kSecond / rate;
  return After(body_deadline_, Duration(static_cast<int64_t>(time)));
}

// ---- Later.

Http1ExchangeId Http1Exchange::Later() {
  later_ = true;
  return id();
}

Http1ExchangeId Http1Exchange::id() const {
  return {connection().id(), session_, serial_};
}

Http1Exchange* Http1Exchange::Find(Loop& loop, Http1ExchangeId id) {
  return loop.Find(id.connection) == nullptr ? nullptr : id.session->Find(id.serial);
}

void Http1Exchange::OnDrain(Function function) {
  rare_ = true;
  on_drain_ = std::move(function);
}

void Http1Exchange::OnGone(Function function) {
  rare_ = true;
  on_gone_ = std::move(function);
}

// ---- Another protocol.

void Http1Exchange::Upgrade(std::string_view protocol, std::unique_ptr<Handler> handler) {
  SLUICE_CHECK(answer_ == Answer::kNone, "an exchange is answered once");
  const bool possible = offers_upgrade_ && body_state_ == Body::kDone;
  if (!possible || fields_refused_ || http1::HasControl(protocol)) {
    AnswerInstead(possible ? 500 : 400, possible ? "Internal Server Error" : "Bad Request");
    return;
  }
  status_ = 101;
  ++session_->worker().counters().answers[0];
  std::string head = "HTTP/1.1 101 Switching Protocols\r\n";
  head.append(session_->worker().date_line()).append("Connection: Upgrade\r\nUpgrade: ");
  head.append(protocol).append("\r\n").append(fields_).append("\r\n");
  session_->output().Send(head);
  session_->Upgrade(std::move(handler));
  Finish();
}

}  // namespace sluice
