// An endless stream of bytes made from a seed: one end fills messages with it, the other makes the
// same stream again and compares, so that every byte is checked and none is kept.
#ifndef SLUICE_TOOLS_LOAD_BYTE_STREAM_H_
#define SLUICE_TOOLS_LOAD_BYTE_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "reactor/base/prng.h"

namespace sluice::load {

// kText: ASCII from '0' to 'o', so letters of both cases and no line end. kUpperText: the same
// stream in upper case.
enum class Alphabet : uint8_t { kBinary, kText, kUpperText };

class ByteStream {
 public:
  ByteStream(uint64_t seed, Alphabet alphabet) : prng_(seed), alphabet_(alphabet) {}

  void Fill(char* out, size_t size) {
    while (size > 0) {
      const Piece piece = Next(size);
      std::memcpy(out, piece.bytes, piece.size);
      out += piece.size;
      size -= piece.size;
    }
  }

  // How many bytes from the front are the stream's next ones: `size` when all are.
  size_t Match(const char* data, size_t size) {
    size_t matched = 0;
    while (matched < size) {
      const Piece piece = Next(size - matched);
      if (std::memcmp(data + matched, piece.bytes, piece.size) == 0) {
        matched += piece.size;
        continue;
      }
      for (size_t i = 0; data[matched] == piece.bytes[i]; ++i) ++matched;
      break;
    }
    return matched;
  }

 private:
  struct Piece {
    const char* bytes;
    size_t size;
  };

  // Up to `size` bytes of the current word, which they use up.
  Piece Next(size_t size) {
    if (used_ == sizeof(word_)) {
      const uint64_t word = NextWord();
      std::memcpy(word_, &word, sizeof(word));
      used_ = 0;
    }
    const size_t left = sizeof(word_) - used_;
    const Piece piece{word_ + used_, size < left ? size : left};
    used_ += piece.size;
    return piece;
  }

  // Eight bytes at once: no byte overflows into the next.
  uint64_t NextWord() {
    constexpr uint64_t kEach = 0x0101010101010101;
    const uint64_t random = prng_.Next();
    if (alphabet_ == Alphabet::kBinary) return random;
    const uint64_t text = (random & (0x3f * kEach)) + 0x30 * kEach;
    if (alphabet_ == Alphabet::kText) return text;
    const uint64_t is_lower = (text + (0x80 - 'a') * kEach) & (0x80 * kEach);
    return text - (is_lower >> 2);  // 0x20 between the cases
  }

  Prng prng_;
  Alphabet alphabet_;
  char word_[8];
  size_t used_ = sizeof(word_);
};

}  // namespace sluice::load

#endif  // SLUICE_TOOLS_LOAD_BYTE_STREAM_H_
