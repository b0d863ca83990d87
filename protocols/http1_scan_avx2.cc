// 32 bytes at a time. Compiled with -mavx2, so nothing here may be shared with other files: all of
// it is in types of this file, and it calls no inline function that another file could have, too.
#if defined(__x86_64__)

#include <immintrin.h>

#include "protocols/http1_nibbles.h"
#include "protocols/http1_scan_blocks.h"
#include "protocols/http1_scan_x86.h"

namespace sluice::http1 {
namespace {

struct Avx2Block {
  static constexpr size_t kLaneBytes = 32;
  static constexpr bool kFindsInShort = false;

  static __m256i Load(const char* bytes) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes));
  }
  static uint64_t Mask(__m256i lanes) { return static_cast<uint32_t>(_mm256_movemask_epi8(lanes)); }
  static uint64_t Equal(__m256i lane, char byte) {
    return Mask(_mm256_cmpeq_epi8(lane, _mm256_set1_epi8(byte)));
  }
  static __m256i Twice(const uint8_t* table) {
    return _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(table)));
  }
  // What the halves of each byte have in common; 0 for bytes from 0x80 on.
  static __m256i Common(const Nibbles& set, __m256i lane) {
    const __m256i low = _mm256_shuffle_epi8(Twice(set.low), lane);
    const __m256i high_nibbles =
        _mm256_and_si256(_mm256_srli_epi16(lane, 4), _mm256_set1_epi8(0x0f));
    return _mm256_and_si256(low, _mm256_shuffle_epi8(Twice(set.high), high_nibbles));
  }
  static uint64_t NotIn(const Nibbles& set, __m256i lane) {
    return Mask(_mm256_cmpeq_epi8(Common(set, lane), _mm256_setzero_si256()));
  }

  static Http1Masks Lane(const char* bytes) {
    const __m256i lane = Load(bytes);
    const __m256i common = Common(kHeadNibbles, lane);
    const __m256i del = _mm256_cmpeq_epi8(lane, _mm256_set1_epi8(0x7f));
    const uint64_t token = Mask(_mm256_cmpgt_epi8(common, _mm256_setzero_si256()));
    return {Equal(lane, '\r'), Mask(_mm256_or_si256(common, del)), token ^ 0xffffffffu,
            NotIn(kPlainTargetNibbles, lane), NotIn(kHostNibbles, lane)};
  }
  static Http1Masks Short(const char* bytes, size_t size) {
    return ShortBlock<X86Lane16>(bytes, size);
  }
  static uint64_t Tabs(const char* bytes) { return Equal(Load(bytes), '\t'); }
  static uint64_t NotPlainTarget(const char* bytes, size_t) {
    return NotIn(kPlainTargetNibbles, Load(bytes));
  }
  static uint64_t NotHost(const char* bytes, size_t) { return NotIn(kHostNibbles, Load(bytes)); }
  static void LineEnds(uint64_t ends, size_t at, uint16_t* out) { AppendLineEnds(ends, at, out); }
};

}  // namespace

extern const Http1Scan kHttp1ScanAvx2;
constinit const Http1Scan kHttp1ScanAvx2 = ScanOf<Avx2Block>("avx2");

}  // namespace sluice::http1

#endif  // __x86_64__
