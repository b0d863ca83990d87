// IEEE 754 binary16, the numbers of half size, as Python packs and unpacks them.
#ifndef SLUICE_PROTOCOLS_RECORD_HALF_H_
#define SLUICE_PROTOCOLS_RECORD_HALF_H_

#include <bit>
#include <cstdint>
#include <optional>

namespace sluice {

// Rounds to the nearest, to the even one of two; too small becomes a zero of the same sign, a NaN
// the quiet one of its sign. Nothing when it rounds to more than 65504, the largest.
constexpr std::optional<uint16_t> HalfFromDouble(double value) {
  const auto bits = std::bit_cast<uint64_t>(value);
  const auto sign = static_cast<uint16_t>((bits >> 63) << 15);
  const int exponent = static_cast<int>((bits >> 52) & 0x7ff) - 1023;
  const uint64_t fraction = bits & ((uint64_t{1} << 52) - 1);
  if (exponent == 1024) return sign | (fraction == 0 ? 0x7c00 : 0x7e00);
  if (exponent > 15) return std::nullopt;
  if (exponent < -25) return sign;  // below half of the smallest, 2^-24

  // Of the 53 bits a half keeps 11, and one less for each power of two below its smallest normal.
  const int shift = exponent >= -14 ? 42 : 42 + (-14 - exponent);
  const uint64_t significand = fraction | (uint64_t{1} << 52);
  uint64_t kept = significand >> shift;
  const uint64_t rest = significand & ((uint64_t{1} << shift) - 1);
  const uint64_t tie = uint64_t{1} << (shift - 1);
  if (rest > tie || (rest == tie && kept % 2 == 1)) ++kept;

  // Where rounding carries into a bit more, that bit is one of the exponent: it adds up.
  const uint64_t biased = exponent >= -14 ? static_cast<uint64_t>(exponent + 14) << 10 : 0;
  const uint64_t half = biased + kept;
  if (half >= 0x7c00) return std::nullopt;
  return static_cast<uint16_t>(sign | half);
}

// Exact; a NaN becomes the quiet one of its sign.
constexpr float FloatFromHalf(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half >> 15) << 31;
  const uint32_t exponent = (half >> 10) & 0x1f;
  uint32_t fraction = half & 0x3ff;
  if (exponent == 31) return std::bit_cast<float>(sign | (fraction == 0 ? 0x7f800000 : 0x7fc00000));
  if (exponent != 0) {
    return std::bit_cast<float>(sign | (exponent + 127 - 15) << 23 | fraction << 13);
  }
  if (fraction == 0) return std::bit_cast<float>(sign);
  const int shift = std::countl_zero(fraction) - 21;  // to where a normal one has its first bit
  fraction = (fraction << shift) & 0x3ff;
  return std::bit_cast<float>(sign | static_cast<uint32_t>(127 - 14 - shift) << 23 |
                              fraction << 13);
}

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_RECORD_HALF_H_
