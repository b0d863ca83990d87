// A seeded generator: the only randomness of Sluice. The same seed gives the same numbers on every
// machine and build, which std distributions do not promise.
//
//   Prng prng(seed);
//   size_t bytes = prng.Between(1, 1024);
#ifndef SLUICE_REACTOR_BASE_PRNG_H_
#define SLUICE_REACTOR_BASE_PRNG_H_

#include <cstdint>

#include "reactor/base/check.h"

namespace sluice {

// splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
// Not for secrets. Not thread-safe.
class Prng {
 public:
  explicit Prng(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  // Uniform in [low, high], both included.
  uint64_t Between(uint64_t low, uint64_t high) {
    SLUICE_CHECK(low <= high, "an empty range has no number");
    const uint64_t span = high - low + 1;
    return span == 0 ? Next() : low + Next() % span;
  }

  // True with probability numerator / denominator.
  bool Chance(uint64_t numerator, uint64_t denominator) {
    SLUICE_CHECK(denominator > 0, "a ratio needs a denominator");
    return Next() % denominator < numerator;
  }

 private:
  uint64_t state_;
};

}  // namespace sluice

#endif  // SLUICE_REACTOR_BASE_PRNG_H_
