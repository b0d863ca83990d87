// Messages behind a fixed header that holds their length among other fields: struct-packed headers,
// such as Python's struct.pack('>HHI', kind, version, len(payload)) + payload.
//
//   absl::StatusOr<HeaderedCodec> codec = HeaderedCodec::Create(
//       {.header_bytes = 8, .length_offset = 4, .length_width_bytes = 4});
//   ... message.header is the 8 bytes as they came, message.payload what follows them.
//
// The sharp edge: struct.pack without '<', '>' or '!' writes the sender's own byte order and
// padding; a peer on another machine reads something else.
#ifndef SLUICE_PROTOCOLS_HEADER_H_
#define SLUICE_PROTOCOLS_HEADER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "protocols/length_field.h"
#include "reactor/codec.h"

namespace sluice {

// Both parts are views, valid as long as the bytes they were decoded from.
struct HeaderedMessage {
  std::string_view header;  // header_bytes of it, the length field included
  std::string_view payload;
};

struct HeaderOptions {
  size_t header_bytes = 0;        // of the whole header; the length field lies inside it
  size_t length_offset = 0;       // of the field's first byte
  size_t length_width_bytes = 4;  // 1, 2, 4 or 8
  ByteOrder order = ByteOrder::kBig;
  bool length_includes_header = false;  // the number counts header and payload
  // Of the payload alone. A narrower field lowers it.
  size_t message_bytes_max = size_t{1} << 20;
};

class HeaderedCodec {
 public:
  using Message = HeaderedMessage;

  // InvalidArgument, in words: a length field outside the header, a width no field has, a bad
  // limit.
  static absl::StatusOr<HeaderedCodec> Create(const HeaderOptions& options);

  // Errors, as soon as the length field is complete: kMessageTooLong, kBadLength for a length below
  // the header it must count.
  Decoded<Message> Decode(std::string_view bytes) {
    if (bytes.size() < length_end_) return Decoded<Message>::NeedMore();
    const uint64_t length = field_.Load(bytes.data() + length_offset_);
    // A length below what it must count wraps to a huge payload: one compare finds both errors.
    const uint64_t payload_bytes = length - counted_header_bytes_;
    if (payload_bytes > message_bytes_max_) [[unlikely]] {
      return Decoded<Message>::Error(length < counted_header_bytes_ ? CodecError::kBadLength
                                                                    : CodecError::kMessageTooLong);
    }
    const size_t frame_bytes = header_bytes_ + payload_bytes;
    if (bytes.size() < frame_bytes) return Decoded<Message>::NeedMore();
    return Decoded<Message>::Complete(
        {{bytes.data(), header_bytes_}, {bytes.data() + header_bytes_, payload_bytes}},
        frame_bytes);
  }

  // Appends the header with its length field set (whatever those bytes held) and the payload.
  // Errors: kWrongSize for a header that is not header_bytes long, kMessageTooLong.
  template <ByteSink Sink>
  [[nodiscard]] CodecError Encode(const HeaderedMessage& message, Sink& sink) const;

  size_t message_bytes_max() const { return message_bytes_max_; }
  size_t frame_bytes_max() const { return header_bytes_ + message_bytes_max_; }

 private:
  HeaderedCodec() = default;

  LengthField field_;
  size_t header_bytes_ = 0;
  size_t length_offset_ = 0;
  size_t length_end_ = 0;
  size_t counted_header_bytes_ = 0;  // header_bytes_ when the length includes the header
  size_t message_bytes_max_ = 0;
};

template <ByteSink Sink>
CodecError HeaderedCodec::Encode(const HeaderedMessage& message, Sink& sink) const {
  if (message.header.size() != header_bytes_) return CodecError::kWrongSize;
  if (message.payload.size() > message_bytes_max_) return CodecError::kMessageTooLong;
  const size_t frame_bytes = header_bytes_ + message.payload.size();
  char* out = sink.Reserve(frame_bytes);
  message.header.copy(out, header_bytes_);
  field_.Store(out + length_offset_, message.payload.size() + counted_header_bytes_);
  message.payload.copy(out + header_bytes_, message.payload.size());
  sink.Commit(frame_bytes);
  return CodecError::kNone;
}

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HEADER_H_
