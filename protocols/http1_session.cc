#include "protocols/http1_session.h"

#include <utility>

#include "protocols/http1_access_log.h"
#include "reactor/base/check.h"
#include "reactor/loop.h"

namespace sluice::http1 {
namespace {

// Durations of 0 mean no limit.
TimePoint DueAfter(TimePoint now, Duration limit) {
  return limit > Duration(0) ? After(now, limit) : kNever;
}

// For the log: without the port.
std::string HostOf(const Endpoint& endpoint) {
  const absl::StatusOr<HostPort> parts = Endpoint::SplitHostPort(endpoint.ToString());
  return endpoint.is_ip() && parts.ok() ? parts->host : "-";
}

}  // namespace

Session::Session(std::shared_ptr<Worker> worker) : worker_(std::move(worker)) {}

Session::~Session() {
  SLUICE_CHECK(first_ == nullptr && retired_ == nullptr, "a connection closes before it goes");
}

void Session::OnOpen(Connection& connection) {
  connection_ = &connection;
  if (worker_->logs()) client_ = HostOf(connection.peer_endpoint());
  // The parser's own limits are to be met first, and answered.
  const Http1Limits& http = worker_->options().limits;
  const auto needed = static_cast<uint32_t>(http.head_bytes_max + http.trailer_bytes_max);
  if (connection.limits().input_bytes_max < needed) {
    ConnectionLimits limits = connection.limits();
    limits.input_bytes_max = needed;
    connection.SetLimits(limits);
  }
  head_deadline_ = DueAfter(worker_->loop().now(), worker_->options().head_timeout);
  UpdateDeadline();
}

size_t Session::OnData(Connection& connection, std::string_view bytes) {
  if (upgraded_ != nullptr) {
    OpenUpgraded();
    return connection.is_reading() ? upgraded_->OnData(connection, bytes) : 0;
  }
  const Busy busy(*this);
  gathering_ = true;
  const size_t consumed = TakeInput(connection, bytes);
  gathering_ = false;
  SendGathered();
  if (upgraded_ != nullptr) {
    OpenUpgraded();
    const std::string_view behind = bytes.substr(consumed);
    if (behind.empty() || !connection.is_reading()) return consumed;
    return consumed + upgraded_->OnData(connection, behind);
  }
  if (parser_ != nullptr && !parser_->mid_message()) worker_->GiveBack(std::move(parser_));
  UpdateReading();
  UpdateDeadline();
  return consumed;
}

size_t Session::TakeInput(Connection& connection, std::string_view bytes) {
  size_t consumed = 0;
  while (consumed < bytes.size() && WantsInput() && connection.is_reading()) {
    const std::string_view rest = bytes.substr(consumed);
    const Http1Exchange* const owner = body_owner_;
    const size_t taken = owner != nullptr ? TakeBody(rest) : TakeRequest(rest);
    consumed += taken;
    Recycle();
    if (upgraded_ != nullptr) break;
    if (taken == 0 && body_owner_ == owner) break;  // the end of a body may have no byte
  }
  return consumed;
}

void Session::SendGathered() {
  if (gathered_bytes_ == 0) return;
  connection_->Send({worker_->gathered(), std::exchange(gathered_bytes_, 0)});
}

void Session::OnEnd(Connection& connection) {
  if (upgraded_ != nullptr) {
    OpenUpgraded();
    upgraded_->OnEnd(connection);
    return;
  }
  const Busy busy(*this);
  TakeBodyEnd();
  if (body_owner_ != nullptr) BreakOffBody(Http1Error::kBodyTruncated);
  EndInput();
  UpdateDeadline();
}

void Session::OnDrain(Connection& connection) {
  if (upgraded_ != nullptr) {
    OpenUpgraded();
    upgraded_->OnDrain(connection);
    return;
  }
  const Busy busy(*this);
  output_paused_ = false;
  // The client could not send on while it was not read from.
  if (head_deadline_ != kNever) {
    head_deadline_ = DueAfter(worker_->loop().now(), worker_->options().head_timeout);
  }
  if (first_ != nullptr) TellDrained(*first_);
  UpdateReading();
  UpdateDeadline();
}

void Session::OnStop(Connection& connection) {
  if (upgraded_ != nullptr) {
    OpenUpgraded();
    upgraded_->OnStop(connection);
    return;
  }
  const Busy busy(*this);
  if (waiting_) {
    stopping_ = true;  // a request that is here is answered
  } else {
    EndInput();
  }
  UpdateReading();
  UpdateDeadline();
}

void Session::OnClose(Connection& connection, CloseReason reason) {
  closed_ = true;
  if (upgraded_ != nullptr) {
    if (upgrade_open_) upgraded_->OnClose(connection, reason);
    return;
  }
  const Busy busy(*this);
  while (first_ != nullptr) {
    Http1Exchange* const exchange = first_;
    if (exchange->answer_ != Answer::kDone) TellGone(*exchange);
    first_ = exchange->next_;
    Retire(exchange, /*sent=*/false);
  }
  last_ = nullptr;
  parser_.reset();
}

// ---- What the session waits for.

bool Session::TakesRequests() const {
  if (input_ended_ || waiting_ || (first_ != nullptr && first_->exclusive_)) return false;
  return pending_ < worker_->options().pending_max &&
         held_bytes_ <= connection_->limits().output_high_water_bytes;
}

bool Session::WantsInput() const {
  if (body_owner_ == nullptr) return TakesRequests();
  return body_owner_->body_state_ == Body::kWanted || body_owner_->body_state_ == Body::kDropped;
}

void Session::UpdateReading() {
  if (upgraded_ != nullptr || !connection_->is_open()) return;
  const bool paused = !WantsInput();
  if (paused == paused_) return;
  paused_ = paused;
  if (paused) {
    connection_->PauseReading();
  } else {
    connection_->ResumeReading();
  }
}

void Session::UpdateDeadline() {
  if (!connection_->is_open()) return;
  if (connection_->unsent_bytes() > connection_->limits().output_high_water_bytes) {
    output_paused_ = true;
  }
  connection_->SetDeadline(Deadline());
}

TimePoint Session::Deadline() const {
  if (upgraded_ != nullptr) return kNever;
  if (body_owner_ != nullptr) return WantsInput() ? body_owner_->body_deadline() : kNever;
  if (input_ended_ || waiting_ || output_paused_) return kNever;
  if (head_deadline_ != kNever) return TakesRequests() ? head_deadline_ : kNever;
  return first_ == nullptr ? idle_deadline_ : kNever;
}

// No request follows: the connection ends with the last answer.
void Session::EndInput() {
  input_ended_ = true;
  if (last_ != nullptr) {
    last_->close_ = true;
    Advance();
  } else {
    Close(0);
  }
}

void Session::Close(uint8_t refusal) {
  SendGathered();
  connection_->SetDeadline(kNever);  // from here on it lingers, which has a limit of its own
  if (refusal != 0) {
    connection_->CloseProtocolError(refusal);
  } else {
    connection_->Close();
  }
}

// ---- The list.

void Session::Changed(Http1Exchange& exchange) {
  if (closed_) return;
  if (exchange.complete() && &exchange == first_) Advance();
  if (busy_ > 0) return;  // the callback that is running ends with these
  UpdateReading();
  UpdateDeadline();
}

// Takes the answers that are complete off the front of the list.
void Session::Advance() {
  while (first_ != nullptr && first_->complete()) {
    Http1Exchange* const done = first_;
    if (body_owner_ == done) body_owner_ = nullptr;
    const bool ends = done->close_;
    if (ends) {
      input_ended_ = true;
      Close(done->refusal_);
    }
    first_ = done->next_;
    --pending_;
    Retire(done, /*sent=*/true);
    if (ends) return;
    if (first_ != nullptr) Promote(*first_);
  }
  if (first_ != nullptr) return;
  last_ = nullptr;
  waiting_ = false;
  idle_deadline_ = DueAfter(worker_->loop().now(), worker_->options().idle_timeout);
}

// Its turn: what was held leaves.
void Session::Promote(Http1Exchange& exchange) {
  if (exchange.held_.empty() && !exchange.sender_) return;
  held_bytes_ -= exchange.held_.size();
  const size_t high_water = connection_->limits().output_high_water_bytes;
  if (exchange.held_.size() > high_water) {
    exchange.drain_due_ = true;
    RunSoon();
  }
  output().Send(exchange.held_);
  exchange.held_.clear();
  if (exchange.sender_ && connection_->is_open()) exchange.sender_(*connection_);
}

void Session::Held(size_t bytes) {
  held_bytes_ += bytes;
  if (held_bytes_ > connection_->limits().output_bytes_max) connection_->Abort();
}

Http1Exchange* Session::Find(uint32_t serial) {
  for (Http1Exchange* exchange = first_; exchange != nullptr; exchange = exchange->next_) {
    if (exchange->serial_ != serial) continue;
    return closed_ || exchange->answer_ == Answer::kDone ? nullptr : exchange;
  }
  return nullptr;
}

// Off the list. It stays in memory while a callback of its may be running.
void Session::Retire(Http1Exchange* exchange, bool sent) {
  if (exchange->log_ != nullptr) {
    LogRecord& record = *exchange->log_;
    record.status = exchange->status_;
    record.body_bytes = exchange->answer_bytes_;
    record.complete = sent;
    record.duration = worker_->loop().now() - record.begun;
    worker_->Log(record);
  }
  exchange->next_ = retired_;
  retired_ = exchange;
  if (busy_ == 0) Recycle();
}

void Session::Recycle() {
  while (Http1Exchange* const exchange = retired_) {
    retired_ = exchange->next_;
    worker_->GiveBack(exchange);
  }
}

void Session::TellGone(Http1Exchange& exchange) {
  if (!exchange.on_gone_) return;
  Http1Exchange::Function on_gone = std::exchange(exchange.on_gone_, nullptr);
  on_gone(exchange);
}

// The function may name another one for the next time.
void Session::TellDrained(Http1Exchange& exchange) {
  if (!exchange.on_drain_) return;
  Http1Exchange::Function on_drain = std::exchange(exchange.on_drain_, nullptr);
  on_drain(exchange);
  if (!exchange.on_drain_) exchange.on_drain_ = std::move(on_drain);
}

// ---- What must not happen inside a call of the user's.

void Session::RunSoon() {
  if (soon_) return;
  soon_ = true;
  Loop& loop = worker_->loop();
  loop.Post([&loop, id = connection_->id(), this] {
    if (loop.Find(id) != nullptr) Soon();
  });
}

void Session::Soon() {
  soon_ = false;
  if (!connection_->is_open()) return;
  if (upgraded_ != nullptr) {
    OpenUpgraded();
    return;
  }
  const Busy busy(*this);
  while (Http1Exchange* const exchange = FindDue()) GiveDue(*exchange);
  TakeBodyEnd();
  UpdateReading();
  UpdateDeadline();
}

Http1Exchange* Session::FindDue() const {
  Http1Exchange* exchange = first_;
  while (exchange != nullptr && !exchange->empty_body_due_ && !exchange->drain_due_) {
    exchange = exchange->next_;
  }
  return exchange;
}

void Session::GiveDue(Http1Exchange& exchange) {
  if (std::exchange(exchange.empty_body_due_, false)) {
    EndBody(exchange, {});
  } else {
    exchange.drain_due_ = false;
    const bool drained =
        connection_->unsent_bytes() <= connection_->limits().output_high_water_bytes;
    if (drained) TellDrained(exchange);
  }
}

void Session::Upgrade(std::unique_ptr<Handler> handler) {
  upgraded_ = std::move(handler);
  ++worker_->counters().upgrades;
  RunSoon();
}

void Session::OpenUpgraded() {
  if (upgrade_open_) return;
  upgrade_open_ = true;
  connection_->SetDeadline(kNever);
  if (paused_) connection_->ResumeReading();
  paused_ = false;
  upgraded_->OnOpen(*connection_);
}

}  // namespace sluice::http1
