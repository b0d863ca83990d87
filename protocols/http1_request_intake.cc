// Session: a request's way to its handler.
#include <string>
#include <utility>

#include "protocols/http1_access_log.h"
#include "protocols/http1_semantics.h"
#include "protocols/http1_session.h"
#include "reactor/loop.h"

namespace sluice::http1 {
namespace {

bool IsExclusive(const Http1Request& request) {
  return !IsSafe(request.method) || request.body != Http1BodyKind::kNone ||
         !request.upgrade.empty();
}

// Of bytes that are no request: what asked by HEAD expects no body whatever it is answered.
bool IsOfHead(std::string_view head) {
  constexpr std::string_view kEmptyLine = "\r\n";
  if (head.substr(0, kEmptyLine.size()) == kEmptyLine) head.remove_prefix(kEmptyLine.size());
  return head.substr(0, 5) == "HEAD ";
}

}  // namespace

// Returns the bytes consumed. 0: more are needed, or the request has to wait.
size_t Session::TakeRequest(std::string_view bytes) {
  Http1RequestParser& parser = parser_ != nullptr ? *parser_ : worker_->parser();
  Arrival& arrival = worker_->arrival();
  const Http1Parsed parsed = parser.Parse(bytes, &arrival.request);
  if (parsed.result == DecodeResult::kNeedMore) {
    KeepPartialHead();
    return 0;
  }
  if (parsed.result == DecodeResult::kError) {
    RefuseHead(parsed.error, bytes);
    return bytes.size();
  }
  head_deadline_ = kNever;
  if (first_ != nullptr && IsExclusive(arrival.request)) {
    waiting_ = true;
    return 0;
  }
  arrival.match.count = 0;
  arrival.body_began = parsed.consumed < bytes.size();
  ++worker_->counters().requests;
  Http1Exchange& exchange = Append(arrival);
  if (arrival.request.body != Http1BodyKind::kNone) [[unlikely]]
    StartBody(exchange, arrival.request);
  if (exchange.answer_ == Answer::kNone) Handle(exchange, arrival);
  exchange.arrival_ = nullptr;
  return parsed.consumed;
}

void Session::KeepPartialHead() {
  if (parser_ == nullptr && worker_->parser().mid_message()) parser_ = worker_->TakeParser();
  const Duration limit = worker_->options().head_timeout;
  if (head_deadline_ == kNever && limit > Duration(0)) {
    head_deadline_ = After(worker_->loop().now(), limit);
  }
}

Http1Exchange& Session::Append(const Arrival& arrival) {
  Http1Exchange& exchange = *worker_->TakeExchange();
  exchange.Start(*this, arrival, ++serial_);
  exchange.exclusive_ = IsExclusive(arrival.request);
  if (stopping_) exchange.keep_alive_ = false;
  if (!exchange.keep_alive_) input_ended_ = true;
  if (first_ == nullptr) {
    first_ = &exchange;
  } else {
    last_->next_ = &exchange;
  }
  last_ = &exchange;
  ++pending_;
  if (worker_->logs()) StartLog(exchange, arrival.request);
  return exchange;
}

void Session::StartLog(Http1Exchange& exchange, const Http1Request& request) {
  exchange.rare_ = true;
  exchange.log_ = std::make_unique<LogRecord>();
  LogRecord& record = *exchange.log_;
  record.client = client_;
  record.method = request.method_text;
  record.target = request.target;
  record.minor_version = request.minor_version;
  record.begun = worker_->loop().now();
  if (record.method.empty()) return;  // a head that was refused
  record.referer = request.fields.Find("Referer").value_or("");
  record.user_agent = request.fields.Find("User-Agent").value_or("");
}

void Session::StartBody(Http1Exchange& exchange, const Http1Request& request) {
  const Http1ServerOptions& options = worker_->options();
  const TimePoint now = worker_->loop().now();
  exchange.rare_ = true;
  exchange.body_.emplace(request, options.limits);
  exchange.body_bytes_ = request.content_length;
  exchange.body_state_ = Body::kUndecided;
  if (options.body_timeout > Duration(0))
    exchange.body_deadline_ = After(now, options.body_timeout);
  exchange.body_paused_ = now;
  body_owner_ = &exchange;
  if (request.content_length > options.limits.body_bytes_max) {
    RefuseBody(exchange, Http1Error::kBodyTooLong);
  }
}

void Session::Handle(Http1Exchange& exchange, Arrival& arrival) {
  const Http1Request& request = arrival.request;
  switch (request.method) {
    case Http1Method::kConnect:
      exchange.close_ = true;  // what follows is not HTTP
      exchange.Reply(501);
      return;
    case Http1Method::kOther:
      exchange.Reply(501);
      return;
    case Http1Method::kTrace:
      if (!worker_->options().trace_allowed) break;
      AnswerTrace(exchange, request);
      return;
    case Http1Method::kOptions:
      if (request.target_form != Http1TargetForm::kAsterisk) break;
      exchange.AddHeader("Allow", worker_->router().allow());
      exchange.Reply(204);
      return;
    default:
      break;
  }
  HandleRoute(exchange, arrival);
}

void Session::HandleRoute(Http1Exchange& exchange, Arrival& arrival) {
  const Http1Method method = arrival.request.method;
  worker_->FindRoute(arrival.request.path, &arrival.match);
  const Http1Router::Resource* const resource = arrival.match.resource;
  if (resource == nullptr) {
    exchange.Reply(404);
    return;
  }
  const Http1RouteHandler* handler = &resource->handlers[static_cast<size_t>(method)];
  if (!*handler && method == Http1Method::kHead) {
    handler = &resource->handlers[static_cast<size_t>(Http1Method::kGet)];
  }
  if (*handler) [[likely]] {
    (*handler)(exchange);
    if (exchange.answer_ == Answer::kNone && !exchange.asked_for_body()) CheckAnswered(exchange);
    return;
  }
  exchange.AddHeader("Allow", resource->allow);
  exchange.Reply(method == Http1Method::kOptions ? 204 : 405);
}

// RFC 9110 9.3.8: without what is to stay between the client and us.
void Session::AnswerTrace(Http1Exchange& exchange, const Http1Request& request) {
  if (request.body != Http1BodyKind::kNone) {
    exchange.Reply(400);
    return;
  }
  std::string head = "TRACE " + std::string(request.target) +
                     (request.minor_version == 0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
  for (const Http1Field field : request.fields) {
    if (IsCredential(field.name)) continue;
    head.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  exchange.Reply(200, "message/http", head + "\r\n");
}

// A handler forgot its exchange: the client is not to wait for ever.
void Session::CheckAnswered(Http1Exchange& exchange) {
  if (exchange.answer_ == Answer::kNone && !exchange.later_) exchange.Reply(500);
}

// Behind the answers that are due comes one that says what is wrong, then the end.
void Session::RefuseHead(Http1Error error, std::string_view head) {
  Arrival& arrival = worker_->arrival();
  arrival.request = {};
  if (IsOfHead(head)) arrival.request.method = Http1Method::kHead;
  ++worker_->counters().refusals;
  head_deadline_ = kNever;
  parser_.reset();
  worker_->parser().Reset();
  Http1Exchange& exchange = Append(arrival);
  exchange.arrival_ = nullptr;
  exchange.close_ = true;
  exchange.refusal_ = static_cast<uint8_t>(error);
  exchange.AnswerInstead(Http1ErrorStatus(error), Http1ErrorText(error));
}

}  // namespace sluice::http1
