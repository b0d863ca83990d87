#include "protocols/websocket_sender.h"

#include "absl/random/random.h"
#include "reactor/base/check.h"

namespace sluice {
namespace {

WebSocketSender::Frame Refused(WebSocketError error) {
  WebSocketSender::Frame frame;
  frame.error = error;
  return frame;
}

// zlib cannot compress with a window of 8 bits; messages then go as they are, which is allowed.
constexpr int kWindowBitsMin = 9;

// What a thread keeps of the memory that compressed messages were made in.
constexpr size_t kDeflatedBytesKept = size_t{64} << 10;

}  // namespace

uint64_t WebSocketRandom::Next() {
  if (prng_.has_value()) return prng_->Next();
  thread_local absl::BitGen generator;
  return generator();
}

WebSocketSender::WebSocketSender(const WebSocketSenderOptions& options)
    : role_(options.role), compression_(options.compression), random_(options.seed) {
  if (!options.deflate.has_value()) return;
  const WebSocketDeflate& terms = *options.deflate;
  const bool server = role_ == WebSocketRole::kServer;
  window_bits_ = server ? terms.server_max_window_bits : terms.client_max_window_bits;
  keeps_window_ = !(server ? terms.server_no_context_takeover : terms.client_no_context_takeover);
  deflates_ = window_bits_ >= kWindowBitsMin;
}

WebSocketSender::Frame WebSocketSender::Message(bool text, std::string_view content) {
  if (mid_message_) return Refused(WebSocketError::kMessageUnderWay);
  compressed_ = deflates_ && content.size() >= compression_.message_bytes_min;
  return Data(text, content, true);
}

WebSocketSender::Frame WebSocketSender::Part(bool text, std::string_view content, bool last) {
  if (mid_message_ && text != text_) return Refused(WebSocketError::kMessageUnderWay);
  if (!mid_message_) compressed_ = deflates_;
  return Data(text, content, last);
}

WebSocketSender::Frame WebSocketSender::Data(bool text, std::string_view content, bool last) {
  if (text) {
    const WebSocketError error = CheckText(content, last);
    if (error != WebSocketError::kNone) return Refused(error);
  }
  WebSocketFrameHeader header;
  header.opcode = mid_message_ ? WebSocketOpcode::kContinuation
                  : text       ? WebSocketOpcode::kText
                               : WebSocketOpcode::kBinary;
  header.final = last;
  header.compressed = compressed_ && !mid_message_;
  mid_message_ = !last;
  text_ = text;
  return Framed(header, compressed_ ? Deflate(content, last) : content);
}

WebSocketError WebSocketSender::CheckText(std::string_view content, bool last) {
  Utf8Validator utf8 = mid_message_ ? utf8_ : Utf8Validator();
  if (!utf8.Take(content) || (last && !utf8.complete())) return WebSocketError::kBadUtf8;
  utf8_ = utf8;
  return WebSocketError::kNone;
}

// Into a thread's one string: the frame is written before the next message is made.
std::string_view WebSocketSender::Deflate(std::string_view content, bool last) {
  thread_local std::string deflated;
  if (deflated.capacity() > kDeflatedBytesKept) std::string().swap(deflated);
  deflated.clear();
  if (deflater_ == nullptr) {
    deflater_ = std::make_unique<WebSocketDeflater>(window_bits_, compression_.level,
                                                    compression_.memory_level);
  }
  deflater_->Deflate(content, last, &deflated);
  if (last && !keeps_window_) deflater_.reset();
  return deflated;
}

WebSocketSender::Frame WebSocketSender::Control(WebSocketOpcode opcode, std::string_view payload) {
  SLUICE_CHECK(IsControl(opcode), "data frames are parts of messages");
  if (payload.size() > kWebSocketControlBytesMax) return Refused(WebSocketError::kControlTooLong);
  WebSocketFrameHeader header;
  header.opcode = opcode;
  return Framed(header, payload);
}

WebSocketSender::Frame WebSocketSender::Framed(WebSocketFrameHeader header,
                                               std::string_view payload) {
  header.payload_bytes = payload.size();
  header.masked = role_ == WebSocketRole::kClient;
  if (header.masked) header.mask = WebSocketMask(static_cast<uint32_t>(random_.Next()));
  Frame frame;
  frame.header = header;
  frame.payload = payload;
  return frame;
}

}  // namespace sluice
