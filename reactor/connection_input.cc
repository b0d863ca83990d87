// Connection: how received bytes reach the handler, and when they do not.
#include <algorithm>
#include <cerrno>

#include "reactor/base/check.h"
#include "reactor/connection.h"
#include "reactor/loop.h"

namespace sluice {

void Connection::PauseReading() {
  AddPause(kPausedByUser);
}

void Connection::ResumeReading() {
  Unpause(kPausedByUser);
}

void Connection::AddPause(uint8_t pause) {
  pauses_ |= pause;
  UpdateReceiving();
}

void Connection::Unpause(uint8_t pause) {
  if ((pauses_ & pause) == 0) return;
  pauses_ &= static_cast<uint8_t>(~pause);
  if (!is_reading()) return;
  // Never from here, which may be inside a callback: what waited is shown in the loop's turn.
  // Inside OnData it is not known yet whether any is left, behind which no more is to be read.
  if (showing_) {
    resumed_ = true;
    return;
  }
  if (!tail_.empty() || (peer_ended_ && !end_shown_)) WantTurn();
  UpdateReceiving();
}

// The loop comes back to show what the handler left when it paused.
bool Connection::input_waits() const {
  return turn_wanted_ && !tail_.empty();
}

void Connection::UpdateReceiving() {
  const bool dropping = state_ == State::kFlushing || state_ == State::kLingering;
  // What the handler left when it paused is shown before more is read: a handler that pauses after
  // each message would otherwise take in far more than it consumes.
  const bool reading = is_reading() && !input_waits();
  const bool wanted = !peer_ended_ && (reading || dropping);
  if (wanted == receiving_ || state_ == State::kClosing) return;
  receiving_ = wanted;
  if (wanted) {
    loop_.backend_->StartReceive(socket_, token_);
  } else {
    loop_.backend_->StopReceive(socket_);
  }
}

void Connection::Received(std::string_view bytes) {
  last_activity_ = loop_.now();
  stats_.bytes_received += bytes.size();
  if (!is_open()) return;
  if (turn_ != loop_.turn_) {
    turn_ = loop_.turn_;
    turn_bytes_ = 0;
  }
  if (is_reading() && turn_bytes_ >= limits_->turn_bytes) {
    SpendBudget();
  }
  if (!is_reading()) {
    tail_.Append(bytes);
    return;
  }
  turn_bytes_ += static_cast<uint32_t>(bytes.size());
  Deliver(bytes);
}

void Connection::Deliver(std::string_view bytes) {
  while (!bytes.empty() && is_reading()) {
    if (!tail_.empty()) {
      bytes = DeliverThroughTail(bytes);
      continue;
    }
    bytes.remove_prefix(Show(bytes));
    if (is_reading()) break;  // what is left waits for more
  }
  if (!is_open()) return;
  tail_.Append(bytes);
  tail_.MarkSeen(tail_.size());
  CheckInputLimit();
  UpdateReceiving();
}

// The front of `bytes` completes what was carried over; the rest is looked at where it is. How much
// of the front that takes only the handler knows, so it is tried with as much again as was carried:
// every byte is copied once or twice at most. Returns what the handler is still to be shown.
std::string_view Connection::DeliverThroughTail(std::string_view bytes) {
  constexpr size_t kPieceBytesMin = 512;
  const size_t carried = tail_.size();
  const std::string_view piece = bytes.substr(0, std::max(kPieceBytesMin, carried));
  tail_.Append(piece);
  const size_t consumed = Show(tail_.view());
  if (consumed < carried || piece.size() == bytes.size()) {
    tail_.Consume(consumed);
    tail_.MarkSeen(tail_.size());
    CheckInputLimit();
    return bytes.substr(piece.size());
  }
  tail_.Clear();
  return bytes.substr(consumed - carried);
}

size_t Connection::Show(std::string_view bytes) {
  showing_ = true;
  resumed_ = false;
  const size_t consumed = handler_->OnData(*this, bytes);
  showing_ = false;
  SLUICE_CHECK(consumed <= bytes.size(), "OnData consumed more than it was shown");
  // It paused behind one message and was resumed at once: the next may be here already. Where
  // nothing was consumed the same bytes would be shown over and over.
  if (resumed_ && consumed > 0 && is_reading()) WantTurn();
  return consumed;
}

void Connection::CheckInputLimit() {
  if (is_reading() && tail_.size() > limits_->input_bytes_max) Fail(CloseCode::kInputOverflow, 0);
}

void Connection::TurnBegins() {
  turn_wanted_ = false;
  pauses_ &= static_cast<uint8_t>(~kPausedByBudget);
  if (!is_reading()) return;
  DeliverTail();
  DeliverEnd();
  UpdateReceiving();
}

// Shows what waited: the bytes of a turn, and more only where the handler makes nothing of those.
void Connection::DeliverTail() {
  if (tail_.empty()) return;
  size_t shown = std::min(tail_.size(), tail_.seen() + std::max<size_t>(limits_->turn_bytes, 1));
  size_t consumed = Show(tail_.view().substr(0, shown));
  while (consumed == 0 && shown < tail_.size() && is_reading()) {
    shown = std::min(tail_.size(), 2 * shown);
    consumed = Show(tail_.view().substr(0, shown));
  }
  turn_ = loop_.turn_;
  turn_bytes_ = static_cast<uint32_t>(std::min<size_t>(shown, UINT32_MAX));
  const bool more = shown < tail_.size();
  tail_.MarkSeen(shown);
  tail_.Consume(consumed);
  if (more && is_reading()) SpendBudget();
  CheckInputLimit();
}

// The connection goes on in the next turn.
void Connection::SpendBudget() {
  ++loop_.stats_.budget_pauses;
  AddPause(kPausedByBudget);
  WantTurn();
}

void Connection::DeliverEnd() {
  if (!peer_ended_ || end_shown_ || !is_reading() || input_waits()) return;
  end_shown_ = true;
  handler_->OnEnd(*this);
  tail_.Clear();  // nothing will complete what was left
  CloseWhenBothEnded();
}

void Connection::ReceiveEnded() {
  receiving_ = false;
  peer_ended_ = true;
  if (state_ == State::kLingering) {
    Finish(CloseMode::kOrderly);
  } else {
    DeliverEnd();
  }
}

void Connection::ReceiveFailed(int error) {
  receiving_ = false;
  const bool reset = error == ECONNRESET || error == EPIPE;
  Fail(reset ? CloseCode::kPeerReset : CloseCode::kIoError, error);
}

}  // namespace sluice
