// 8 bytes at a time in an integer register: for every processor.
#include <bit>
#include <cstring>

#include "protocols/http1_bytes.h"
#include "protocols/http1_scan_blocks.h"

namespace sluice::http1 {
namespace {

struct PortableBlock {
  static constexpr size_t kLaneBytes = 8;
  static constexpr bool kFindsInShort = false;
  static constexpr uint64_t kOnes = 0x0101010101010101u;
  static constexpr uint64_t kTops = 0x80 * kOnes;
  static constexpr uint64_t kRests = 0x7f * kOnes;

  static uint64_t Load(const char* bytes) {
    uint64_t word;
    std::memcpy(&word, bytes, sizeof word);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    return word;
  }
  // Top bits of bytes, gathered: the product puts the one of byte i at bit 56 + i, and no two of
  // its terms meet.
  static uint64_t Mask(uint64_t tops) { return ((tops >> 7) * 0x0102040810204080u) >> 56; }
  // Exact in every byte: no carry leaves it.
  static uint64_t ZeroTops(uint64_t word) { return ~(((word & kRests) + kRests) | word | kRests); }
  static uint64_t Equal(uint64_t word, uint8_t byte) {
    return Mask(ZeroTops(word ^ (byte * kOnes)));
  }
  static uint64_t Controls(uint64_t word) {
    const uint64_t below_space = ~(((word & kRests) + 0x60 * kOnes) | word) & kTops;
    return Mask(below_space | ZeroTops(word ^ kRests));
  }
  static uint64_t NotIn(ByteClass byte_class, const char* bytes, size_t size) {
    uint64_t mask = 0;
    for (size_t i = 0; i < size; ++i) mask |= uint64_t{!Is(byte_class, bytes[i])} << i;
    return mask;
  }

  static Http1Masks Lane(const char* bytes) {
    const uint64_t word = Load(bytes);
    return {Equal(word, '\r'), Controls(word), NotIn(kToken, bytes, kLaneBytes),
            NotIn(kPlainTarget, bytes, kLaneBytes), NotIn(kHostByte, bytes, kLaneBytes)};
  }
  static Http1Masks Short(const char* bytes, size_t size) {
    Http1Masks masks = {0, 0, NotIn(kToken, bytes, size), NotIn(kPlainTarget, bytes, size),
                        NotIn(kHostByte, bytes, size)};
    for (size_t i = 0; i < size; ++i) {
      masks.carriage_return |= uint64_t{bytes[i] == '\r'} << i;
      masks.control |= uint64_t{Is(kControl, bytes[i]) || bytes[i] == '\t'} << i;
    }
    return masks;
  }
  static uint64_t Tabs(const char* bytes) { return Equal(Load(bytes), '\t'); }
  static uint64_t NotPlainTarget(const char* bytes, size_t) {
    return NotIn(kPlainTarget, bytes, kLaneBytes);
  }
  static uint64_t NotHost(const char* bytes, size_t) { return NotIn(kHostByte, bytes, kLaneBytes); }
  static void LineEnds(uint64_t ends, size_t at, uint16_t* out) { AppendLineEnds(ends, at, out); }
};

}  // namespace

extern const Http1Scan kHttp1ScanPortable;
constinit const Http1Scan kHttp1ScanPortable = ScanOf<PortableBlock>("portable");

}  // namespace sluice::http1
