#include "tools/sim/scenarios/pattern.h"

#include "reactor/base/prng.h"

namespace sluice::simulate {
namespace {

// Words of pseudo-random bytes, so that a byte lost, doubled or swapped shows.
class Words {
 public:
  explicit Words(uint8_t stream) : stream_(stream) {}

  char At(uint64_t place) {
    if (place == 0) return static_cast<char>(stream_);
    if (place / 8 != index_) {
      index_ = place / 8;
      word_ = Prng(uint64_t{stream_} << 56 ^ index_).Next();
    }
    return static_cast<char>(word_ >> (place % 8 * 8));
  }

 private:
  const uint8_t stream_;
  uint64_t index_ = UINT64_MAX;
  uint64_t word_ = 0;
};

}  // namespace

std::string_view PatternSource::Next(size_t size) {
  Words words(stream_);
  piece_.resize(size);
  for (char& byte : piece_) byte = words.At(given_++);
  return piece_;
}

bool PatternSink::Take(std::string_view bytes) {
  if (taken_ == 0 && !bytes.empty()) stream_ = static_cast<uint8_t>(bytes.front());
  Words words(stream_);
  for (const char byte : bytes) {
    if (byte != words.At(taken_++)) return false;
  }
  return true;
}

}  // namespace sluice::simulate
