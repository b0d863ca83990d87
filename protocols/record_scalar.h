// Single values of a record to bytes and back.
#ifndef SLUICE_PROTOCOLS_RECORD_SCALAR_H_
#define SLUICE_PROTOCOLS_RECORD_SCALAR_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>

#include "protocols/length_field.h"

namespace sluice::record_internal {

// Whether `value` stays finite as a float: Python refuses it otherwise.
constexpr bool FitsFloat(double value) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr double kLimit = 0x1.ffffffp127;  // halfway from the largest to 2^128: rounds up
  const bool finite = value < kInfinity && value > -kInfinity;
  return !finite || (value < kLimit && value > -kLimit);
}

// The bit pattern of a number of `width` bytes, extended by its sign.
constexpr int64_t SignExtend(uint64_t bits, size_t width) {
  const auto shift = static_cast<int>(64 - 8 * width);
  return static_cast<int64_t>(bits << shift) >> shift;
}

inline uint64_t LoadBits(const char* at, size_t width, ByteOrder order) {
  return LengthField{static_cast<uint8_t>(width), order}.Load(at);
}

inline void StoreBits(char* at, size_t width, ByteOrder order, uint64_t bits) {
  LengthField{static_cast<uint8_t>(width), order}.Store(at, bits);
}

// Fills up with zeros, or cuts off. memcpy takes no null, not even for nothing.
inline void StoreBytes(char* at, size_t count, std::string_view bytes) {
  if (count == 0) return;
  if (bytes.size() >= count) {
    std::memcpy(at, bytes.data(), count);  // where count is a constant, a move
    return;
  }
  const size_t copied = bytes.copy(at, count);
  std::fill_n(at + copied, count - copied, '\0');
}

// As Python does it: what lies beyond the 255 that the first byte can count is written, too.
inline void StorePascal(char* at, size_t count, std::string_view bytes) {
  if (count == 0) return;
  const size_t copied = std::min(bytes.size(), count - 1);
  StoreBytes(at + 1, count - 1, bytes);
  *at = static_cast<char>(std::min<size_t>(copied, 255));
}

inline std::string_view LoadPascal(const char* at, size_t count) {
  if (count == 0) return {};
  return {at + 1, std::min<size_t>(static_cast<unsigned char>(*at), count - 1)};
}

// Where in `size` bytes a record at `offset` begins, from the end where it is negative; SIZE_MAX
// where the record is not all there.
constexpr size_t RecordBegin(size_t record_bytes, size_t size, ptrdiff_t offset) {
  // Below the front it wraps to above any size.
  const size_t begin = static_cast<size_t>(offset) + (offset < 0 ? size : 0);
  return begin <= size && record_bytes <= size - begin ? begin : SIZE_MAX;
}

}  // namespace sluice::record_internal

#endif  // SLUICE_PROTOCOLS_RECORD_SCALAR_H_
