// Fuzz target: whatever the bytes and however they are cut, every codec gives the same messages and
// the same error, reads nothing outside its input and consumes what it says.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "reactor/base/prng.h"
#include "tests/codecs/codec_cases.h"
#include "tests/codecs/split_driver.h"

namespace sluice::codec_test {
namespace {

// Byte by byte copies the unconsumed input once per byte; above this random cuts have to do.
constexpr size_t kByteByByteMax = 600;

void ExpectSame(const CodecCase& codec, const Outcome& whole, const Pieces& pieces) {
  HeapPlacement heap;
  const Outcome outcome = FeedComparable(codec, pieces, heap);
  if (outcome == whole) return;
  std::fprintf(stderr, "%s: whole: %s; in %zu pieces: %s\n", codec.name.c_str(),
               Describe(whole).c_str(), pieces.size(), Describe(outcome).c_str());
  std::abort();
}

// The cuts must follow from the input, or a crash could not be replayed.
uint64_t SeedOf(std::string_view input) {
  uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a
  for (const char byte : input) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3u;
  return hash;
}

}  // namespace

void CheckAllCodecs(std::string_view input) {
  Prng prng(SeedOf(input));
  for (const CodecCase& codec : AllCodecCases()) {
    HeapPlacement heap;
    const Outcome whole = FeedComparable(codec, Whole(input), heap);
    ExpectSame(codec, whole, SplitAt(input, prng.Between(0, input.size())));
    ExpectSame(codec, whole, RandomSplit(input, std::max<size_t>(1, input.size() / 4), prng));
    if (input.size() <= kByteByByteMax) ExpectSame(codec, whole, ByteByByte(input));
  }
}

}  // namespace sluice::codec_test

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::codec_test::CheckAllCodecs({reinterpret_cast<const char*>(data), size});
  return 0;
}
