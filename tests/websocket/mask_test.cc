#include <gtest/gtest.h>

#include <string>

#include "protocols/websocket_mask.h"
#include "reactor/base/prng.h"

namespace sluice {
namespace {

constexpr char kKey[] = {'\x12', '\xfe', '\x80', '\x07'};

std::string ByteByByte(std::string bytes) {
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] ^= kKey[i % 4];
  return bytes;
}

std::string Random(size_t size, Prng& prng) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(prng.Next());
  return bytes;
}

TEST(WebSocketMask, IsTheSameOfEverySizeAndAtEveryPlace) {
  Prng prng(1);
  for (size_t size = 0; size <= 200; ++size) {
    for (size_t offset = 0; offset < 16; ++offset) {
      const std::string plain = Random(size, prng);
      std::string placed = std::string(offset, 'x') + plain;
      WebSocketMask(kKey).Apply(placed.data() + offset, placed.data() + offset, size);
      ASSERT_EQ(placed, std::string(offset, 'x') + ByteByByte(plain)) << size << " at " << offset;
    }
  }
}

TEST(WebSocketMask, GoesOnWhereItEnded) {
  Prng prng(2);
  const std::string plain = Random(300, prng);
  for (size_t cut = 0; cut <= plain.size(); ++cut) {
    std::string masked(plain.size(), '\0');
    WebSocketMask mask(kKey);
    mask.Apply(masked.data(), plain.data(), cut);
    mask.Apply(masked.data() + cut, plain.data() + cut, plain.size() - cut);
    ASSERT_EQ(masked, ByteByByte(plain)) << "cut at " << cut;
    WebSocketMask skipped(kKey);
    skipped.Skip(cut);
    std::string rest = plain.substr(cut);
    skipped.Apply(rest.data(), rest.data(), rest.size());
    ASSERT_EQ(rest, ByteByByte(plain).substr(cut)) << "skipped " << cut;
  }
}

TEST(WebSocketMask, OfNothingChangesNothing) {
  std::string bytes(100, 'a');
  WebSocketMask().Apply(bytes.data(), bytes.data(), bytes.size());
  EXPECT_EQ(bytes, std::string(100, 'a'));
}

}  // namespace
}  // namespace sluice
