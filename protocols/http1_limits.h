// How much of anything a peer may send in HTTP/1.1. Every limit has an error of its own.
#ifndef SLUICE_PROTOCOLS_HTTP1_LIMITS_H_
#define SLUICE_PROTOCOLS_HTTP1_LIMITS_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"

namespace sluice {

// The most field lines any head may be allowed: the size of a parser's table.
inline constexpr size_t kHttp1FieldCapacity = 128;

struct Http1Limits {
  // Heads. Bytes count everything from the first byte of the message to its empty line.
  size_t head_bytes_max = size_t{32} << 10;        // kHeadTooLong (431); at most 65,535
  size_t method_bytes_max = 32;                    // kMethodTooLong (501)
  size_t target_bytes_max = size_t{8} << 10;       // kTargetTooLong (414)
  size_t status_line_bytes_max = size_t{1} << 10;  // kStatusLineTooLong; without its CRLF
  size_t field_line_bytes_max = size_t{16} << 10;  // kFieldLineTooLong (431); without its CRLF
  size_t fields_max = 100;                         // kTooManyFields (431); up to the capacity

  // Bodies.
  uint64_t body_bytes_max = uint64_t{1} << 30;  // kBodyTooLong (413): content, without framing
  size_t chunk_line_bytes_max = 1 << 10;        // kChunkLineTooLong (413): size and extensions
  // Framing of chunks, with sizes, extensions and line ends, may add up to the free bytes plus the
  // ratio times the content received so far. Chunks of one byte have 5 bytes of framing each.
  uint64_t chunk_framing_bytes_free = uint64_t{16} << 10;  // kTooMuchChunkFraming (413)
  uint64_t chunk_framing_ratio_max = 8;
  size_t trailer_bytes_max = size_t{8} << 10;  // kTrailersTooLong (431): all lines and their CRLF
  size_t trailers_max = 32;                    // kTooManyTrailers (431)

  // A target may also hold the bytes `"<>[\]^`{|}`, which RFC 3986 wants escaped. Browsers send
  // most of them as they are in queries.
  bool unescaped_target_allowed = false;
};

// InvalidArgument, in words, for limits that no parser can keep or that take no message at all.
absl::Status ValidateHttp1Limits(const Http1Limits& limits);

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_LIMITS_H_
