// Limits: each at its value and one above, and that a limit strikes before the end of what it
// limits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "protocols/http1_body.h"
#include "protocols/http1_parser.h"
#include "tests/codecs/split_driver.h"
#include "tests/http/message_cases.h"
#include "tests/http/transcript.h"

namespace sluice::http_test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kHostLine = "Host: a\r\n";

// The transcript of a request given byte by byte: the earliest a limit can strike.
std::string ReadSlowly(const std::string& bytes, const Http1Limits& limits) {
  codec_test::HeapPlacement heap;
  const Reader reader = {.limits = limits};
  const std::string slowly = ReadRequests(codec_test::ByteByByte(bytes), heap, reader);
  EXPECT_EQ(ReadRequests(bytes, reader), slowly);
  return slowly;
}

std::string Request(const std::string& target, const std::string& fields,
                    const std::string& body = "") {
  return "GET " + target + " HTTP/1.1\r\n" + std::string(kHostLine) + fields + "\r\n" + body;
}

std::string Chunked(const std::string& body) {
  return Request("/", "Transfer-Encoding: chunked\r\n", body);
}

TEST(LimitsTest, DefaultsAreValid) {
  EXPECT_TRUE(ValidateHttp1Limits({}).ok());
}

TEST(LimitsTest, WhatNoParserCanKeepIsRefusedInWords) {
  EXPECT_THAT(std::string(ValidateHttp1Limits({.head_bytes_max = 65536}).message()),
              HasSubstr("head_bytes_max is 65536; give 18 to 65535"));
  EXPECT_FALSE(ValidateHttp1Limits({.head_bytes_max = 17}).ok());
  EXPECT_FALSE(ValidateHttp1Limits({.fields_max = kHttp1FieldCapacity + 1}).ok());
  EXPECT_FALSE(ValidateHttp1Limits({.fields_max = 0}).ok());
  EXPECT_FALSE(ValidateHttp1Limits({.body_bytes_max = UINT64_MAX}).ok());
}

TEST(LimitsTest, Target) {
  const Http1Limits limits = {.target_bytes_max = 10};
  EXPECT_THAT(ReadSlowly(Request("/123456789", ""), limits), HasSubstr("end"));
  EXPECT_THAT(ReadSlowly(Request("/1234567890", ""), limits), HasSubstr("414"));
}

TEST(LimitsTest, TargetIsTooLongBeforeItsLineEnds) {
  const Http1Limits limits = {.target_bytes_max = 10};
  EXPECT_EQ(ReadSlowly("GET /" + std::string(50, 't'), limits),
            ErrorLine(414, Http1Error::kTargetTooLong));
}

TEST(LimitsTest, FieldLine) {
  const Http1Limits limits = {.field_line_bytes_max = 20};
  EXPECT_THAT(ReadSlowly(Request("/", "X: " + std::string(17, 'y') + "\r\n"), limits),
              HasSubstr("end"));
  EXPECT_EQ(ReadSlowly("GET / HTTP/1.1\r\nX: " + std::string(18, 'y'), limits),
            ErrorLine(431, Http1Error::kFieldLineTooLong));
}

TEST(LimitsTest, FieldCount) {
  const Http1Limits limits = {.fields_max = 2};
  EXPECT_THAT(ReadSlowly(Request("/", "X: y\r\n"), limits), HasSubstr("end"));
  EXPECT_EQ(ReadSlowly(Request("/", "X: y\r\nX: y\r\n"), limits),
            ErrorLine(431, Http1Error::kTooManyFields));
}

TEST(LimitsTest, FieldCountUpToTheCapacity) {
  const Http1Limits limits = {.fields_max = kHttp1FieldCapacity};
  std::string fields;
  for (size_t i = 1; i < kHttp1FieldCapacity; ++i) fields += "X: y\r\n";
  EXPECT_THAT(ReadSlowly(Request("/", fields), limits), HasSubstr("end"));
  EXPECT_EQ(ReadSlowly(Request("/", fields + "X: y\r\n"), limits),
            ErrorLine(431, Http1Error::kTooManyFields));
}

TEST(LimitsTest, Head) {
  const std::string request = Request("/", "X: " + std::string(5000, 'y') + "\r\n");
  Http1Limits limits = {.head_bytes_max = request.size()};
  EXPECT_THAT(ReadSlowly(request, limits), HasSubstr("end"));
  EXPECT_THAT(ReadSlowly(request + request, limits), Not(HasSubstr("error")));
  --limits.head_bytes_max;
  EXPECT_EQ(ReadSlowly(request, limits), ErrorLine(431, Http1Error::kHeadTooLong));
}

