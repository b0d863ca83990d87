// The floor: finding the ends of lines with AVX2 and nothing else.
#include <cstddef>
#include <cstdint>

#include "bench/http/contender.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace sluice::bench_http {
namespace {

// Returns a number that depends on where each line ends.
__attribute__((target("avx2,bmi"), noinline)) size_t ScanLines(const char* bytes, size_t size) {
  size_t sum = 0;
  size_t at = 0;
  const __m256i newline = _mm256_set1_epi8('\n');
  for (; at + 32 <= size; at += 32) {
    const __m256i lane = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes + at));
    auto ends = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(lane, newline)));
    for (; ends != 0; ends &= ends - 1) sum ^= at + static_cast<size_t>(__builtin_ctz(ends));
  }
  for (; at < size; ++at) {
    if (bytes[at] == '\n') sum ^= at;
  }
  return sum;
}

class NewlineScan : public Contender {
 public:
  std::string name() const override { return "newline scan, avx2"; }
  std::string note() const override { return "the floor: finds line ends and parses nothing"; }
  void ParseEach(const Requests& requests) override {
    for (const std::string_view bytes : requests) Use(ScanLines(bytes.data(), bytes.size()));
  }
  bool takes_growing() const override { return false; }
  void ParseGrowing(const std::string&) override {}
  bool takes_chunks() const override { return false; }
  size_t DecodeChunks(const std::string&) override { return 0; }
};

}  // namespace

std::unique_ptr<Contender> MakeNewlineScan() {
  if (!__builtin_cpu_supports("avx2")) return nullptr;
  return std::make_unique<NewlineScan>();
}

}  // namespace sluice::bench_http

#else

namespace sluice::bench_http {

std::unique_ptr<Contender> MakeNewlineScan() {
  return nullptr;
}

}  // namespace sluice::bench_http

#endif
