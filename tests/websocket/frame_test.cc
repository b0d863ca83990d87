// Every case of the table: whole, cut at every byte, byte by byte, at the edges of what may be
// read; as whole messages and as parts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/codecs/guarded_memory.h"
#include "tests/websocket/frame_cases.h"
#include "tests/websocket/transcript.h"

namespace sluice::websocket_test {
namespace {

class FrameTest : public testing::TestWithParam<FrameCase> {
 protected:
  WebSocketReceiverOptions Options(bool whole) const {
    WebSocketReceiverOptions options;
    options.role = GetParam().role();
    options.whole_messages = whole;
    if (GetParam().deflate) options.deflate.emplace();
    return options;
  }
  std::string ReadPieces(const codec_test::Pieces& pieces, bool whole) {
    return Read(pieces, heap_, Options(whole), kCaseLimits);
  }

  codec_test::HeapPlacement heap_;
};

TEST_P(FrameTest, ComesToTheseEvents) {
  EXPECT_EQ(ReadPieces(codec_test::Whole(GetParam().input), true), GetParam().events);
  EXPECT_EQ(ReadPieces(codec_test::Whole(GetParam().input), false), GetParam().events);
}

TEST_P(FrameTest, ComesToTheSameHoweverItIsCut) {
  const std::string& input = GetParam().input;
  for (const bool whole : {true, false}) {
    for (size_t at = 0; at <= input.size(); ++at) {
      ASSERT_EQ(ReadPieces(codec_test::SplitAt(input, at), whole), GetParam().events)
          << "cut at " << at;
    }
    EXPECT_EQ(ReadPieces(codec_test::ByteByByte(input), whole), GetParam().events);
  }
}

TEST_P(FrameTest, IsReadWithinItsBytes) {
  for (const codec_test::Edge edge : {codec_test::Edge::kStart, codec_test::Edge::kEnd}) {
    codec_test::GuardedMemory memory(edge);
    EXPECT_EQ(Read(codec_test::ByteByByte(GetParam().input), memory, Options(true), kCaseLimits),
              GetParam().events);
  }
}

// What a table of frames cannot say: that an error is known with the byte that makes it one.
class RefusedFrameTest : public FrameTest {};

TEST_P(RefusedFrameTest, IsRefusedAtOnce) {
  const std::string& events = GetParam().events;
  const std::string& input = GetParam().input;
  size_t shortest = 0;
  while (ReadPieces({std::string_view(input).substr(0, shortest)}, true) != events) ++shortest;
  ASSERT_LE(shortest, input.size());
  for (size_t size = shortest; size <= input.size(); ++size) {
    ASSERT_EQ(ReadPieces({std::string_view(input).substr(0, size)}, true), events)
        << "the first " << size << " bytes";
  }
}

std::vector<FrameCase> RefusedCases() {
  std::vector<FrameCase> cases = AllFrameCases();
  std::erase_if(cases, [](const FrameCase& frame_case) {
    return frame_case.events.find("error") == std::string::npos;
  });
  return cases;
}

const auto kCaseName = [](const testing::TestParamInfo<FrameCase>& of) { return of.param.name; };

INSTANTIATE_TEST_SUITE_P(Table, FrameTest, testing::ValuesIn(AllFrameCases()), kCaseName);
INSTANTIATE_TEST_SUITE_P(Table, RefusedFrameTest, testing::ValuesIn(RefusedCases()), kCaseName);

size_t BytesUntilRefused(std::string_view input) {
  codec_test::HeapPlacement heap;
  size_t size = 0;
  while (size <= input.size() &&
         Read({input.substr(0, size)}, heap, {}, kCaseLimits).find("error") == std::string::npos) {
    ++size;
  }
  return size;
}

TEST(FrameRefusal, ComesWithTheByteThatMakesIt) {
  EXPECT_EQ(BytesUntilRefused(Masked(0x83, "abc")), 1u) << "an opcode";
  EXPECT_EQ(BytesUntilRefused(Unmasked(0x81, "abc")), 2u) << "a missing mask";
  EXPECT_EQ(BytesUntilRefused(Masked(0x82, std::string(1001, 'a'))), 4u) << "a length";
  EXPECT_EQ(BytesUntilRefused(Masked(0x81,
                                     "ab\xff"
                                     "cd")),
            9u)
      << "a byte in no text";
  EXPECT_EQ(BytesUntilRefused(Masked(0x81, "a\xed\xa0zzz")), 9u) << "half of a surrogate";
}

}  // namespace
}  // namespace sluice::websocket_test
