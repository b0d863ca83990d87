#include "protocols/fixed_record.h"

#include <string>

namespace sluice {

absl::StatusOr<FixedRecordCodec> FixedRecordCodec::Create(size_t record_bytes) {
  if (record_bytes < 1 || record_bytes > kMessageBytesCeiling) {
    return absl::InvalidArgumentError("FixedRecordCodec: record_bytes is " +
                                      std::to_string(record_bytes) + "; give 1 to " +
                                      std::to_string(kMessageBytesCeiling));
  }
  return FixedRecordCodec(record_bytes);
}

}  // namespace sluice
