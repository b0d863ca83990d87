#include "protocols/websocket_receiver.h"

#include <algorithm>
#include <vector>

namespace sluice {
namespace {

// What one call inflates at most. Larger than what zlib can still make of the last byte of its
// input and the tail behind it, 40 bits of 129 bytes each at most and the rest of a match.
constexpr size_t kInflatedBytes = size_t{16} << 10;
constexpr size_t kInflateInputBytes = size_t{4} << 10;

// Where bytes lie between the input and the user: a thread's one, because nothing in it outlives
// the call it was filled for. Grows to the largest piece of input.
struct Scratch {
  std::vector<char> unmasked;
  std::vector<char> inflated;
};

Scratch& ThisThreads() {
  thread_local Scratch scratch;
  return scratch;
}

char* Room(std::vector<char>* memory, size_t size) {
  if (memory->size() < size) memory->resize(size);
  return memory->data();
}

std::string_view Unmasked(const WebSocketPiece& piece, size_t size) {
  const std::string_view data = piece.data.substr(0, size);
  if (!piece.header.masked) return data;
  char* const out = Room(&ThisThreads().unmasked, size);
  WebSocketMask mask = piece.mask;
  mask.Apply(out, data.data(), data.size());
  return {out, data.size()};
}

WebSocketEvent Failed(WebSocketError error) {
  WebSocketEvent event;
  event.kind = WebSocketEvent::kError;
  event.error = error;
  return event;
}

}  // namespace

WebSocketReceiver::WebSocketReceiver(const WebSocketReceiverOptions& options,
                                     const WebSocketLimits& limits)
    : whole_messages_(options.whole_messages),
      limits_(&limits),
      frames_(options.role, limits, options.deflate.has_value()) {
  if (!options.deflate.has_value()) return;
  const WebSocketDeflate& terms = *options.deflate;
  const bool from_client = options.role == WebSocketRole::kServer;
  window_bits_ = from_client ? terms.client_max_window_bits : terms.server_max_window_bits;
  keeps_window_ =
      !(from_client ? terms.client_no_context_takeover : terms.server_no_context_takeover);
}

WebSocketEvent WebSocketReceiver::Next(std::string_view bytes) {
  // What the call before gave is no longer looked at; an idle connection keeps no memory.
  if (!message_.empty() && !frames_.mid_message()) std::string().swap(message_);
  size_t consumed = 0;
  for (;;) {
    const WebSocketPiece piece = frames_.Next(bytes.substr(consumed));
    if (piece.kind == WebSocketPiece::kError) return Failed(piece.error);
    consumed += piece.consumed;
    WebSocketEvent event;
    if (piece.kind == WebSocketPiece::kPayload) {
      size_t given_back = 0;
      event = TakePiece(piece, &given_back);
      consumed -= given_back;
      if (event.kind == WebSocketEvent::kNeedMore) continue;
    }
    event.consumed = consumed;
    return event;
  }
}

WebSocketEvent WebSocketReceiver::TakePiece(const WebSocketPiece& piece, size_t* given_back) {
  if (IsControl(piece.header.opcode)) return TakeControl(piece);
  if (piece.frame_begins) BeginMessage(piece);
  const bool last = piece.frame_ends && piece.header.final;
  return piece.header.compressed ? TakeCompressed(piece, last, given_back) : TakePlain(piece, last);
}

WebSocketEvent WebSocketReceiver::TakeControl(const WebSocketPiece& piece) {
  if (piece.frame_begins) control_bytes_ = 0;
  WebSocketMask mask = piece.mask;
  mask.Apply(control_.data() + control_bytes_, piece.data.data(), piece.data.size());
  control_bytes_ += piece.data.size();
  if (!piece.frame_ends) return {};
  if (piece.header.opcode == WebSocketOpcode::kClose) return TakeClose();
  WebSocketEvent event;
  event.kind =
      piece.header.opcode == WebSocketOpcode::kPing ? WebSocketEvent::kPing : WebSocketEvent::kPong;
  event.data = {control_.data(), control_bytes_};
  return event;
}

WebSocketEvent WebSocketReceiver::TakeClose() {
  WebSocketEvent event;
  event.kind = WebSocketEvent::kClose;
  event.code = websocket_close::kNoStatus;
  if (control_bytes_ == 0) return event;
  if (control_bytes_ == 1) return Failed(WebSocketError::kBadCloseBody);
  event.code = static_cast<uint16_t>(static_cast<uint8_t>(control_[0]) << 8 |
                                     static_cast<uint8_t>(control_[1]));
  event.data = {control_.data() + 2, control_bytes_ - 2};
  if (!IsWebSocketCloseCode(event.code)) return Failed(WebSocketError::kBadCloseCode);
  if (!IsUtf8(event.data)) return Failed(WebSocketError::kBadCloseReason);
  return event;
}

void WebSocketReceiver::BeginMessage(const WebSocketPiece& piece) {
  if (piece.header.opcode == WebSocketOpcode::kContinuation) return;
  text_ = piece.header.opcode == WebSocketOpcode::kText;
  first_ = true;
  inflated_bytes_ = 0;
  utf8_.Reset();
}

WebSocketEvent WebSocketReceiver::TakePlain(const WebSocketPiece& piece, bool last) {
  if (!whole_messages_ || (last && message_.empty())) {
    return TakeContent(Unmasked(piece, piece.data.size()), last);
  }
  // Unmasked where it will lie, and not for its announced size: that costs a peer nothing to claim.
  const size_t before = message_.size();
  message_.resize(before + piece.data.size());
  WebSocketMask mask = piece.mask;
  mask.Apply(message_.data() + before, piece.data.data(), piece.data.size());
  if (text_ && !utf8_.Take(std::string_view(message_).substr(before))) {
    return Failed(WebSocketError::kBadUtf8);
  }
  return last ? TakeContent({}, true) : WebSocketEvent();
}

// All but the last byte, then the last: what that makes always fits, so that as long as there is
// more to be inflated, there is input not consumed.
WebSocketEvent WebSocketReceiver::TakeCompressed(const WebSocketPiece& piece, bool last,
                                                 size_t* given_back) {
  const std::string_view in =
      Unmasked(piece, std::min<size_t>(piece.data.size(), kInflateInputBytes));
  const uint64_t left = limits_->message_bytes_max - inflated_bytes_;
  // A byte above the limit shows that it is too big, and no more is inflated.
  const size_t room = left < kInflatedBytes ? static_cast<size_t>(left) + 1 : kInflatedBytes;
  char* const out = Room(&ThisThreads().inflated, room);
  const bool end = in.size() <= 1;
  const WebSocketInflater::Step step =
      Inflater().Inflate(in.substr(0, in.size() - (end ? 0 : 1)), end && last, out, room);
  *given_back = piece.data.size() - step.consumed;
  frames_.Unread(*given_back);
  if (step.result == WebSocketInflater::kFinished && !keeps_window_) inflater_.reset();
  return TakeInflated(step);
}

WebSocketEvent WebSocketReceiver::TakeInflated(const WebSocketInflater::Step& step) {
  const uint64_t left = limits_->message_bytes_max - inflated_bytes_;
  const std::string_view made(ThisThreads().inflated.data(), step.produced);
  const std::string_view content =
      made.substr(0, static_cast<size_t>(std::min<uint64_t>(left, made.size())));
  inflated_bytes_ += content.size();
  const bool last = step.result == WebSocketInflater::kFinished;
  WebSocketEvent event;
  if (whole_messages_) {
    if (text_ && !utf8_.Take(content)) return Failed(WebSocketError::kBadUtf8);
    message_.append(content);
    if (last) event = TakeContent({}, true);
  } else {
    event = TakeContent(content, last);
  }
  if (event.kind == WebSocketEvent::kError) return event;
  // In the order of the message's bytes, so that it does not depend on how they arrive.
  if (made.size() > content.size()) return Failed(WebSocketError::kMessageTooBig);
  if (step.result == WebSocketInflater::kMalformed) return Failed(WebSocketError::kBadDeflate);
  return event;
}

WebSocketEvent WebSocketReceiver::TakeContent(std::string_view content, bool last) {
  if (text_ && (!utf8_.Take(content) || (last && !utf8_.complete()))) {
    return Failed(WebSocketError::kBadUtf8);
  }
  if (content.empty() && !last) return {};
  WebSocketEvent event;
  event.kind = WebSocketEvent::kData;
  event.text = text_;
  event.first = first_;
  event.last = last;
  event.data = message_.empty() ? content : std::string_view(message_);
  first_ = false;
  return event;
}

WebSocketInflater& WebSocketReceiver::Inflater() {
  if (inflater_ == nullptr) inflater_ = std::make_unique<WebSocketInflater>(window_bits_);
  return *inflater_;
}

}  // namespace sluice
