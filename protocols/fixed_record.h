// Records that all have one size: no framing bytes at all.
//
//   FixedRecordCodec records(12);  // struct.pack('<III', ...)
//
// The sharp edge: nothing on the wire says where a record starts. A peer with another idea of the
// size is never noticed here; put a check value into the record.
#ifndef SLUICE_PROTOCOLS_FIXED_RECORD_H_
#define SLUICE_PROTOCOLS_FIXED_RECORD_H_

#include <cstddef>
#include <string_view>

#include "absl/status/statusor.h"
#include "protocols/codec_limits.h"
#include "reactor/base/check.h"
#include "reactor/codec.h"

namespace sluice {

class FixedRecordCodec {
 public:
  using Message = std::string_view;

  // For a size known when the program is written; Create takes one that comes from outside.
  explicit FixedRecordCodec(size_t record_bytes) : record_bytes_(record_bytes) {
    SLUICE_CHECK(record_bytes >= 1 && record_bytes <= kMessageBytesCeiling,
                 "a record has one byte or more");
  }

  // InvalidArgument, in words: a size no record can have.
  static absl::StatusOr<FixedRecordCodec> Create(size_t record_bytes);

  // No errors: any record_bytes bytes are a record.
  Decoded<Message> Decode(std::string_view bytes) {
    if (bytes.size() < record_bytes_) return Decoded<Message>::NeedMore();
    return Decoded<Message>::Complete({bytes.data(), record_bytes_}, record_bytes_);
  }

  // Appends `message`. Errors: kWrongSize.
  template <ByteSink Sink>
  [[nodiscard]] CodecError Encode(std::string_view message, Sink& sink) const {
    if (message.size() != record_bytes_) return CodecError::kWrongSize;
    message.copy(sink.Reserve(record_bytes_), record_bytes_);
    sink.Commit(record_bytes_);
    return CodecError::kNone;
  }

  size_t message_bytes_max() const { return record_bytes_; }
  size_t frame_bytes_max() const { return record_bytes_; }

 private:
  size_t record_bytes_;
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_FIXED_RECORD_H_
