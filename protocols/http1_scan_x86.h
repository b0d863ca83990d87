// Looking at 16 bytes and fewer with SSE: of both x86 scans. A template in each file's own name,
// for the reason http1_scan_blocks.h gives.
#ifndef SLUICE_PROTOCOLS_HTTP1_SCAN_X86_H_
#define SLUICE_PROTOCOLS_HTTP1_SCAN_X86_H_

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "protocols/http1_nibbles.h"
#include "protocols/http1_scan_blocks.h"

namespace sluice::http1 {
// Internal linkage on purpose: each file that includes this compiles it for other instructions.
namespace {

struct X86Lane16 {
  static constexpr size_t kLaneBytes = 16;
  static constexpr bool kFindsInShort = false;

  static __m128i Load(const char* bytes) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
  }
  static uint64_t Mask(__m128i lanes) { return static_cast<uint32_t>(_mm_movemask_epi8(lanes)); }
  static uint64_t Equal(__m128i lane, char byte) {
    return Mask(_mm_cmpeq_epi8(lane, _mm_set1_epi8(byte)));
  }
  // What the halves of each byte have in common; 0 for bytes from 0x80 on.
  static __m128i Common(const Nibbles& set, __m128i lane) {
    const auto* low_table = reinterpret_cast<const __m128i*>(set.low);
    const auto* high_table = reinterpret_cast<const __m128i*>(set.high);
    const __m128i low = _mm_shuffle_epi8(_mm_load_si128(low_table), lane);
    const __m128i high_nibbles = _mm_and_si128(_mm_srli_epi16(lane, 4), _mm_set1_epi8(0x0f));
    return _mm_and_si128(low, _mm_shuffle_epi8(_mm_load_si128(high_table), high_nibbles));
  }
  static uint64_t NotIn(const Nibbles& set, __m128i lane) {
    return Mask(_mm_cmpeq_epi8(Common(set, lane), _mm_setzero_si128()));
  }
  static Http1Masks Of(__m128i lane) {
    const __m128i common = Common(kHeadNibbles, lane);
    const __m128i del = _mm_cmpeq_epi8(lane, _mm_set1_epi8(0x7f));
    const uint64_t token = Mask(_mm_cmpgt_epi8(common, _mm_setzero_si128()));
    return {Equal(lane, '\r'), Mask(_mm_or_si128(common, del)), token ^ 0xffffu,
            NotIn(kPlainTargetNibbles, lane), NotIn(kHostNibbles, lane)};
  }

  static Http1Masks Lane(const char* bytes) { return Of(Load(bytes)); }
  static Http1Masks Short(const char* bytes, size_t size);
  static uint64_t Tabs(const char* bytes) { return Equal(Load(bytes), '\t'); }
  static uint64_t NotPlainTarget(const char* bytes, size_t) {
    return NotIn(kPlainTargetNibbles, Load(bytes));
  }
  static uint64_t NotHost(const char* bytes, size_t) { return NotIn(kHostNibbles, Load(bytes)); }
  static void LineEnds(uint64_t ends, size_t at, uint16_t* out) { AppendLineEnds(ends, at, out); }
};

uint64_t LoadUpTo8(const char* bytes, size_t size) {
  if (size >= 4) {
    uint32_t first;
    uint32_t last;
    std::memcpy(&first, bytes, 4);
    std::memcpy(&last, bytes + size - 4, 4);
    return first | uint64_t{last} << (8 * (size - 4));
  }
  uint64_t word = 0;
  for (size_t i = 0; i < size; ++i)
    word |= uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  return word;
}

// 1 to 15 bytes.
Http1Masks X86Lane16::Short(const char* bytes, size_t size) {
  uint64_t low;
  uint64_t high = 0;
  if (size >= 8) {
    std::memcpy(&low, bytes, 8);
    high = size == 8 ? 0 : LoadUpTo8(bytes + 8, size - 8);
  } else {
    low = LoadUpTo8(bytes, size);
  }
  Http1Masks masks = Of(_mm_set_epi64x(static_cast<int64_t>(high), static_cast<int64_t>(low)));
  const uint64_t there = (uint64_t{1} << size) - 1;
  masks.control &= there;
  masks.not_token &= there;
  masks.not_plain_target &= there;
  masks.not_host &= there;
  return masks;
}

}  // namespace
}  // namespace sluice::http1

#endif  // SLUICE_PROTOCOLS_HTTP1_SCAN_X86_H_
