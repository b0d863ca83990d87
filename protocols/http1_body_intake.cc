// Session: a request's body on its way to its handler.
#include <utility>

#include "protocols/http1_session.h"
#include "reactor/loop.h"

namespace sluice::http1 {

// Returns the bytes consumed.
size_t Session::TakeBody(std::string_view bytes) {
  Http1Exchange& exchange = *body_owner_;
  size_t consumed = 0;
  std::string_view whole;  // of a body that is gathered: what is not copied yet
  while (body_owner_ == &exchange && WantsInput() && connection_->is_open()) {
    const Http1BodyPart part = exchange.body_->Decode(bytes.substr(consumed));
    if (part.kind == Http1BodyPart::kError) {
      BreakOffBody(part.error);
      return bytes.size();
    }
    consumed += part.consumed;
    if (part.kind == Http1BodyPart::kEnd) {
      EndBody(exchange, whole);
      return consumed;
    }
    if (part.kind == Http1BodyPart::kData) GiveBody(exchange, part.data, &whole);
    if (part.kind == Http1BodyPart::kNeedMore) break;
  }
  exchange.whole_body_.append(whole);
  return consumed;
}

// The end of a body with a length is found behind its last byte, for which nothing more arrives.
void Session::TakeBodyEnd() {
  if (body_owner_ != nullptr && body_owner_->body_bytes_ > 0) TakeBody({});
}

void Session::GiveBody(Http1Exchange& exchange, std::string_view piece, std::string_view* whole) {
  const uint64_t received = exchange.body_->content_bytes();
  if (exchange.body_state_ == Body::kDropped) {
    if (received <= worker_->options().drop_bytes_max) return;
    exchange.close_ = true;
    Changed(exchange);
  } else if (exchange.on_body_) {
    exchange.on_body_(exchange, piece, false);
  } else if (received > exchange.whole_body_max_) {
    BreakOffBody(Http1Error::kBodyTooLong);
  } else if (whole->empty() && exchange.whole_body_.empty()) {
    *whole = piece;
  } else {
    exchange.whole_body_.append(*whole).append(piece);
    *whole = {};
  }
}

void Session::EndBody(Http1Exchange& exchange, std::string_view whole) {
  exchange.body_state_ = Body::kDone;
  if (body_owner_ == &exchange) body_owner_ = nullptr;
  if (exchange.answer_ == Answer::kDone) {
    Changed(exchange);
    return;
  }
  if (exchange.on_body_) {
    exchange.on_body_(exchange, {}, true);
  } else if (exchange.on_whole_body_) {
    exchange.on_whole_body_(exchange, exchange.whole_body_.empty() ? whole : exchange.whole_body_);
  }
  CheckAnswered(exchange);
}

// What arrives cannot be, or is not, all of the body.
void Session::BreakOffBody(Http1Error error) {
  Http1Exchange& exchange = *body_owner_;
  if (exchange.answer_ != Answer::kDone) TellGone(exchange);
  RefuseBody(exchange, error);
}

void Session::RefuseBody(Http1Exchange& exchange, Http1Error error) {
  ++worker_->counters().refusals;
  body_owner_ = nullptr;
  input_ended_ = true;
  exchange.body_state_ = Body::kDone;
  exchange.close_ = true;
  exchange.refusal_ = static_cast<uint8_t>(error);
  if (exchange.answer_ == Answer::kNone) {
    exchange.AnswerInstead(Http1ErrorStatus(error), Http1ErrorText(error));
  } else if (exchange.answer_ == Answer::kBegun) {
    Close(exchange.refusal_);  // the client sees that the answer is cut off
  } else {
    Changed(exchange);
  }
}

}  // namespace sluice::http1
