#include "protocols/varint.h"

#include <algorithm>
#include <bit>

namespace sluice {

Varint ReadLongVarint(std::string_view bytes) {
  uint64_t value = 0;
  const size_t readable = std::min(bytes.size(), kVarintBytesMax);
  for (size_t i = 0; i < readable; ++i) {
    const uint64_t byte = static_cast<unsigned char>(bytes[i]);
    // Nine bytes hold 63 bits: of the tenth one bit is left, and nothing may follow it.
    if (i == kVarintBytesMax - 1 && byte > 1) return {VarintResult::kBad, 0, 0};
    value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) return {VarintResult::kComplete, static_cast<uint8_t>(i + 1), value};
  }
  return {VarintResult::kNeedMore, 0, 0};
}

size_t VarintBytes(uint64_t value) {
  return (static_cast<size_t>(std::bit_width(value | 1)) + 6) / 7;
}

size_t WriteVarint(uint64_t value, char* out) {
  size_t size = 0;
  for (; value >= 0x80; value >>= 7) out[size++] = static_cast<char>(value | 0x80);
  out[size++] = static_cast<char>(value);
  return size;
}

}  // namespace sluice
