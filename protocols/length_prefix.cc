#include "protocols/length_prefix.h"

#include <algorithm>
#include <string>

#include "protocols/codec_limits.h"

namespace sluice {

absl::StatusOr<LengthPrefixCodec> LengthPrefixCodec::Create(const LengthPrefixOptions& options) {
  if (!options.varint && !IsLengthWidth(options.width_bytes)) {
    return absl::InvalidArgumentError("LengthPrefixCodec: width_bytes is " +
                                      std::to_string(options.width_bytes) +
                                      "; give 1, 2, 4 or 8, or set varint");
  }
  if (options.varint && options.length_includes_prefix) {
    return absl::InvalidArgumentError(
        "LengthPrefixCodec: a varint cannot count itself; leave length_includes_prefix unset");
  }
  absl::Status status = ValidateMessageBytesMax("LengthPrefixCodec", options.message_bytes_max);
  if (!status.ok()) return status;
  LengthPrefixCodec codec;
  codec.varint_ = options.varint;
  codec.message_bytes_max_ = options.message_bytes_max;
  if (!options.varint) {
    codec.field_ = {static_cast<uint8_t>(options.width_bytes), options.order};
    codec.counted_prefix_bytes_ = options.length_includes_prefix ? codec.field_.width_bytes : 0;
    codec.message_bytes_max_ = static_cast<size_t>(std::min<uint64_t>(
        options.message_bytes_max, codec.field_.max() - codec.counted_prefix_bytes_));
  }
  return codec;
}

}  // namespace sluice
