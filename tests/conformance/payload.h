// Bytes that show whether they were lost, repeated or swapped, and a hash to compare streams by.
#ifndef SLUICE_TESTS_CONFORMANCE_PAYLOAD_H_
#define SLUICE_TESTS_CONFORMANCE_PAYLOAD_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "reactor/base/prng.h"

namespace sluice::test {

// The same seed gives the same bytes; different seeds differ within the first eight.
inline std::string Payload(uint64_t seed, size_t size) {
  Prng prng(seed);
  std::string bytes(size, '\0');
  for (size_t at = 0; at < size; at += sizeof(uint64_t)) {
    const uint64_t word = prng.Next();
    std::memcpy(bytes.data() + at, &word, size - at < sizeof(word) ? size - at : sizeof(word));
  }
  return bytes;
}

// FNV-1a, fed in pieces: equal for equal streams however they were cut.
class StreamHash {
 public:
  void Add(std::string_view bytes) {
    for (const char byte : bytes) {
      value_ = (value_ ^ static_cast<unsigned char>(byte)) * 0x100000001b3u;
    }
  }
  uint64_t value() const { return value_; }

 private:
  uint64_t value_ = 0xcbf29ce484222325u;
};

inline uint64_t HashOf(std::string_view bytes) {
  StreamHash hash;
  hash.Add(bytes);
  return hash.value();
}

}  // namespace sluice::test

#endif  // SLUICE_TESTS_CONFORMANCE_PAYLOAD_H_
