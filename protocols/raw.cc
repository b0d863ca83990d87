#include "protocols/raw.h"

namespace sluice {

absl::StatusOr<RawCodec> RawCodec::Create(size_t message_bytes_max) {
  absl::Status status = ValidateMessageBytesMax("RawCodec", message_bytes_max);
  if (!status.ok()) return status;
  return RawCodec(message_bytes_max);
}

}  // namespace sluice
