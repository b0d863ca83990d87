// Holds for every codec: the same input gives the same messages and the same error however it is
// cut, and what Encode wrote Decode reads.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reactor/base/prng.h"
#include "tests/codecs/codec_cases.h"
#include "tests/codecs/split_driver.h"

namespace sluice::codec_test {
namespace {

class SplitTest : public testing::TestWithParam<CodecCase> {
 protected:
  // The outcome of `pieces` is that of the whole input.
  testing::AssertionResult SameAsWhole(const Outcome& whole, const Pieces& pieces) {
    const Outcome outcome = FeedComparable(GetParam(), pieces, heap_);
    if (outcome == whole) return testing::AssertionSuccess();
    std::string cuts;
    for (size_t i = 0; i < std::min<size_t>(pieces.size(), 40); ++i) {
      cuts += " " + std::to_string(pieces[i].size());
    }
    return testing::AssertionFailure()
           << "whole: " << Describe(whole) << "; pieces of" << cuts << ": " << Describe(outcome);
  }

  Outcome FeedWhole(std::string_view input) {
    return FeedComparable(GetParam(), Whole(input), heap_);
  }

  HeapPlacement heap_;
};

TEST_P(SplitTest, EveryCutOfShortInputsGivesTheSameMessages) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Prng prng(seed);
    const std::string input = RandomInput(GetParam(), prng.Between(1, 90), prng).substr(0, 400);
    const Outcome whole = FeedWhole(input);
    ASSERT_TRUE(SameAsWhole(whole, ByteByByte(input)));
    for (size_t offset = 0; offset <= input.size(); ++offset) {
      ASSERT_TRUE(SameAsWhole(whole, SplitAt(input, offset)));
    }
  }
}

TEST_P(SplitTest, EveryWayToCutATinyInputGivesTheSameMessages) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Prng prng(seed);
    const std::string input = RandomInput(GetParam(), 10, prng).substr(0, 10);
    const Outcome whole = FeedWhole(input);
    for (uint32_t cuts = 0; cuts < (1u << (input.size() - 1)); ++cuts) {
      Pieces pieces;
      size_t begin = 0;
      for (size_t end = 1; end <= input.size(); ++end) {
        if (end < input.size() && (cuts >> (end - 1) & 1) == 0) continue;
        pieces.push_back(std::string_view(input).substr(begin, end - begin));
        begin = end;
      }
      ASSERT_TRUE(SameAsWhole(whole, pieces));
    }
  }
}

TEST_P(SplitTest, RandomCutsOfLongInputsGiveTheSameMessages) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Prng prng(seed);
    const std::string input = RandomInput(GetParam(), prng.Between(500, 5000), prng);
    const Outcome whole = FeedWhole(input);
    for (const size_t piece_bytes_max : {2, 30, 300, 2000}) {
      ASSERT_TRUE(SameAsWhole(whole, RandomSplit(input, piece_bytes_max, prng)));
    }
  }
}

TEST_P(SplitTest, DecodeReadsWhatEncodeWrote) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Prng prng(seed);
    std::string input;
    Outcome expected;
    for (int i = 0; i < 40; ++i) {
      expected.messages.push_back(AppendRandomFrame(GetParam(), prng, &input));
    }
    expected.consumed_bytes = input.size();
    if (GetParam().chunks_are_messages) expected.messages = {input};
    ASSERT_TRUE(SameAsWhole(expected, Whole(input)));
    ASSERT_TRUE(SameAsWhole(expected, RandomSplit(input, 50, prng)));
  }
}

// The other tests prove little if random input never errs, or always does.
TEST_P(SplitTest, RandomInputReachesMessagesAndErrors) {
  size_t messages = 0;
  size_t errors = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    Prng prng(seed);
    const Outcome outcome = FeedWhole(RandomInput(GetParam(), 500, prng));
    messages += outcome.messages.size();
    errors += outcome.error != CodecError::kNone;
  }
  EXPECT_GT(messages, 50u);
  EXPECT_EQ(errors == 0, GetParam().any_bytes_decode) << errors << " errors";
}

INSTANTIATE_TEST_SUITE_P(Codecs, SplitTest, testing::ValuesIn(AllCodecCases()),
                         [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace sluice::codec_test
