// What is accepted and what is refused, and that neither depends on how the bytes arrive, where
// they lie or what looks at them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/codecs/guarded_memory.h"
#include "tests/codecs/split_driver.h"
#include "tests/http/message_cases.h"
#include "tests/http/transcript.h"

namespace sluice::http_test {
namespace {

using codec_test::ByteByByte;
using codec_test::Edge;
using codec_test::GuardedMemory;
using codec_test::HeapPlacement;
using codec_test::Pieces;
using codec_test::Placement;
using codec_test::SplitAt;
using codec_test::Whole;

// Every cut of an input this long; of longer ones a few hundred.
constexpr size_t kEveryCutBytes = 1200;

// `read` gives the transcript of pieces; all of them must be `whole`.
template <class Read>
void ExpectSameForAllCuts(std::string_view input, const std::string& whole, const Read& read) {
  EXPECT_EQ(read(ByteByByte(input)), whole);
  const size_t step = input.size() <= kEveryCutBytes ? 1 : 97;
  for (size_t at = 0; at <= input.size(); at += step) {
    ASSERT_EQ(read(SplitAt(input, at)), whole) << "cut at " << at;
  }
}

std::string Name(const testing::TestParamInfo<MessageCase>& info) {
  return info.param.name;
}

class RequestTest : public testing::TestWithParam<MessageCase> {};

// The last line says how far the bytes went; a case that is not refused says nothing of that.
TEST_P(RequestTest, ReadsAsTheTableSays) {
  for (const Http1Scan* scan : AllHttp1Scans()) {
    SCOPED_TRACE(scan->name);
    const std::string transcript = ReadRequests(GetParam().bytes, {.scan = *scan});
    if (transcript.find("error") != std::string::npos) {
      EXPECT_EQ(transcript, GetParam().transcript);
    } else {
      EXPECT_EQ(transcript, GetParam().transcript + "more, " +
                                std::to_string(GetParam().bytes.size()) + " consumed\n");
    }
  }
}

TEST_P(RequestTest, ReadsTheSameInAnyPieces) {
  const std::string whole = ReadRequests(GetParam().bytes);
  for (const Http1Scan* scan : AllHttp1Scans()) {
    SCOPED_TRACE(scan->name);
    HeapPlacement heap;
    ExpectSameForAllCuts(GetParam().bytes, whole, [&](const Pieces& pieces) {
      return ReadRequests(pieces, heap, {.scan = *scan});
    });
  }
}

TEST_P(RequestTest, ReadsNothingOutsideItsInput) {
  const std::string_view input = GetParam().bytes;
  for (const Edge edge : {Edge::kStart, Edge::kEnd}) {
    GuardedMemory guarded(edge);
    for (const Http1Scan* scan : AllHttp1Scans()) {
      const Reader reader = {.scan = *scan};
      const size_t step = input.size() <= kEveryCutBytes ? 1 : 97;
      for (size_t size = 0; size <= input.size(); size += step) {
        ReadRequests(Whole(input.substr(0, size)), guarded, reader);
        ReadRequests(SplitAt(input, size), guarded, reader);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Accepted, RequestTest, testing::ValuesIn(AcceptedRequests()), Name);
INSTANTIATE_TEST_SUITE_P(RefusedLine, RequestTest, testing::ValuesIn(RefusedRequestLines()), Name);
INSTANTIATE_TEST_SUITE_P(RefusedField, RequestTest, testing::ValuesIn(RefusedFields()), Name);
INSTANTIATE_TEST_SUITE_P(RefusedFraming, RequestTest, testing::ValuesIn(RefusedFraming()), Name);
INSTANTIATE_TEST_SUITE_P(RefusedByte, RequestTest, testing::ValuesIn(RefusedBytes()), Name);
INSTANTIATE_TEST_SUITE_P(Body, RequestTest, testing::ValuesIn(RequestBodies()), Name);

class ResponseTest : public testing::TestWithParam<MessageCase> {};

TEST_P(ResponseTest, ReadsAsTheTableSaysInAnyPieces) {
  for (const Http1Scan* scan : AllHttp1Scans()) {
    SCOPED_TRACE(scan->name);
    const Reader reader = {.scan = *scan};
    const std::string whole = ReadResponses(GetParam().bytes, reader);
    EXPECT_THAT(whole, testing::StartsWith(GetParam().transcript));
    for (const Edge edge : {Edge::kStart, Edge::kEnd}) {
      GuardedMemory guarded(edge);
      ExpectSameForAllCuts(GetParam().bytes, whole, [&](const Pieces& pieces) {
        return ReadResponses(pieces, guarded, reader);
      });
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, ResponseTest, testing::ValuesIn(Responses()), Name);

// The method that is answered decides before the fields do.
TEST(ResponseTo, HeadAndConnectAreFramedByTheirMethod) {
  const std::string_view bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
  const Reader head = {.answered = Http1Method::kHead};
  EXPECT_THAT(ReadResponses(bytes, head), testing::HasSubstr("no body 5 keep"));
  const Reader connect = {.answered = Http1Method::kConnect};
  EXPECT_THAT(ReadResponses(bytes, connect), testing::HasSubstr("tunnel 5 close"));
  const std::string_view refused = "HTTP/1.1 403 No\r\nContent-Length: 5\r\n\r\n";
  EXPECT_THAT(ReadResponses(refused, connect), testing::HasSubstr("length 5 keep"));
}

}  // namespace
}  // namespace sluice::http_test
