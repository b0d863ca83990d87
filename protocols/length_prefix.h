// Length-prefixed messages: a number says how many bytes follow. The bytes may have any value.
//
//   LengthPrefixCodec frames;  // four bytes, big endian: struct.pack('>I', len(message)) + message
//   absl::StatusOr<LengthPrefixCodec> packed = LengthPrefixCodec::Create(
//       {.width_bytes = 2, .order = ByteOrder::kLittle, .message_bytes_max = 4096});
//   absl::StatusOr<LengthPrefixCodec> protobuf = LengthPrefixCodec::Create({.varint = true});
//
// For a length that stands among other fields of a header: HeaderedCodec in header.h.
// The sharp edge: a peer that speaks something else sends text where the length should be, which
// reads as a huge number. The limit turns it into kMessageTooLong at once.
#ifndef SLUICE_PROTOCOLS_LENGTH_PREFIX_H_
#define SLUICE_PROTOCOLS_LENGTH_PREFIX_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "protocols/length_field.h"
#include "protocols/varint.h"
#include "reactor/codec.h"

namespace sluice {

struct LengthPrefixOptions {
  size_t width_bytes = 4;  // 1, 2, 4 or 8; not used with varint
  ByteOrder order = ByteOrder::kBig;
  bool varint = false;                  // LEB128 as protobuf's delimited streams: 1 to 10 bytes
  bool length_includes_prefix = false;  // the number counts its own bytes too; not with varint
  // Of the message alone. A narrower prefix lowers it: one byte can say 255 at most.
  size_t message_bytes_max = size_t{1} << 20;
};

class LengthPrefixCodec {
 public:
  using Message = std::string_view;

  LengthPrefixCodec() = default;  // LengthPrefixOptions{}

  // InvalidArgument, in words: a width no prefix has, a varint that counts itself, or a bad limit.
  static absl::StatusOr<LengthPrefixCodec> Create(const LengthPrefixOptions& options);

  // Errors, as soon as the prefix is complete: kMessageTooLong; kBadLength for a length below its
  // own prefix, and for a varint above ten bytes or 64 bits.
  Decoded<Message> Decode(std::string_view bytes) {
    if (varint_) return DecodeVarint(bytes);
    if (bytes.size() < field_.width_bytes) return Decoded<Message>::NeedMore();
    return Complete(bytes, field_.width_bytes, field_.Load(bytes.data()));
  }

  // Appends the prefix and `message`. Errors: kMessageTooLong.
  template <ByteSink Sink>
  [[nodiscard]] CodecError Encode(std::string_view message, Sink& sink) const;

  size_t message_bytes_max() const { return message_bytes_max_; }
  size_t frame_bytes_max() const {
    return message_bytes_max_ + (varint_ ? kVarintBytesMax : field_.width_bytes);
  }

 private:
  Decoded<Message> DecodeVarint(std::string_view bytes) {
    const Varint length = ReadVarint(bytes);
    if (length.result == VarintResult::kComplete) [[likely]]
      return Complete(bytes, length.size_bytes, length.value);
    if (length.result == VarintResult::kNeedMore) return Decoded<Message>::NeedMore();
    return Decoded<Message>::Error(CodecError::kBadLength);
  }

  Decoded<Message> Complete(std::string_view bytes, size_t prefix_bytes, uint64_t length) const {
    // A length below what it must count wraps to a huge message: one compare finds both errors.
    const uint64_t message_bytes = length - counted_prefix_bytes_;
    if (message_bytes > message_bytes_max_) [[unlikely]] {
      return Decoded<Message>::Error(length < counted_prefix_bytes_ ? CodecError::kBadLength
                                                                    : CodecError::kMessageTooLong);
    }
    const size_t frame_bytes = prefix_bytes + message_bytes;
    if (bytes.size() < frame_bytes) return Decoded<Message>::NeedMore();
    return Decoded<Message>::Complete({bytes.data() + prefix_bytes, message_bytes}, frame_bytes);
  }

  LengthField field_;
  bool varint_ = false;
  uint8_t counted_prefix_bytes_ = 0;  // width_bytes when the length includes the prefix
  size_t message_bytes_max_ = LengthPrefixOptions{}.message_bytes_max;
};

template <ByteSink Sink>
CodecError LengthPrefixCodec::Encode(std::string_view message, Sink& sink) const {
  if (message.size() > message_bytes_max_) return CodecError::kMessageTooLong;
  const size_t prefix_bytes = varint_ ? VarintBytes(message.size()) : field_.width_bytes;
  char* out = sink.Reserve(prefix_bytes + message.size());
  if (varint_) {
    WriteVarint(message.size(), out);
  } else {
    field_.Store(out, message.size() + counted_prefix_bytes_);
  }
  message.copy(out + prefix_bytes, message.size());
  sink.Commit(prefix_bytes + message.size());
  return CodecError::kNone;
}

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_LENGTH_PREFIX_H_
