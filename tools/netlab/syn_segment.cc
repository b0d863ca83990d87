#include "tools/netlab/syn_segment.h"

namespace sluice::netlab {
namespace {

constexpr uint8_t kProtocolTcp = 6;
constexpr size_t kIpBytes = 20;
constexpr size_t kTcpBytes = 24;

void Put16(uint8_t* at, uint16_t value) {
  at[0] = static_cast<uint8_t>(value >> 8);
  at[1] = static_cast<uint8_t>(value);
}

void Put32(uint8_t* at, uint32_t value) {
  Put16(at, static_cast<uint16_t>(value >> 16));
  Put16(at + 2, static_cast<uint16_t>(value));
}

// What the TCP checksum covers besides the segment (RFC 9293, 3.1).
uint32_t PseudoHeaderSum(const SynSegment& segment) {
  return (segment.source_address >> 16) + (segment.source_address & 0xffff) +
         (segment.target_address >> 16) + (segment.target_address & 0xffff) + kProtocolTcp +
         kTcpBytes;
}

}  // namespace

uint16_t InternetChecksum(const uint8_t* bytes, size_t count, uint32_t initial) {
  uint64_t sum = initial;
  for (size_t i = 0; i + 1 < count; i += 2)
    sum += static_cast<uint32_t>(bytes[i]) << 8 | bytes[i + 1];
  if (count % 2 != 0) sum += static_cast<uint32_t>(bytes[count - 1]) << 8;
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

SynPacket BuildSynPacket(const SynSegment& segment) {
  SynPacket packet{};
  uint8_t* ip = packet.data();
  ip[0] = 0x45;  // version 4, five words
  Put16(ip + 2, static_cast<uint16_t>(packet.size()));
  ip[8] = 64;  // time to live
  ip[9] = kProtocolTcp;
  Put32(ip + 12, segment.source_address);
  Put32(ip + 16, segment.target_address);

  uint8_t* tcp = packet.data() + kIpBytes;
  Put16(tcp, segment.source_port);
  Put16(tcp + 2, segment.target_port);
  Put32(tcp + 4, segment.sequence);
  tcp[12] = (kTcpBytes / 4) << 4;  // data offset
  tcp[13] = 0x02;                  // SYN
  Put16(tcp + 14, 64240);          // window
  tcp[20] = 2;                     // MSS option,
  tcp[21] = 4;                     // four bytes
  Put16(tcp + 22, 1460);
  Put16(tcp + 16, InternetChecksum(tcp, kTcpBytes, PseudoHeaderSum(segment)));
  return packet;
}

}  // namespace sluice::netlab
