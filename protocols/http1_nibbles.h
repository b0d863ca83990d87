// Sets of ASCII bytes as two tables of 16, for byte shuffles: a byte is in the set when the entries
// of its two halves have a bit in common. Each row of ASCII that can be in a set has a bit.
#ifndef SLUICE_PROTOCOLS_HTTP1_NIBBLES_H_
#define SLUICE_PROTOCOLS_HTTP1_NIBBLES_H_

#include <cstddef>
#include <cstdint>

#include "protocols/http1_bytes.h"

namespace sluice::http1 {

struct alignas(16) Nibbles {
  uint8_t low[16];
  uint8_t high[16];
};

constexpr Nibbles NibblesOf(ByteClass byte_class) {
  Nibbles nibbles{};
  for (size_t row = 0; row < 8; ++row) {
    nibbles.high[row] = static_cast<uint8_t>(1u << row);
    for (size_t column = 0; column < 16; ++column) {
      if (Is(byte_class, static_cast<char>(row * 16 + column))) {
        nibbles.low[column] |= static_cast<uint8_t>(1u << row);
      }
    }
  }
  return nibbles;
}

inline constexpr Nibbles kPlainTargetNibbles = NibblesOf(kPlainTarget);
inline constexpr Nibbles kHostNibbles = NibblesOf(kHostByte);

// Tokens, as above, in the rows from 2 on; and in the two rows of control bytes, tab and all, the
// top bit. As a signed number the common bits are above 0 for tokens, below 0 for those control
// bytes.
inline constexpr Nibbles kHeadNibbles = [] {
  Nibbles nibbles = NibblesOf(kToken);
  for (uint8_t& column : nibbles.low) column = static_cast<uint8_t>(column >> 2 | 0x80);
  for (uint8_t& row : nibbles.high) row = static_cast<uint8_t>(row >> 2);
  nibbles.high[0] = nibbles.high[1] = 0x80;
  return nibbles;
}();

}  // namespace sluice::http1

#endif  // SLUICE_PROTOCOLS_HTTP1_NIBBLES_H_
