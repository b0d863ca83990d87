#include "tools/netlab/syn_segment.h"

#include <gtest/gtest.h>

#include <vector>

namespace sluice::netlab {
namespace {

TEST(SynSegment, ChecksumOfRfc1071) {
  // RFC 1071, section 3: the sum of these words is ddf2.
  const uint8_t bytes[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
  EXPECT_EQ(InternetChecksum(bytes, sizeof(bytes), 0), static_cast<uint16_t>(~0xddf2));
  EXPECT_EQ(InternetChecksum(bytes, 1, 0), 0xffff);
  const uint8_t odd[] = {0x12};
  EXPECT_EQ(InternetChecksum(odd, 1, 0), static_cast<uint16_t>(~0x1200));
}

TEST(SynSegment, FieldsAndChecksum) {
  const SynPacket packet = BuildSynPacket({.source_address = 0xc6120304,
                                           .target_address = 0x7f000001,
                                           .source_port = 0x1234,
                                           .target_port = 0x5678,
                                           .sequence = 0x9abcdef0});
  const std::vector<uint8_t> head(packet.begin(), packet.begin() + 34);
  const std::vector<uint8_t> expected = {0x45, 0,    0,    44,   0,    0,    0,    0,    64, 6, 0,
                                         0,    0xc6, 0x12, 3,    4,    127,  0,    0,    1,  // IPv4
                                         0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 0,  0, 0,
                                         0,    0x60, 0x02};  // TCP: SYN alone
  EXPECT_EQ(head, expected);
  // Over pseudo header and segment, the right checksum gives 0.
  std::vector<uint8_t> covered(packet.begin() + 12, packet.end());  // both addresses, the segment
  covered.insert(covered.end(), {0, 6, 0, 24});
  EXPECT_EQ(InternetChecksum(covered.data(), covered.size(), 0), 0);
}

}  // namespace
}  // namespace sluice::netlab
