// Looking at the bytes of HTTP/1.1 heads, many at a time: the only part of the parser that knows
// the processor. Everything here is pure and reads nothing outside [bytes, bytes + size).
#ifndef SLUICE_PROTOCOLS_HTTP1_SCAN_H_
#define SLUICE_PROTOCOLS_HTTP1_SCAN_H_

#include <cstddef>
#include <cstdint>

namespace sluice {

// What one look at a stretch of a head found. Offsets count from the stretch's first byte.
struct Http1Index {
  static constexpr size_t kBytesMax = 2048;  // of a stretch; more is left for the next look
  static constexpr size_t kBlockBytes = 64;  // a word of not_token
  static constexpr size_t kBatchMax = 16;    // line ends are written in batches, unused ones too

  // The 64 bits from `offset` on, the first one lowest; zeros behind the stretch.
  uint64_t NotTokenFrom(size_t offset) const {
    const size_t word = offset / kBlockBytes;
    const size_t bit = offset % kBlockBytes;
    return (not_token[word] >> bit) | ((not_token[word + 1] << 1) << (kBlockBytes - 1 - bit));
  }

  size_t line_ends = 0;     // CRs; what follows each is not looked at here
  size_t looked_bytes = 0;  // behind the last byte looked at; at most the stretch
  // Offset of the first control byte that is neither a tab nor a CR nor next to a CR before it, or
  // of a second CR in a row; looked_bytes when there is none. Nothing behind it is in the index.
  size_t stray_control = 0;
  uint64_t not_token[kBytesMax / kBlockBytes + 1];  // a bit for each byte that is not a tchar
  uint16_t line_end[kBytesMax / 2 + kBatchMax];
};

// What up to 64 bytes are: a bit a byte, the first byte's lowest; zeros behind them.
struct Http1Masks {
  uint64_t carriage_return;
  uint64_t control;  // with tabs
  uint64_t not_token;
  uint64_t not_plain_target;  // as Http1Scan::find_not_plain_target has it
  uint64_t not_host;
};

struct Http1Scan {
  const char* name;
  // At 1 to 64 bytes.
  void (*look)(const char* bytes, size_t size, Http1Masks* masks);
  // Indexes a stretch that starts at the start of a line, at least one byte. It may stop early, at
  // the end of a block with a CR two bytes behind another (or first of all): an empty line, if what
  // is between them is one LF.
  void (*index)(const char* bytes, size_t size, Http1Index* index);
  // Offset of the first control byte that is not a tab, or size.
  size_t (*find_control)(const char* bytes, size_t size);
  // Offset of the first byte that is not a plain one of a target, or size. Plain is what RFC 3986
  // allows in path and query, but for '%' and '?'.
  size_t (*find_not_plain_target)(const char* bytes, size_t size);
  // The same for the bytes of host names, escapes left aside.
  size_t (*find_not_host)(const char* bytes, size_t size);
};

// The fastest way this processor has; the same for the life of the program.
const Http1Scan& BestHttp1Scan();

// Every way this processor has, the portable one first: tests hold them against each other.
struct Http1Scans {
  const Http1Scan* const* begin() const { return scans; }
  const Http1Scan* const* end() const { return scans + count; }
  const Http1Scan* scans[4] = {};
  size_t count = 0;
};
Http1Scans AllHttp1Scans();

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_SCAN_H_
