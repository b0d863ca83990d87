#include "protocols/codec_limits.h"

#include <string>

namespace sluice {

absl::Status ValidateMessageBytesMax(std::string_view codec, size_t message_bytes_max) {
  if (message_bytes_max >= 1 && message_bytes_max <= kMessageBytesCeiling) return absl::OkStatus();
  return absl::InvalidArgumentError(std::string(codec) + ": message_bytes_max is " +
                                    std::to_string(message_bytes_max) + "; give 1 to " +
                                    std::to_string(kMessageBytesCeiling));
}

}  // namespace sluice
