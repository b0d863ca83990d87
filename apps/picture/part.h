// A part of a frame as a datagram: a header of 46 bytes, then the payload. In Python's struct:
//
//   "!4sQIQQIHHHHH", numbers in network order
//
//   offset  bytes  field
//        0      4  magic "SLP1", which says the version, too
//        4      8  part_hash: XXH3 (64 bits, seed 0) of everything behind it, payload included
//       12      4  stream: drawn at random by each run of a sender
//       16      8  sequence: the frame's number in its stream, from 0 without gaps
//       24      8  frame_hash: XXH3 of the whole picture
//       32      4  frame_bytes: of the picture, at least 1
//       36      2  part_bytes: payload of each part; the last data part has what is left
//       38      2  part: its index, data parts first (frame_shape.h)
//       40      2  data_parts: frame_bytes / part_bytes, rounded up
//       42      2  parity_parts: 0 without --fec; a multiple of groups
//       44      2  groups: 1 without --fec
//
// The hash finds accidents that a UDP checksum of 16 bits does not, and lets a damaged part count
// as a lost one, which parity repairs. It is no signature: who wants to forge a part can.
#ifndef SLUICE_APPS_PICTURE_PART_H_
#define SLUICE_APPS_PICTURE_PART_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "apps/picture/frame_shape.h"

namespace sluice::picture {

inline constexpr size_t kPartHeaderBytes = 46;
// 65,535, the longest IPv4 packet, less the headers of IPv4 (20) and UDP (8).
inline constexpr size_t kDatagramBytesMax = 65507;

uint64_t HashOf(std::string_view bytes);

struct PartHeader {
  uint32_t stream = 0;
  uint64_t sequence = 0;
  uint64_t frame_hash = 0;
  FrameShape shape;
  uint16_t part = 0;
};

// `datagram` is kPartHeaderBytes of room, and behind them the payload, which is hashed.
void WritePartHeader(const PartHeader& header, char* datagram, size_t payload_bytes);

enum class PartError : uint8_t {
  kNone,
  kForeign,     // no magic: another program's, or a plain picture
  kCorrupt,     // the hash is wrong, or bytes are missing
  kImpossible,  // the hash is right, and the numbers contradict each other: forged
};

struct Part {
  PartError error = PartError::kNone;
  PartHeader header;
  std::string_view payload;  // of the datagram
};

Part ReadPart(std::string_view datagram);

}  // namespace sluice::picture

#endif  // SLUICE_APPS_PICTURE_PART_H_
