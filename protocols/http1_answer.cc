// Http1Exchange: the answer.
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "protocols/http1_access_log.h"
#include "protocols/http1_bytes.h"
#include "protocols/http1_exchange.h"
#include "protocols/http1_lists.h"
#include "protocols/http1_session.h"
#include "protocols/http1_status.h"
#include "reactor/base/check.h"

namespace sluice {
namespace {

// A body up to this is put behind its head where that is written; a longer one is
// Connection::Send's business, which may keep it where it is.
constexpr size_t kBodyBytesBesideHead = 2048;
// Digits of a uint64_t.
constexpr size_t kDigitsMax = 20;

constexpr std::string_view kText = "text/plain; charset=utf-8";
constexpr std::string_view kClose = "Connection: close\r\n";
constexpr std::string_view kKeepAlive = "Connection: keep-alive\r\n";
constexpr std::string_view kCloseUpgrade = "Connection: close, upgrade\r\n";
constexpr std::string_view kUpgrade = "Connection: upgrade\r\n";
constexpr std::string_view kChunked = "Transfer-Encoding: chunked\r\n";
constexpr std::string_view kType = "Content-Type: ";
constexpr std::string_view kLength = "Content-Length: ";
constexpr std::string_view kEndOfLine = "\r\n";
constexpr size_t kStatusLineBytesMax = 64;
constexpr size_t kHeadBytesMax = kStatusLineBytesMax + kCloseUpgrade.size() + kChunked.size() +
                                 kType.size() + kLength.size() + kDigitsMax +
                                 4 * kEndOfLine.size() + http1::DateLine::kBytes;

[[gnu::always_inline]] inline char* Append(char* at, std::string_view text) {
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

bool IsServersOwn(std::string_view name) {
  static constexpr std::string_view kNames[] = {"Connection", "Content-Length", "Date",
                                                "Transfer-Encoding", "Upgrade"};
  for (const std::string_view own : kNames) {
    if (Http1EqualNames(name, own)) return true;
  }
  return false;
}

}  // namespace

bool Http1Exchange::AddHeader(std::string_view name, std::string_view value) {
  if (!http1::IsToken(name) || IsServersOwn(name) || http1::HasControl(value)) {
    fields_refused_ = true;
    return false;
  }
  fields_.append(name).append(": ").append(value).append(kEndOfLine);
  return true;
}

bool Http1Exchange::OfferUpgrade(std::string_view protocol) {
  if (!http1::IsToken(protocol)) {
    fields_refused_ = true;
    return false;
  }
  fields_.append("Upgrade: ").append(protocol).append(kEndOfLine);
  names_upgrade_ = true;
  return true;
}

bool Http1Exchange::is_first() const {
  return session_->IsFirst(*this);
}

bool Http1Exchange::has_answer_body() const {
  return method_ != Http1Method::kHead && status_ != 204 && status_ != 304;
}

// False, and the client gets a 500, where a field was given that must not be sent.
bool Http1Exchange::BeginAnswer(int status, std::string_view content_type, Size size,
                                std::string_view body) {
  SLUICE_CHECK(session_ != nullptr && answer_ == Answer::kNone, "an exchange is answered once");
  SLUICE_CHECK(status >= 200 && status <= 599, "the status of an answer is 200 to 599");
  const bool good_type =
      session_->worker().last_head().HasType(content_type) || !http1::HasControl(content_type);
  if (fields_refused_ || !good_type) [[unlikely]] {
    AnswerInstead(500, Http1StatusText(500));
    return false;
  }
  status_ = static_cast<uint16_t>(status);
  answer_ = Answer::kBegun;
  ++session_->worker().counters().answers[static_cast<size_t>(status / 100 - 1)];
  DecideFraming(size);
  WriteAnswer(content_type, size, body);
  return true;
}

void Http1Exchange::DecideFraming(Size size) {
  if (size.has_value()) {
    sized_ = true;
    answer_left_ = *size;
  } else if (minor_version_ == 1) {
    chunked_ = status_ != 204 && status_ != 304;
  } else {
    close_ = true;  // the body ends with the connection
  }
  if (!keep_alive_ || (body_state_ != Body::kDone && BodyEndsConnection())) close_ = true;
}

char* Http1Exchange::ReserveOutput(size_t size) {
  if (is_first()) return session_->ReserveOutput(size);
  rare_ = true;
  held_.resize(held_.size() + size);
  return held_.data() + held_.size() - size;
}

void Http1Exchange::CommitOutput(char* begin, char* end, size_t reserved) {
  const auto size = static_cast<size_t>(end - begin);
  if (is_first()) {
    session_->CommitOutput(begin, size);
  } else {
    held_.resize(held_.size() - (reserved - size));
    session_->Held(size);
  }
}

void Http1Exchange::WriteAnswer(std::string_view content_type, Size size, std::string_view body) {
  if (!has_answer_body()) body = {};
  const bool beside = body.size() <= kBodyBytesBesideHead;
  const size_t reserved =
      kHeadBytesMax + content_type.size() + fields_.size() + (beside ? body.size() : 0);
  char* const begin = ReserveOutput(reserved);
  char* end = WriteHead(begin, content_type, size);
  if (beside) {
    end = Append(end, body);
    answer_bytes_ += body.size();
    answer_left_ -= body.size();
  }
  CommitOutput(begin, end, reserved);
  if (!beside) Write(body);
}

char* Http1Exchange::WriteHead(char* at, std::string_view content_type, Size size) const {
  char* const end = ComposeHead(at, content_type, size);
  if (size.has_value() && minor_version_ == 1 && !close_ && !names_upgrade_) {
    http1::Worker& worker = session_->worker();
    worker.last_head().Keep({status_, *size, content_type, fields_},
                            {at, static_cast<size_t>(end - at)}, worker.date_valid_until());
  }
  return end;
}

char* Http1Exchange::ComposeHead(char* at, std::string_view content_type, Size size) const {
  if (status_ == 200) [[likely]] {
    at = Append(at, {session_->worker().ok_and_date_lines(), http1::DateLine::kOkBytes});
  } else {
    at = Append(at, http1::StatusLineText(status_));
    at = Append(at, session_->worker().date_line());
  }
  if (names_upgrade_) [[unlikely]] {
    at = Append(at, close_ ? kCloseUpgrade : kUpgrade);
  } else if (close_) {
    at = Append(at, kClose);
  } else if (minor_version_ == 0) {
    at = Append(at, kKeepAlive);
  }
  if (!content_type.empty()) at = Append(Append(Append(at, kType), content_type), kEndOfLine);
  if (chunked_) {
    at = Append(at, kChunked);
  } else if (size.has_value() && status_ != 204 && status_ != 304) {
    at = std::to_chars(Append(at, kLength), at + kLength.size() + kDigitsMax, *size).ptr;
    at = Append(at, kEndOfLine);
  }
  if (!fields_.empty()) at = Append(at, fields_);
  return Append(at, kEndOfLine);
}

// The whole of an answer whose head is that of the answer before. False: it is not, and nothing was
// done.
bool Http1Exchange::ReplyAsBefore(int status, std::string_view content_type,
                                  std::string_view body) {
  const bool ordinary = answer_ == Answer::kNone && keep_alive_ && !close_ && minor_version_ == 1 &&
                        method_ != Http1Method::kHead && status != 204 && status != 304 &&
                        body_state_ == Body::kDone && !fields_refused_ && !names_upgrade_ &&
                        body.size() <= kBodyBytesBesideHead;
  if (!ordinary || !is_first()) return false;
  http1::Worker& worker = session_->worker();
  const std::string_view head =
      worker.last_head().Find({status, body.size(), content_type, fields_}, worker.loop().now());
  if (head.empty()) return false;
  char* const begin = session_->ReserveOutput(head.size() + body.size());
  Append(Append(begin, head), body);
  session_->CommitOutput(begin, head.size() + body.size());
  status_ = static_cast<uint16_t>(status);
  answer_bytes_ = body.size();
  ++worker.counters().answers[static_cast<size_t>(status / 100 - 1)];
  Finish();
  return true;
}

void Http1Exchange::Reply(int status, std::string_view content_type, std::string_view body) {
  if (ReplyAsBefore(status, content_type, body)) return;
  if (BeginAnswer(status, content_type, body.size(), body)) Finish();
}

void Http1Exchange::Reply(std::string_view body) {
  Reply(200, kText, body);
}

void Http1Exchange::Reply(int status) {
  const std::string_view name = Http1StatusText(status);
  const std::string text = std::to_string(status) + (name.empty() ? "" : " ") + std::string(name);
  if (status == 204 || status == 205 || status == 304) {
    Reply(status, {}, {});
  } else {
    Reply(status, kText, text + "\n");
  }
}

// What the server says by itself, and closes.
void Http1Exchange::AnswerInstead(int status, std::string_view why) {
  const std::string text = std::to_string(status) + " " + std::string(why) + "\n";
  fields_.clear();
  fields_refused_ = names_upgrade_ = false;
  Reply(status, kText, text);
}

void Http1Exchange::ReplyStatic(int status, std::string_view content_type, std::string_view body) {
  if (body.size() <= kBodyBytesBesideHead) {
    Reply(status, content_type, body);
    return;
  }
  if (!BeginAnswer(status, content_type, body.size(), {})) return;
  if (has_answer_body()) {
    answer_bytes_ = body.size();
    if (is_first()) {
      session_->output().SendStatic(body);
    } else {
      Put(body);
    }
  }
  answer_left_ = 0;
  Finish();
}

void Http1Exchange::ReplyFrom(int status, std::string_view content_type, uint64_t size,
                              Sender sender) {
  if (!BeginAnswer(status, content_type, size, {})) return;
  answer_left_ = 0;
  if (has_answer_body()) {
    answer_bytes_ = size;
    if (is_first()) {
      sender(session_->output());
    } else {
      rare_ = true;
      sender_ = std::move(sender);
    }
  }
  Finish();
}

void Http1Exchange::Begin(int status, std::string_view content_type) {
  BeginAnswer(status, content_type, std::nullopt, {});
}

void Http1Exchange::Begin(int status, std::string_view content_type, uint64_t size) {
  BeginAnswer(status, content_type, size, {});
}

void Http1Exchange::Write(std::string_view bytes) {
  if (answer_ == Answer::kDone || bytes.empty()) return;  // a 500 took the answer's place
  SLUICE_CHECK(answer_ == Answer::kBegun, "Begin comes before Write");
  if (sized_) {
    SLUICE_CHECK(bytes.size() <= answer_left_, "an answer is not longer than Begin said");
    answer_left_ -= bytes.size();
  }
  if (!has_answer_body()) return;
  answer_bytes_ += bytes.size();
  if (!chunked_) {
    Put(bytes);
    return;
  }
  std::array<char, kDigitsMax> size;
  const char* const end = std::to_chars(size.begin(), size.end(), bytes.size(), 16).ptr;
  Put({size.data(), static_cast<size_t>(end - size.data())});
  Put(kEndOfLine);
  Put(bytes);
  Put(kEndOfLine);
}

void Http1Exchange::End() {
  if (answer_ == Answer::kDone) return;
  SLUICE_CHECK(answer_ == Answer::kBegun, "Begin comes before End");
  if (chunked_ && has_answer_body()) Put("0\r\n\r\n");
  if (sized_ && answer_left_ > 0 && has_answer_body()) close_ = true;
  Finish();
}

void Http1Exchange::Put(std::string_view bytes) {
  if (is_first()) {
    session_->output().Send(bytes);
    return;
  }
  rare_ = true;
  held_.append(bytes);
  session_->Held(bytes.size());
}

void Http1Exchange::Finish() {
  answer_ = Answer::kDone;
  if (body_state_ != Body::kDone && !close_) {
    // Where it was paused, its end may be all that is left.
    if (body_state_ == Body::kPaused) session_->RunSoon();
    GoOnWithBody(Body::kDropped);
  }
  session_->Changed(*this);
}

}  // namespace sluice
