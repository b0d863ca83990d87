// No framing: whatever has arrived is a message, which is what code believes that takes one recv
// for one message.
//
//   RawCodec chunks;         // up to 64 KiB at a time
//   RawCodec recv_1024(1024);  // like recv(fd, buffer, 1024, 0)
//
// The sharp edge, and the one codec that has it: the messages depend on how the bytes were split on
// their way. Only their concatenation is what the peer sent.
#ifndef SLUICE_PROTOCOLS_RAW_H_
#define SLUICE_PROTOCOLS_RAW_H_

#include <cstddef>
#include <string_view>

#include "absl/status/statusor.h"
#include "protocols/codec_limits.h"
#include "reactor/base/check.h"
#include "reactor/codec.h"

namespace sluice {

class RawCodec {
 public:
  using Message = std::string_view;

  // For a limit known when the program is written; Create takes one that comes from outside.
  explicit RawCodec(size_t message_bytes_max = size_t{64} << 10)
      : message_bytes_max_(message_bytes_max) {
    SLUICE_CHECK(message_bytes_max >= 1 && message_bytes_max <= kMessageBytesCeiling,
                 "a chunk has one byte or more");
  }

  // InvalidArgument, in words: a limit no chunk can have.
  static absl::StatusOr<RawCodec> Create(size_t message_bytes_max);

  // No errors. More than message_bytes_max at once comes out as several messages.
  Decoded<Message> Decode(std::string_view bytes) {
    if (bytes.empty()) return Decoded<Message>::NeedMore();
    const std::string_view chunk = bytes.substr(0, message_bytes_max_);
    return Decoded<Message>::Complete(chunk, chunk.size());
  }

  // Appends `message` as it is. Errors: kMessageTooLong; kWrongSize for an empty message, of which
  // nothing would arrive.
  template <ByteSink Sink>
  [[nodiscard]] CodecError Encode(std::string_view message, Sink& sink) const {
    if (message.empty()) return CodecError::kWrongSize;
    if (message.size() > message_bytes_max_) return CodecError::kMessageTooLong;
    message.copy(sink.Reserve(message.size()), message.size());
    sink.Commit(message.size());
    return CodecError::kNone;
  }

  size_t message_bytes_max() const { return message_bytes_max_; }
  size_t frame_bytes_max() const { return message_bytes_max_; }

 private:
  size_t message_bytes_max_;
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_RAW_H_
