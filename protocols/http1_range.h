// Range: bytes=...: RFC 9110 14.
#ifndef SLUICE_PROTOCOLS_HTTP1_RANGE_H_
#define SLUICE_PROTOCOLS_HTTP1_RANGE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

struct Http1ByteRange {
  uint64_t offset = 0;
  uint64_t length = 0;  // at least 1
  friend bool operator==(const Http1ByteRange&, const Http1ByteRange&) = default;
};

enum class Http1RangeResult : uint8_t {
  kWhole,          // the field is to be ignored: malformed, another unit, more than is reasonable
  kRanges,         // 206
  kUnsatisfiable,  // 416: well-formed, and nothing of it lies within
};

struct Http1Ranges {
  Http1RangeResult result = Http1RangeResult::kWhole;
  std::vector<Http1ByteRange> ranges;  // as asked for, cut at the end; those beyond it are left out
};

// Many or overlapping ranges make a small request cost a large answer (RFC 9110 17.15); such a
// field is ignored.
struct Http1RangeLimits {
  size_t ranges_max = 16;
  size_t overlaps_max = 2;  // pairs of neighbours, in order of their offsets
};

// Of a representation of `size` bytes.
Http1Ranges ParseHttp1Range(std::string_view value, uint64_t size,
                            const Http1RangeLimits& limits = {});

// "bytes 0-99/1234": Content-Range of a 206.
std::string Http1ContentRange(const Http1ByteRange& range, uint64_t size);
// "bytes */1234": Content-Range of a 416.
std::string Http1ContentRange(uint64_t size);

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_RANGE_H_
