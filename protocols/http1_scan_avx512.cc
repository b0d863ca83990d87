// 64 bytes at a time, a short rest like any other: masked loads touch nothing outside their mask.
// Compiled for AVX-512 with VBMI and VBMI2, under the same rule as http1_scan_avx2.cc.
#if defined(__x86_64__)

#include <immintrin.h>

#include "protocols/http1_bytes.h"
#include "protocols/http1_scan_blocks.h"

namespace sluice::http1 {
namespace {

// Of each ASCII byte its classes, and in the top bit whether it is a control byte or a tab.
struct alignas(64) AsciiClasses {
  uint8_t of[128];
};
constexpr AsciiClasses kAsciiClasses = [] {
  AsciiClasses classes{};
  for (size_t i = 0; i < 128; ++i) {
    const bool control = i < 0x20 || i == 0x7f;
    classes.of[i] = static_cast<uint8_t>((kByteClasses.of[i] & 0x7f) | (control ? 0x80 : 0));
  }
  return classes;
}();

// 0, 1, ... 63.
struct alignas(64) ByteNumbers {
  uint8_t of[64];
};
constexpr ByteNumbers kByteNumbers = [] {
  ByteNumbers numbers{};
  for (size_t i = 0; i < 64; ++i) numbers.of[i] = static_cast<uint8_t>(i);
  return numbers;
}();

struct Avx512Block {
  static constexpr size_t kLaneBytes = 64;
  static constexpr bool kFindsInShort = true;

  static __m512i Load(const char* bytes) { return _mm512_loadu_si512(bytes); }
  static uint64_t FirstBits(size_t count) { return ~uint64_t{0} >> (64 - count); }  // 1 to 64
  static __m512i LoadShort(const char* bytes, size_t size) {
    return _mm512_maskz_loadu_epi8(FirstBits(size), bytes);
  }
  // The classes of bytes below 0x80, and those of some other byte for the rest.
  static __m512i Classes(__m512i lane) {
    return _mm512_permutex2var_epi8(_mm512_load_si512(kAsciiClasses.of), lane,
                                    _mm512_load_si512(kAsciiClasses.of + 64));
  }
  static uint64_t NotIn(ByteClass byte_class, const char* bytes, size_t size) {
    const __m512i lane = LoadShort(bytes, size);
    const __m512i of_class = _mm512_set1_epi8(static_cast<char>(byte_class));
    const uint64_t not_of_class = _mm512_testn_epi8_mask(Classes(lane), of_class);
    return (not_of_class | _mm512_movepi8_mask(lane)) & FirstBits(size);
  }
  static Http1Masks Of(__m512i lane) {
    const __m512i classes = Classes(lane);
    const uint64_t beyond_ascii = _mm512_movepi8_mask(lane);
    const auto not_in = [&](ByteClass byte_class) __attribute__((always_inline)) {
      const __m512i of_class = _mm512_set1_epi8(static_cast<char>(byte_class));
      return _mm512_testn_epi8_mask(classes, of_class) | beyond_ascii;
    };
    return {_mm512_cmpeq_epi8_mask(lane, _mm512_set1_epi8('\r')),
            _mm512_movepi8_mask(classes) & ~beyond_ascii, not_in(kToken), not_in(kPlainTarget),
            not_in(kHostByte)};
  }

  static Http1Masks Lane(const char* bytes) { return Of(Load(bytes)); }
  static Http1Masks Short(const char* bytes, size_t size) {
    Http1Masks masks = Of(LoadShort(bytes, size));
    masks.control &= FirstBits(size);
    masks.not_token &= FirstBits(size);
    masks.not_plain_target &= FirstBits(size);
    masks.not_host &= FirstBits(size);
    return masks;
  }
  static uint64_t Tabs(const char* bytes) {
    return _mm512_cmpeq_epi8_mask(Load(bytes), _mm512_set1_epi8('\t'));
  }
  static uint64_t NotPlainTarget(const char* bytes, size_t size) {
    return NotIn(kPlainTarget, bytes, size);
  }
  static uint64_t NotHost(const char* bytes, size_t size) { return NotIn(kHostByte, bytes, size); }

  // Sixteen at once. No two CRs are neighbours where this is called, so that there are 32 at most.
  static void LineEnds(uint64_t ends, size_t at, uint16_t* out) {
    const __m512i places = _mm512_maskz_compress_epi8(ends, _mm512_load_si512(kByteNumbers.of));
    const __m256i first = _mm256_set1_epi16(static_cast<int16_t>(at));
    const __m256i low = _mm256_cvtepu8_epi16(_mm512_castsi512_si128(places));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm256_add_epi16(low, first));
    if (__builtin_popcountll(ends) <= 16) [[likely]]
      return;
    const __m256i high =
        _mm256_cvtepu8_epi16(_mm256_extracti128_si256(_mm512_castsi512_si256(places), 1));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + 16), _mm256_add_epi16(high, first));
  }
};

}  // namespace

extern const Http1Scan kHttp1ScanAvx512;
constinit const Http1Scan kHttp1ScanAvx512 = ScanOf<Avx512Block>("avx512");

}  // namespace sluice::http1

#endif  // __x86_64__
