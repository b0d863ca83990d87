#include "protocols/websocket_frame.h"

#include <cstring>

namespace sluice {
namespace {

constexpr uint8_t kFinal = 0x80;
constexpr uint8_t kRsv1 = 0x40;
constexpr uint8_t kRsv2And3 = 0x30;
constexpr uint8_t kOpcodeMask = 0x0f;
constexpr uint8_t kMasked = 0x80;
constexpr uint8_t kLengthMask = 0x7f;
constexpr uint8_t kLengthIn2 = 126;  // the length field stands in the next 2 bytes
constexpr uint8_t kLengthIn8 = 127;

uint8_t ByteAt(std::string_view bytes, size_t at) {
  return static_cast<uint8_t>(bytes[at]);
}

uint64_t BigEndian(std::string_view bytes, size_t at, size_t width) {
  uint64_t value = 0;
  for (size_t i = 0; i < width; ++i) value = value << 8 | ByteAt(bytes, at + i);
  return value;
}

void PutBigEndian(char* out, uint64_t value, size_t width) {
  for (size_t i = width; i > 0; --i, value >>= 8) out[i - 1] = static_cast<char>(value & 0xff);
}

size_t LengthWidth(uint8_t code) {
  return code == kLengthIn8 ? 8 : code == kLengthIn2 ? 2 : 0;
}

}  // namespace

size_t WriteWebSocketHeader(const WebSocketFrameHeader& header, char* out) {
  const uint64_t length = header.payload_bytes;
  const uint8_t code = length < kLengthIn2    ? static_cast<uint8_t>(length)
                       : length <= UINT16_MAX ? kLengthIn2
                                              : kLengthIn8;
  out[0] = static_cast<char>((header.final ? kFinal : 0) | (header.compressed ? kRsv1 : 0) |
                             static_cast<uint8_t>(header.opcode));
  out[1] = static_cast<char>((header.masked ? kMasked : 0) | code);
  size_t at = 2;
  PutBigEndian(out + at, length, LengthWidth(code));
  at += LengthWidth(code);
  if (!header.masked) return at;
  const uint32_t key = header.mask.key();
  std::memcpy(out + at, &key, sizeof(key));
  return at + sizeof(key);
}

WebSocketPiece WebSocketFrames::Next(std::string_view bytes) {
  if (in_frame_) return Payload(bytes, 0);
  const HeaderRead read = ReadHeader(bytes);
  if (read.error != WebSocketError::kNone) {
    WebSocketPiece piece;
    piece.kind = WebSocketPiece::kError;
    piece.error = read.error;
    return piece;
  }
  if (read.header_bytes == 0) return {};
  in_frame_ = true;
  frame_left_ = header_.payload_bytes;
  mask_ = header_.masked ? header_.mask : WebSocketMask();
  if (!IsControl(header_.opcode)) {
    message_open_ = !header_.final;
    message_bytes_ += frame_left_;
    if (header_.final) message_bytes_ = 0;
  }
  return Payload(bytes, read.header_bytes);
}

WebSocketPiece WebSocketFrames::Payload(std::string_view bytes, size_t header_bytes) {
  const std::string_view data = bytes.substr(
      header_bytes, static_cast<size_t>(std::min<uint64_t>(frame_left_, bytes.size())));
  WebSocketPiece piece;
  piece.consumed = header_bytes + data.size();
  if (data.empty() && frame_left_ > 0 && header_bytes == 0) return piece;
  piece.kind = WebSocketPiece::kPayload;
  piece.frame_begins = header_bytes > 0;
  piece.header = header_;
  piece.data = data;
  piece.mask = mask_;
  mask_.Skip(data.size());
  frame_left_ -= data.size();
  piece.frame_ends = frame_left_ == 0;
  in_frame_ = !piece.frame_ends;
  return piece;
}

void WebSocketFrames::Unread(size_t size) {
  frame_left_ += size;
  in_frame_ = in_frame_ || size > 0;
  mask_.Skip(4 - size % 4);  // the key repeats after 4 bytes: on is back
}

// Each byte is judged as soon as it is there, and in their order: what comes of a header does not
// depend on how it is cut.
WebSocketFrames::HeaderRead WebSocketFrames::ReadHeader(std::string_view bytes) {
  if (bytes.empty()) return {};
  if (const WebSocketError error = TakeFirstByte(ByteAt(bytes, 0));
      error != WebSocketError::kNone) {
    return {error, 0};
  }
  if (bytes.size() < 2) return {};
  const uint8_t second = ByteAt(bytes, 1);
  if (const WebSocketError error = TakeSecondByte(second); error != WebSocketError::kNone) {
    return {error, 0};
  }
  const uint8_t code = second & kLengthMask;
  const size_t width = LengthWidth(code);
  if (bytes.size() < 2 + width) return {};
  const uint64_t length = width == 0 ? code : BigEndian(bytes, 2, width);
  const uint64_t length_min = width == 8 ? UINT16_MAX + 1 : width == 2 ? kLengthIn2 : 0;
  if (const WebSocketError error = TakeLength(length, length_min); error != WebSocketError::kNone) {
    return {error, 0};
  }
  const size_t mask_at = 2 + width;
  if (!header_.masked) return {WebSocketError::kNone, mask_at};
  if (bytes.size() < mask_at + 4) return {};
  header_.mask = WebSocketMask(bytes.data() + mask_at);
  return {WebSocketError::kNone, mask_at + 4};
}

WebSocketError WebSocketFrames::TakeFirstByte(uint8_t byte) {
  const uint8_t opcode = byte & kOpcodeMask;
  if ((byte & kRsv2And3) != 0) return WebSocketError::kReservedBit;
  if ((opcode > 2 && opcode < 8) || opcode > 10) return WebSocketError::kReservedOpcode;
  header_.opcode = static_cast<WebSocketOpcode>(opcode);
  header_.final = (byte & kFinal) != 0;
  const bool rsv1 = (byte & kRsv1) != 0;
  const bool begins_message =
      header_.opcode == WebSocketOpcode::kText || header_.opcode == WebSocketOpcode::kBinary;
  // RFC 7692 6: the bit is set on the first frame of a message and on no other.
  if (rsv1 && (!compression_ || !begins_message)) return WebSocketError::kReservedBit;
  if (IsControl(header_.opcode)) {
    header_.compressed = false;
    return header_.final ? WebSocketError::kNone : WebSocketError::kFragmentedControl;
  }
  if (begins_message == message_open_) {
    return begins_message ? WebSocketError::kMessageWithinMessage
                          : WebSocketError::kContinuationOfNothing;
  }
  if (begins_message) message_compressed_ = rsv1;
  header_.compressed = message_compressed_;
  return WebSocketError::kNone;
}

WebSocketError WebSocketFrames::TakeSecondByte(uint8_t byte) {
  header_.masked = (byte & kMasked) != 0;
  if (role_ == WebSocketRole::kServer && !header_.masked) return WebSocketError::kUnmaskedFrame;
  if (role_ == WebSocketRole::kClient && header_.masked) return WebSocketError::kMaskedFrame;
  const bool control_too_long =
      IsControl(header_.opcode) && (byte & kLengthMask) > kWebSocketControlBytesMax;
  return control_too_long ? WebSocketError::kControlTooLong : WebSocketError::kNone;
}

WebSocketError WebSocketFrames::TakeLength(uint64_t length, uint64_t length_min) {
  if (length < length_min) return WebSocketError::kLengthNotMinimal;
  if (length > INT64_MAX) return WebSocketError::kLengthTooLarge;
  header_.payload_bytes = length;
  if (IsControl(header_.opcode)) return WebSocketError::kNone;
  if (length > limits_->frame_bytes_max) return WebSocketError::kFrameTooBig;
  // How much a compressed message holds is known once it is inflated.
  if (header_.compressed) return WebSocketError::kNone;
  const bool fits = message_bytes_ <= limits_->message_bytes_max &&
                    length <= limits_->message_bytes_max - message_bytes_;
  return fits ? WebSocketError::kNone : WebSocketError::kMessageTooBig;
}

}  // namespace sluice