TEST(LimitsTest, HeadOfTheLargestSizeThereIs) {
  const Http1Limits limits = {.head_bytes_max = 65535, .field_line_bytes_max = 65535};
  const std::string field = "X: " + std::string(65535 - Request("/", "").size() - 5, 'y') + "\r\n";
  EXPECT_THAT(ReadRequests(Request("/", field), {.limits = limits}), HasSubstr("end"));
}

TEST(LimitsTest, UnescapedTargetsAreTakenWhereAllowed) {
  const std::string request = Request("/a|b?c=\"{<d>}[e]^`\\", "");
  EXPECT_THAT(ReadSlowly(request, {}), HasSubstr("malformed target"));
  EXPECT_THAT(ReadSlowly(request, {.unescaped_target_allowed = true}),
              HasSubstr("path='/a|b' query='c=\"{<d>}[e]^`\\'"));
  EXPECT_THAT(ReadSlowly(Request("/a#b", ""), {.unescaped_target_allowed = true}),
              HasSubstr("malformed target"));
}

TEST(LimitsTest, BodyOfKnownLength) {
  const Http1Limits limits = {.body_bytes_max = 3};
  EXPECT_THAT(ReadSlowly(Request("/", "Content-Length: 3\r\n", "abc"), limits),
              HasSubstr("content 'abc'\nend"));
  EXPECT_THAT(ReadSlowly(Request("/", "Content-Length: 4\r\n"), limits), HasSubstr("413"));
}

TEST(LimitsTest, BodyInChunks) {
  const Http1Limits limits = {.body_bytes_max = 3};
  EXPECT_THAT(ReadSlowly(Chunked("2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"), limits),
              HasSubstr("content 'abc'\nend"));
  EXPECT_THAT(ReadSlowly(Chunked("2\r\nab\r\n2\r\n"), limits),
              HasSubstr("content 'ab'\nerror 413 body too long"));
}

TEST(LimitsTest, BodyUntilClose) {
  const Reader reader = {.limits = {.body_bytes_max = 3}};
  const std::string head = "HTTP/1.1 200 OK\r\n\r\n";
  EXPECT_THAT(ReadResponses(head + "abc", reader), HasSubstr("content 'abc'\nmore"));
  EXPECT_THAT(ReadResponses(head + "abcd", reader), HasSubstr("content 'abc'\nerror 413"));
}

TEST(LimitsTest, ChunkLine) {
  const Http1Limits limits = {.chunk_line_bytes_max = 4};
  EXPECT_THAT(ReadSlowly(Chunked("1;ab\r\nx\r\n0\r\n\r\n"), limits), HasSubstr("end"));
  EXPECT_THAT(ReadSlowly(Chunked("1;abc"), limits), HasSubstr("413 chunk size line too long"));
  EXPECT_THAT(ReadSlowly(Chunked("0001\r\nx\r\n0\r\n\r\n"), limits), HasSubstr("end"));
  EXPECT_THAT(ReadSlowly(Chunked("00001\r\nx\r\n"), limits), HasSubstr("413"));
}

// Chunks of one byte have five bytes of framing each: that is allowed for ever.
TEST(LimitsTest, ChunksOfOneByteAreNotTooMuchFraming) {
  std::string body;
  for (int i = 0; i < 20000; ++i) body += "1\r\nx\r\n";
  EXPECT_THAT(ReadRequests(Chunked(body + "0\r\n\r\n")), HasSubstr("\nend\n"));
}

TEST(LimitsTest, ExtensionsOnEachOfThemAre) {
  std::string body;
  for (int i = 0; i < 20000; ++i) body += "1;extension\r\nx\r\n";
  EXPECT_THAT(ReadRequests(Chunked(body)), HasSubstr("413 too much framing"));
}

TEST(LimitsTest, FramingIsFreeUpToAnAmountAndThenPaidForByContent) {
  const Http1Limits limits = {.chunk_framing_bytes_free = 20, .chunk_framing_ratio_max = 1};
  EXPECT_THAT(ReadSlowly(Chunked("1;23456789012345678\r\n"), limits), HasSubstr("413"));
  EXPECT_THAT(ReadSlowly(Chunked("1;2345678901234567\r\nx\r\n"), limits), HasSubstr("more"));
  EXPECT_THAT(
      ReadSlowly(Chunked("1\r\nx\r\n1\r\nx\r\n1\r\nx\r\n1\r\nx\r\n1\r\nx\r\n0\r\n\r\n"), limits),
      HasSubstr("413"));
  EXPECT_THAT(
      ReadSlowly(Chunked("9\r\n123456789\r\n5\r\n12345\r\n5\r\n12345\r\n0\r\n\r\n"), limits),
      HasSubstr("end"));
}

