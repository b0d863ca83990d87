// Unsigned LEB128 as protobuf writes it: seven bits a byte, low bits first, the top bit set on
// every byte but the last; at most ten bytes for 64 bits.
//
// Padded numbers (80 00 for 0) are taken, as every protobuf parser takes them: writers that reserve
// room for a length and fill it in later send them.
#ifndef SLUICE_PROTOCOLS_VARINT_H_
#define SLUICE_PROTOCOLS_VARINT_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice {

inline constexpr size_t kVarintBytesMax = 10;

enum class VarintResult : uint8_t { kComplete, kNeedMore, kBad };

struct Varint {
  VarintResult result = VarintResult::kNeedMore;
  uint8_t size_bytes = 0;  // with kComplete
  uint64_t value = 0;      // with kComplete
};

// Reads the number at the front of `bytes`. kBad: longer than ten bytes, or above 64 bits.
Varint ReadLongVarint(std::string_view bytes);

inline Varint ReadVarint(std::string_view bytes) {
  if (!bytes.empty() && static_cast<unsigned char>(bytes[0]) < 0x80) [[likely]] {
    return {VarintResult::kComplete, 1, static_cast<unsigned char>(bytes[0])};
  }
  return ReadLongVarint(bytes);
}

// How many bytes WriteVarint writes: 1 to kVarintBytesMax.
size_t VarintBytes(uint64_t value);

// Writes the shortest form and returns its size.
size_t WriteVarint(uint64_t value, char* out);

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_VARINT_H_
