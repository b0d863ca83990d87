#include "protocols/websocket_mask.h"

#include <bit>
#include <cstring>

namespace sluice {
namespace {

// What the compiler makes the widest registers of the target of: SSE2 or NEON at least.
using Lane = uint64_t __attribute__((vector_size(16)));
constexpr size_t kLanes = 4;

template <class Word>
void ApplyWord(char* to, const char* from, const Word& key) {
  Word word;
  std::memcpy(&word, from, sizeof(word));
  word ^= key;
  std::memcpy(to, &word, sizeof(word));
}

// The first byte of memory is the lowest of a little-endian word and the highest of a big-endian.
uint32_t Rotated(uint32_t key, size_t bytes) {
  const int bits = static_cast<int>(bytes % 4) * 8;
  return std::endian::native == std::endian::little ? std::rotr(key, bits) : std::rotl(key, bits);
}

}  // namespace

WebSocketMask::WebSocketMask(const char* key) {
  std::memcpy(&key_, key, sizeof(key_));
}

void WebSocketMask::Skip(size_t size) {
  key_ = Rotated(key_, size);
}

void WebSocketMask::Apply(char* to, const char* from, size_t size) {
  const uint64_t key = uint64_t{key_} << 32 | key_;
  const Lane lane = {key, key};
  size_t at = 0;
  for (; size - at >= kLanes * sizeof(Lane); at += kLanes * sizeof(Lane)) {
    for (size_t i = 0; i < kLanes; ++i) {
      ApplyWord(to + at + i * sizeof(Lane), from + at + i * sizeof(Lane), lane);
    }
  }
  for (; size - at >= sizeof(key); at += sizeof(key)) ApplyWord(to + at, from + at, key);
  char bytes[sizeof(key)];
  std::memcpy(bytes, &key, sizeof(key));
  for (size_t i = 0; at + i < size; ++i) to[at + i] = static_cast<char>(from[at + i] ^ bytes[i]);
  Skip(size);
}

}  // namespace sluice
