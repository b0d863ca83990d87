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

inline constexpr Nibbles kTokenNibbles = NibblesOf(kToken);
inline constexpr Nibbles kPlainTargetNibbles = NibblesOf(kPlainTarget);

}  // namespace sluice::http1

#endif  // SLUICE_PROTOCOLS_HTTP1_NIBBLES_H_
