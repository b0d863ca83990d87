// No codec reads a byte outside its input: the pages on either side of it may not be read at all.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "protocols/header.h"
#include "protocols/length_prefix.h"
#include "reactor/base/prng.h"
#include "tests/codecs/codec_cases.h"
#include "tests/codecs/guarded_memory.h"
#include "tests/codecs/split_driver.h"

namespace sluice::codec_test {
namespace {

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
