// What the fuzz targets of HTTP/1.1 share.
#ifndef SLUICE_TESTS_FUZZ_HTTP1_FUZZ_H_
#define SLUICE_TESTS_FUZZ_HTTP1_FUZZ_H_

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "reactor/base/prng.h"
#include "tests/codecs/split_driver.h"
#include "tests/http/transcript.h"

namespace sluice::http_test {

// The cuts must follow from the input, or a crash could not be replayed.
inline uint64_t SeedOf(std::string_view input) {
  uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a
  for (const char byte : input) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3u;
  return hash;
}

inline void ExpectSame(const char* what, const std::string& one, const std::string& other) {
  if (one == other) return;
  std::fprintf(stderr, "%s:\n%s---\n%s", what, one.c_str(), other.c_str());
  std::abort();
}

// Checks that `read` gives the same of the whole input and of pieces of it, with every scan, and
// returns it. `read(pieces, placement, reader)` gives a transcript.
template <class Read>
std::string ExpectSameHoweverItArrives(std::string_view input, Reader reader, const Read& read) {
  // Byte by byte copies the unconsumed input once per byte; above this random cuts have to do.
  constexpr size_t kByteByByteMax = 600;
  Prng prng(SeedOf(input));
  codec_test::HeapPlacement heap;
  const std::string whole = read(codec_test::Whole(input), heap, reader);
  for (const Http1Scan* scan : AllHttp1Scans()) {
    const Reader other = {.scan = *scan, .limits = reader.limits, .answered = reader.answered};
    ExpectSame(scan->name, read(codec_test::Whole(input), heap, other), whole);
    const size_t at = prng.Between(0, input.size());
    ExpectSame(scan->name, read(codec_test::SplitAt(input, at), heap, other), whole);
    const size_t piece_bytes_max = std::max<size_t>(1, input.size() / 4);
    const auto pieces = codec_test::RandomSplit(input, piece_bytes_max, prng);
    ExpectSame(scan->name, read(pieces, heap, other), whole);
    if (input.size() > kByteByByteMax) continue;
    ExpectSame(scan->name, read(codec_test::ByteByByte(input), heap, other), whole);
  }
  return whole;
}

}  // namespace sluice::http_test

#endif  // SLUICE_TESTS_FUZZ_HTTP1_FUZZ_H_
