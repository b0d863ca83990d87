// No codec reads a byte outside its input: the pages on either side of it may not be read at all.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "protocols/header.h"
#include "protocols/length_prefix.h"
#include "reactor/base/check.h"
#include "reactor/base/prng.h"
#include "tests/codecs/codec_cases.h"
#include "tests/codecs/split_driver.h"

namespace sluice::codec_test {
namespace {

enum class Edge { kStart, kEnd };

// Memory between two pages without any access; a stray read ends the test with SIGSEGV.
class GuardedMemory : public Placement {
 public:
  explicit GuardedMemory(Edge edge) : edge_(edge) {
    void* mapped =
        mmap(nullptr, kBytes + 2 * page_bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    SLUICE_CHECK(mapped != MAP_FAILED, "the test needs memory");
    mapped_ = static_cast<char*>(mapped);
    SLUICE_CHECK(mprotect(memory(), kBytes, PROT_READ | PROT_WRITE) == 0, "its own memory");
  }
  ~GuardedMemory() override { munmap(mapped_, kBytes + 2 * page_bytes_); }
  GuardedMemory(const GuardedMemory&) = delete;
  GuardedMemory& operator=(const GuardedMemory&) = delete;

  std::string_view Place(std::string_view bytes) override {
    SLUICE_CHECK(bytes.size() <= kBytes, "the test's input fits");
    char* at = edge_ == Edge::kStart ? memory() : memory() + kBytes - bytes.size();
    bytes.copy(at, bytes.size());
    return {at, bytes.size()};
  }

 private:
  static constexpr size_t kBytes = size_t{1} << 18;  // a multiple of every page size in use

  char* memory() { return mapped_ + page_bytes_; }

  const size_t page_bytes_ = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const Edge edge_;
  char* mapped_ = nullptr;
};

class GuardPageTest : public testing::TestWithParam<CodecCase> {};

TEST_P(GuardPageTest, NoCodecReadsOutsideItsInput) {
  for (const Edge edge : {Edge::kStart, Edge::kEnd}) {
    GuardedMemory guarded(edge);
    for (uint64_t seed = 1; seed <= 20; ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      Prng prng(seed);
      const std::string input = RandomInput(GetParam(), prng.Between(1, 200), prng).substr(0, 400);
      HeapPlacement heap;
      const Outcome whole = FeedComparable(GetParam(), Whole(input), heap);
      EXPECT_EQ(FeedComparable(GetParam(), ByteByByte(input), guarded), whole);
      for (size_t size = 0; size <= input.size(); ++size) {
        GetParam().feed(Whole(std::string_view(input).substr(0, size)), guarded);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Codecs, GuardPageTest, testing::ValuesIn(AllCodecCases()),
                         [](const auto& param) { return param.param.name; });

// Finding a counted message costs the same whatever its size: its bytes are not looked at. Here
// they cannot be, since they lie in the guard page.
TEST(GuardPageTest, CountedMessagesAreFoundWithoutReadingThem) {
  GuardedMemory guarded(Edge::kEnd);
  const std::string_view prefix = guarded.Place(std::string_view("\0\0\4\0", 4));
  const auto counted = LengthPrefixCodec().Decode({prefix.data(), 4 + 1024});
  EXPECT_EQ(counted.result, DecodeResult::kMessage);
  EXPECT_EQ(counted.message.size(), 1024u);

  const std::string_view header = guarded.Place(std::string_view("kind\0\0\4\0", 8));
  HeaderedCodec codec = HeaderedCodec::Create({.header_bytes = 8, .length_offset = 4}).value();
  const auto headered = codec.Decode({header.data(), 8 + 1024});
  EXPECT_EQ(headered.result, DecodeResult::kMessage);
  EXPECT_EQ(headered.message.payload.size(), 1024u);
}

}  // namespace
}  // namespace sluice::codec_test
