// The bytes of a stream: known at every position, different for every connection.
#ifndef SLUICE_BENCH_COMPARE_PATTERN_H_
#define SLUICE_BENCH_COMPARE_PATTERN_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "reactor/base/prng.h"

namespace sluice::compare {

class Pattern {
 public:
  static constexpr size_t kChunkMax = 64 << 10;

  Pattern() : bytes_(kPeriod + kChunkMax, '\0') {
    Prng prng(1);
    for (size_t i = 0; i < bytes_.size(); ++i) {
      bytes_[i] = i < kPeriod ? static_cast<char>(prng.Next()) : bytes_[i - kPeriod];
    }
  }

  // kChunkMax bytes of the stream from `position` on.
  const char* At(uint32_t connection, uint64_t position) const {
    return &bytes_[(connection * uint64_t{257} + position) % kPeriod];
  }

  // Whether what arrived is right: all of it, of much the ends.
  bool Matches(uint32_t connection, uint64_t position, const char* data, size_t size) const {
    const char* wanted = At(connection, position);
    if (size <= kWhole) return std::memcmp(wanted, data, size) == 0;
    const size_t tail = size - kEnd;
    return std::memcmp(wanted, data, kEnd) == 0 &&
           std::memcmp(wanted + tail, data + tail, kEnd) == 0;
  }

 private:
  static constexpr size_t kPeriod = 4093;  // prime: no message size divides it
  static constexpr size_t kWhole = 2048;
  static constexpr size_t kEnd = 64;

  std::string bytes_;
};

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_PATTERN_H_
