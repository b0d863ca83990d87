// The limits every codec of this folder shares.
#ifndef SLUICE_PROTOCOLS_CODEC_LIMITS_H_
#define SLUICE_PROTOCOLS_CODEC_LIMITS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"

namespace sluice {

// No codec takes a message_bytes_max above this: header + payload + terminator then fit a size_t
// with room to spare, so that no sum of sizes in a codec can wrap.
inline constexpr size_t kMessageBytesCeiling = SIZE_MAX / 4;

// InvalidArgument, in words that name `codec`, unless 1 <= message_bytes_max <= the ceiling.
absl::Status ValidateMessageBytesMax(std::string_view codec, size_t message_bytes_max);

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_CODEC_LIMITS_H_
