#include "protocols/utf8.h"

#include <array>
#include <cstring>

namespace sluice {
namespace {

// An automaton whose whole row for a byte is one word: the next state stands at the bits that the
// state itself numbers, so that a step is one shift and the table is read ahead of it.
enum State : uint8_t {
  kText = 0,  // between two characters
  kRefused = 6,
  kOneMore = 12,
  kTwoMore = 18,
  kThreeMore = 24,
  kAfterE0 = 30,  // not below A0: it would fit two bytes
  kAfterEd = 36,  // not above 9F: surrogates
  kAfterF0 = 42,  // not below 90: it would fit three bytes
  kAfterF4 = 48,  // not above 8F: beyond U+10FFFF
};
constexpr uint64_t kStateMask = 63;

constexpr State FirstByte(int byte) {
  if (byte < 0x80) return kText;
  if (byte < 0xc2) return kRefused;
  if (byte < 0xe0) return kOneMore;
  if (byte == 0xe0) return kAfterE0;
  if (byte == 0xed) return kAfterEd;
  if (byte < 0xf0) return kTwoMore;
  if (byte == 0xf0) return kAfterF0;
  if (byte < 0xf4) return kThreeMore;
  return byte == 0xf4 ? kAfterF4 : kRefused;
}

constexpr uint64_t Row(int byte) {
  const auto within = [byte](int low, int high, State next) {
    return uint64_t{byte >= low && byte <= high ? next : kRefused};
  };
  return uint64_t{FirstByte(byte)} << kText | uint64_t{kRefused} << kRefused |
         within(0x80, 0xbf, kText) << kOneMore | within(0x80, 0xbf, kOneMore) << kTwoMore |
         within(0x80, 0xbf, kTwoMore) << kThreeMore | within(0xa0, 0xbf, kOneMore) << kAfterE0 |
         within(0x80, 0x9f, kOneMore) << kAfterEd | within(0x90, 0xbf, kTwoMore) << kAfterF0 |
         within(0x80, 0x8f, kTwoMore) << kAfterF4;
}

constexpr std::array<uint64_t, 256> kRows = [] {
  std::array<uint64_t, 256> rows{};
  for (int byte = 0; byte < 256; ++byte) rows[static_cast<size_t>(byte)] = Row(byte);
  return rows;
}();

constexpr size_t kBlockBytes = 32;

bool IsAsciiBlock(const char* bytes) {
  std::array<uint64_t, kBlockBytes / 8> words;
  std::memcpy(words.data(), bytes, kBlockBytes);
  return ((words[0] | words[1] | words[2] | words[3]) & 0x8080808080808080u) == 0;
}

uint64_t Step(uint64_t state, const char* bytes, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    state = kRows[static_cast<unsigned char>(bytes[i])] >> (state & kStateMask);
  }
  return state & kStateMask;
}

}  // namespace

bool Utf8Validator::Take(std::string_view bytes) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  uint64_t state = state_;
  while (static_cast<size_t>(end - at) >= kBlockBytes && state != kRefused) {
    if (state != kText || !IsAsciiBlock(at)) state = Step(state, at, kBlockBytes);
    at += kBlockBytes;
  }
  state_ = static_cast<uint8_t>(Step(state, at, static_cast<size_t>(end - at)));
  return state_ != kRefused;
}

}  // namespace sluice