TEST(LimitsTest, Trailers) {
  const Http1Limits limits = {.trailer_bytes_max = 10, .trailers_max = 2};
  EXPECT_THAT(ReadSlowly(Chunked("0\r\nA:b\r\nC:d\r\n\r\n"), limits), HasSubstr("end"));
  EXPECT_THAT(ReadSlowly(Chunked("0\r\nA:b\r\nC:d"), limits), HasSubstr("more"));
  EXPECT_THAT(ReadSlowly(Chunked("0\r\nA:b\r\nC:ddddddd"), limits), HasSubstr("431 trailers too"));
  EXPECT_THAT(ReadSlowly(Chunked("0\r\na:\r\nb:\r\nc:\r\n\r\n"), limits),
              HasSubstr("431 too many"));
}

TEST(BodyTest, FinishSaysWhetherTheBodyWasWhole) {
  const Http1Limits limits;
  Http1Framing framing;
  EXPECT_EQ(Http1Body(framing, limits).Finish(), Http1Error::kNone);
  framing.body = Http1BodyKind::kUntilClose;
  EXPECT_EQ(Http1Body(framing, limits).Finish(), Http1Error::kNone);
  framing.body = Http1BodyKind::kLength;
  framing.content_length = 2;
  Http1Body length(framing, limits);
  EXPECT_EQ(length.Decode("x").consumed, 1u);
  EXPECT_EQ(length.Finish(), Http1Error::kBodyTruncated);
  EXPECT_EQ(length.Decode("xyz").consumed, 1u);
  EXPECT_EQ(length.Finish(), Http1Error::kNone);
  framing.body = Http1BodyKind::kChunked;
  Http1Body chunked(framing, limits);
  EXPECT_EQ(chunked.Decode("0\r\n").kind, Http1BodyPart::kNeedMore);
  EXPECT_EQ(chunked.Finish(), Http1Error::kBodyTruncated);
  EXPECT_EQ(chunked.Decode("\r\n").kind, Http1BodyPart::kEnd);
  EXPECT_EQ(chunked.Finish(), Http1Error::kNone);
}

TEST(ParserTest, KnowsWhetherItIsWithinAMessage) {
  const Http1Limits limits;
  Http1RequestParser parser(limits);
  Http1Request request;
  EXPECT_FALSE(parser.mid_message());
  parser.Parse("GET /", &request);
  EXPECT_TRUE(parser.mid_message());
  parser.Parse("GET / HTTP/1.0\r\n\r\n", &request);
  EXPECT_FALSE(parser.mid_message());
}

// Some clients send a line end behind a body that they did not count: no message was begun.
TEST(ParserTest, AnEmptyLineAloneBeginsNoMessage) {
  const Http1Limits limits;
  Http1RequestParser parser(limits);
  Http1Request request;
  EXPECT_EQ(parser.Parse("\r\n", &request).result, DecodeResult::kNeedMore);
  EXPECT_FALSE(parser.mid_message());
  parser.Parse("\r\nG", &request);
  EXPECT_TRUE(parser.mid_message());
  EXPECT_EQ(parser.Parse("\r\nGET / HTTP/1.0\r\n\r\n", &request).consumed, 20u);
}

TEST(ParserTest, AfterAnErrorAndResetTheNextMessageIsRead) {
  const Http1Limits limits;
  Http1RequestParser parser(limits);
  Http1Request request;
  EXPECT_EQ(parser.Parse("GET / HTTP/1.1\r\nX : y\r\n", &request).result, DecodeResult::kError);
  parser.Reset();
  EXPECT_EQ(parser.Parse("GET / HTTP/1.0\r\n\r\n", &request).result, DecodeResult::kMessage);
  EXPECT_TRUE(request.fields.empty());
}

TEST(FieldsTest, AreFoundByNameOfAnyCase) {
  const Http1Limits limits;
  Http1RequestParser parser(limits);
  Http1Request request;
  const std::string bytes = Request("/", "Accept: b\r\nACCEPT: c\r\nAccep\x14: d\r\n");
  EXPECT_EQ(parser.Parse(bytes, &request).error, Http1Error::kControlByte);
  parser.Reset();
  const std::string good = Request("/", "Accept: b\r\nACCEPT: c\r\nAccep: d\r\n");
  ASSERT_EQ(parser.Parse(good, &request).result, DecodeResult::kMessage);
  EXPECT_EQ(request.fields.Find("accept"), "b");
  EXPECT_EQ(request.fields.Count("aCCept"), 2u);
  EXPECT_EQ(request.fields.Find("accepT-x"), std::nullopt);
  EXPECT_EQ(request.fields[3].name, "Accep");
  EXPECT_EQ(request.fields.size(), 4u);
}

}  // namespace
}  // namespace sluice::http_test
