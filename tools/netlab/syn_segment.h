// One IPv4 packet that carries a TCP SYN, byte by byte.
#ifndef SLUICE_TOOLS_NETLAB_SYN_SEGMENT_H_
#define SLUICE_TOOLS_NETLAB_SYN_SEGMENT_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace sluice::netlab {

// All in host byte order.
struct SynSegment {
  uint32_t source_address = 0;
  uint32_t target_address = 0;
  uint16_t source_port = 0;
  uint16_t target_port = 0;
  uint32_t sequence = 0;
};

// 20 bytes of IPv4, 20 of TCP, 4 for the MSS option (1460), as a client's SYN has it.
using SynPacket = std::array<uint8_t, 44>;

// The packet in network byte order with the TCP checksum. The IPv4 checksum stays 0: the kernel
// fills it in for raw sockets (raw(7)).
SynPacket BuildSynPacket(const SynSegment& segment);

// The Internet checksum of `bytes` plus `initial` (RFC 1071), folded and inverted; 0 over data that
// holds its right checksum.
uint16_t InternetChecksum(const uint8_t* bytes, size_t count, uint32_t initial);

}  // namespace sluice::netlab

#endif  // SLUICE_TOOLS_NETLAB_SYN_SEGMENT_H_
