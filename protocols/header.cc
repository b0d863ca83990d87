#include "protocols/header.h"

#include <algorithm>
#include <string>

#include "protocols/codec_limits.h"

namespace sluice {
namespace {

absl::Status ValidateLengthField(const HeaderOptions& options) {
  const size_t width_bytes = options.length_width_bytes;
  if (!IsLengthWidth(width_bytes)) {
    return absl::InvalidArgumentError("HeaderedCodec: length_width_bytes is " +
                                      std::to_string(width_bytes) + "; give 1, 2, 4 or 8");
  }
  if (options.header_bytes > kMessageBytesCeiling) {
    return absl::InvalidArgumentError("HeaderedCodec: header_bytes is " +
                                      std::to_string(options.header_bytes) + "; give at most " +
                                      std::to_string(kMessageBytesCeiling));
  }
  // Subtract, never add: length_offset may be anything up to SIZE_MAX.
  if (width_bytes > options.header_bytes ||
      options.length_offset > options.header_bytes - width_bytes) {
    return absl::InvalidArgumentError(
        "HeaderedCodec: a length of " + std::to_string(width_bytes) + " bytes at offset " +
        std::to_string(options.length_offset) + " does not fit a header of " +
        std::to_string(options.header_bytes) + " bytes; the field must lie inside it");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<HeaderedCodec> HeaderedCodec::Create(const HeaderOptions& options) {
  absl::Status status = ValidateLengthField(options);
  if (status.ok()) status = ValidateMessageBytesMax("HeaderedCodec", options.message_bytes_max);
  if (!status.ok()) return status;
  HeaderedCodec codec;
  codec.field_ = {static_cast<uint8_t>(options.length_width_bytes), options.order};
  codec.header_bytes_ = options.header_bytes;
  codec.length_offset_ = options.length_offset;
  codec.length_end_ = options.length_offset + options.length_width_bytes;
  codec.counted_header_bytes_ = options.length_includes_header ? options.header_bytes : 0;
  if (codec.field_.max() <= codec.counted_header_bytes_) {
    return absl::InvalidArgumentError(
        "HeaderedCodec: a length of " + std::to_string(options.length_width_bytes) +
        " bytes cannot count a payload and a header of " + std::to_string(options.header_bytes) +
        " bytes; widen it or leave length_includes_header unset");
  }
  codec.message_bytes_max_ = static_cast<size_t>(std::min<uint64_t>(
      options.message_bytes_max, codec.field_.max() - codec.counted_header_bytes_));
  return codec;
}

}  // namespace sluice
