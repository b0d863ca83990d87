#include "tools/load/http_client.h"

#include <memory>
#include <string>
#include <utility>

#include "reactor/loop.h"
#include "tools/load/driver.h"

namespace sluice::load {
namespace {

// What a server may answer is no concern of a load; only what is not HTTP is.
const Http1Limits& AnswerLimits() {
  static const Http1Limits limits = [] {
    Http1Limits wide;
    wide.body_bytes_max = uint64_t{1} << 62;
    return wide;
  }();
  return limits;
}

}  // namespace

HttpClient::HttpClient(Driver& driver, uint32_t connection)
    : ConnectionClient(driver, connection), parser_(AnswerLimits()) {}

size_t HttpClient::request_bytes() const {
  return driver_.options().http_request.size();
}

void HttpClient::SendRequest(Connection& connection) {
  connection.SendStatic(driver_.options().http_request);
}

size_t HttpClient::OnData(Connection& connection, std::string_view bytes) {
  size_t consumed = 0;
  while (connection.is_open() && consumed < bytes.size()) {
    const std::string_view rest = bytes.substr(consumed);
    const std::optional<size_t> taken =
        body_ ? TakeBody(connection, rest) : TakeHead(connection, rest);
    if (!taken) break;
    consumed += *taken;
  }
  if (!connection.is_open()) return bytes.size();
  GoOn(connection);
  return consumed;
}

std::optional<size_t> HttpClient::TakeHead(Connection& connection, std::string_view bytes) {
  if (under_way_ == 0) {
    Fail(connection, Failure::kMalformed,
         "connection " + std::to_string(number_) + " received an answer too many");
    return bytes.size();
  }
  Http1Response response;
  const Http1Parsed parsed = parser_.Parse(bytes, driver_.options().http_method, &response);
  if (parsed.result == DecodeResult::kNeedMore) return {};
  if (parsed.result == DecodeResult::kError || response.body == Http1BodyKind::kTunnel) {
    FailMalformed(connection, parsed.error);
    return bytes.size();
  }
  answer_bytes_ += parsed.consumed;
  if (response.status < 200) return parsed.consumed;
  status_ = response.status;
  keep_alive_ = response.keep_alive;
  body_.emplace(response, AnswerLimits());
  TakeBody(connection, {});  // there may be none
  return parsed.consumed;
}

std::optional<size_t> HttpClient::TakeBody(Connection& connection, std::string_view bytes) {
  const Http1BodyPart part = body_->Decode(bytes);
  if (part.kind == Http1BodyPart::kError) {
    FailMalformed(connection, part.error);
    return bytes.size();
  }
  answer_bytes_ += part.consumed;
  if (part.kind == Http1BodyPart::kEnd) {
    EndAnswer(connection);
  } else if (part.kind == Http1BodyPart::kData) {
    // The end of a body whose length is known needs no further byte.
    TakeBody(connection, {});
  } else if (part.kind == Http1BodyPart::kNeedMore && part.consumed == 0) {
    return {};
  }
  return part.consumed;
}

void HttpClient::EndAnswer(Connection& connection) {
  body_.reset();
  driver_.AnsweredStatus(status_);
  Answered(std::exchange(answer_bytes_, 0));
  if (keep_alive_) return;
  replaced_ = closing_ = true;
  connection.Close();
}

void HttpClient::FailMalformed(Connection& connection, Http1Error error) {
  const std::string what = error == Http1Error::kNone ? "it switches to another protocol"
                                                      : std::string(Http1ErrorText(error));
  Fail(connection, Failure::kMalformed,
       "an answer on connection " + std::to_string(number_) + " is malformed: " + what);
}

void HttpClient::OnEnd(Connection& connection) {
  if (body_ && body_->Finish() == Http1Error::kNone) return EndAnswer(connection);
  ConnectionClient::OnEnd(connection);
}

void HttpClient::OnClose(Connection& connection, CloseReason reason) {
  const bool finished = driver_.draining() || driver_.loop().stopping();
  if (!replaced_ || finished) return ConnectionClient::OnClose(connection, reason);
  auto next = std::make_unique<HttpClient>(driver_, number_);
  next->ready_ = true;
  next->owed_ = under_way_;
  HttpClient& started = *next;
  driver_.Replace(*this, started);
  started.Start(std::move(next));
}

}  // namespace sluice::load
