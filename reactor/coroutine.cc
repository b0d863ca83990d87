#include "reactor/coroutine.h"

#include <exception>

#include "reactor/base/check.h"
#include "reactor/loop.h"

namespace sluice {

void Conversation::promise_type::unhandled_exception() {
  std::terminate();
}

void Conversation::promise_type::Resume() {
  handler->Resume();
}

void ConversationHandler::OnOpen(Connection& connection) {
  stream_.connection_ = &connection;
  stream_.timer_ = std::make_unique<Timer>(connection.loop(), [this] { Resume(); });
  conversation_ = Begin(stream_);
  conversation_.frame_->promise().handler = this;
  Resume();
}

size_t ConversationHandler::OnData(Connection&, std::string_view bytes) {
  stream_.input_ = bytes;
  stream_.consumed_ = 0;
  stream_.fresh_ = true;
  // Nothing else is waited for here, or reading would be paused.
  if (stream_.wait_ == Stream::Wait::kInput) Resume();
  stream_.input_ = {};
  const size_t consumed = stream_.consumed_;
  SLUICE_CHECK(consumed <= bytes.size(), "a conversation consumes what it was shown");
  stream_.consumed_ = 0;
  return consumed;
}

void ConversationHandler::OnEnd(Connection&) {
  stream_.ended_ = true;
  if (stream_.wait_ == Stream::Wait::kInput) Resume();
}

void ConversationHandler::OnDrain(Connection&) {
  if (stream_.wait_ == Stream::Wait::kDrain) Resume();
}

void ConversationHandler::OnClose(Connection&, CloseReason) {
  // First: what its destructors call may still look at the stream.
  conversation_ = Conversation();
  stream_.timer_.reset();
  stream_.connection_ = nullptr;
}

// Runs on to what is waited for next, or to the end.
void ConversationHandler::Resume() {
  if (stream_.retry_ != nullptr) {
    if (!stream_.retry_(stream_.retried_)) return;
    stream_.retry_ = nullptr;
  }
  stream_.wait_ = Stream::Wait::kNothing;
  conversation_.frame_->resume();
  Connection& connection = *stream_.connection_;
  if (conversation_.frame_->done()) {
    connection.Close();
  } else if (stream_.wait_ == Stream::Wait::kInput) {
    connection.ResumeReading();
  } else {
    connection.PauseReading();
  }
}

}  // namespace sluice
