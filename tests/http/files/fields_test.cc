// Dates, ranges, codings and media types: what stands in single fields.
#include <gtest/gtest.h>

#include <optional>

#include "protocols/http1_accept_encoding.h"
#include "protocols/http1_date.h"
#include "protocols/http1_date_parse.h"
#include "protocols/http1_range.h"
#include "protocols/mime_types.h"

namespace sluice {
namespace {

constexpr int64_t kNow = 1'767'225'600;  // 1 January 2026
constexpr int64_t kRfcDate = 784'111'777;

TEST(Http1DateParseTest, ReadsTheThreeForms) {
  for (const std::string_view text :
       {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994"}) {
    EXPECT_EQ(ParseHttp1Date(text, kNow), kRfcDate) << text;
  }
  EXPECT_EQ(ParseHttp1Date("Thu, 01 Jan 1970 00:00:00 GMT", kNow), 0);
  EXPECT_EQ(ParseHttp1Date("Thu, 29 Feb 2024 23:59:59 GMT", kNow), 1'709'251'199);
}

TEST(Http1DateParseTest, TwoDigitsOfAYearAreAtMostFiftyYearsAhead) {
  EXPECT_EQ(ParseHttp1Date("Friday, 01-Jan-76 00:00:00 GMT", kNow),
            ParseHttp1Date("Wed, 01 Jan 2076 00:00:00 GMT", kNow));
  EXPECT_EQ(ParseHttp1Date("Friday, 01-Jan-77 00:00:00 GMT", kNow),
            ParseHttp1Date("Sat, 01 Jan 1977 00:00:00 GMT", kNow));
}

TEST(Http1DateParseTest, WhatIsWrittenIsRead) {
  for (const int64_t time : {int64_t{0}, kRfcDate, kNow, int64_t{4'102'444'800}}) {
    EXPECT_EQ(ParseHttp1Date(Http1Date(std::chrono::seconds(time)), kNow), time);
  }
  EXPECT_EQ(Http1Date(std::chrono::seconds(kRfcDate)), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(Http1DateParseTest, NothingElseIsADate) {
  for (const std::string_view text :
       {"", "0", "Sun", "Sun,", "Sun, ", "Sun, 06 Nov 1994 08:49:37", "06 Nov 1994 08:49:37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT ",
        "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 29 Feb 2023 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov -994 08:49:37 GMT", "Sun Nov  6 08:49:37 94"}) {
    EXPECT_EQ(ParseHttp1Date(text, kNow), std::nullopt) << text;
  }
}

using Ranges = std::vector<Http1ByteRange>;

Ranges RangesOf(std::string_view value, uint64_t size) {
  const Http1Ranges parsed = ParseHttp1Range(value, size);
  EXPECT_EQ(parsed.result, Http1RangeResult::kRanges) << value;
  return parsed.ranges;
}

TEST(Http1RangeTest, OneRange) {
  EXPECT_EQ(RangesOf("bytes=0-0", 100), (Ranges{{0, 1}}));
  EXPECT_EQ(RangesOf("bytes=10-19", 100), (Ranges{{10, 10}}));
  EXPECT_EQ(RangesOf("bytes=90-", 100), (Ranges{{90, 10}}));
  EXPECT_EQ(RangesOf("bytes=90-1000", 100), (Ranges{{90, 10}}));
  EXPECT_EQ(RangesOf("bytes=-1", 100), (Ranges{{99, 1}}));
  EXPECT_EQ(RangesOf("bytes=-1000", 100), (Ranges{{0, 100}}));
  EXPECT_EQ(RangesOf("Bytes=0-0", 100), (Ranges{{0, 1}}));
  EXPECT_EQ(RangesOf("bytes= 0-0 , ", 100), (Ranges{{0, 1}}));
}

TEST(Http1RangeTest, SeveralRangesInTheirOrder) {
  EXPECT_EQ(RangesOf("bytes=50-59, 0-9,-5", 100), (Ranges{{50, 10}, {0, 10}, {95, 5}}));
  EXPECT_EQ(RangesOf("bytes=0-9,200-300", 100), (Ranges{{0, 10}})) << "the others are satisfiable";
}

TEST(Http1RangeTest, NumbersThatOverflowLieBeyondTheEnd) {
  EXPECT_EQ(RangesOf("bytes=0-99999999999999999999999999", 100), (Ranges{{0, 100}}));
  EXPECT_EQ(RangesOf("bytes=-18446744073709551616", 100), (Ranges{{0, 100}}));
  EXPECT_EQ(ParseHttp1Range("bytes=18446744073709551616-", 100).result,
            Http1RangeResult::kUnsatisfiable);
  const uint64_t huge = INT64_MAX;
  EXPECT_EQ(RangesOf("bytes=9223372036854775806-9223372036854775807", huge),
            (Ranges{{huge - 1, 1}}));
}

TEST(Http1RangeTest, NothingWithin) {
  for (const std::string_view value :
       {"bytes=100-", "bytes=100-200", "bytes=-0", "bytes=500-,600-"}) {
    EXPECT_EQ(ParseHttp1Range(value, 100).result, Http1RangeResult::kUnsatisfiable) << value;
  }
  EXPECT_EQ(ParseHttp1Range("bytes=0-", 0).result, Http1RangeResult::kUnsatisfiable);
  EXPECT_EQ(ParseHttp1Range("bytes=-5", 0).result, Http1RangeResult::kUnsatisfiable);
}

TEST(Http1RangeTest, MalformedIsIgnored) {
  for (const std::string_view value :
       {"", "bytes", "bytes=", "bytes=,", "bytes=a-b", "bytes=1", "bytes=-", "bytes=5-4",
        "bytes=0-1,x", "bytes=0x1-2", "bytes=1-2-3", "bytes=+1-2", "bytes=1 -2", "lines=0-1",
        "bytes 0-1"}) {
    EXPECT_EQ(ParseHttp1Range(value, 100).result, Http1RangeResult::kWhole) << value;
  }
}

TEST(Http1RangeTest, MoreThanIsReasonableIsIgnored) {
  std::string many = "bytes=0-0";
  for (int i = 1; i < 16; ++i) many += "," + std::to_string(2 * i) + "-" + std::to_string(2 * i);
  EXPECT_EQ(RangesOf(many, 1000).size(), 16u);
  EXPECT_EQ(ParseHttp1Range(many + ",999-", 1000).result, Http1RangeResult::kWhole);
  EXPECT_EQ(RangesOf("bytes=0-9,5-14,10-19", 100).size(), 3u);
  EXPECT_EQ(ParseHttp1Range("bytes=0-,0-,0-,0-", 100).result, Http1RangeResult::kWhole);
}

TEST(Http1RangeTest, ContentRange) {
  EXPECT_EQ(Http1ContentRange({10, 5}, 100), "bytes 10-14/100");
  EXPECT_EQ(Http1ContentRange(100), "bytes */100");
}

TEST(AcceptEncodingTest, Qualities) {
  using http1::QualityOfEncoding;
  EXPECT_EQ(QualityOfEncoding("gzip, br", "gzip"), 1000);
  EXPECT_EQ(QualityOfEncoding("gzip;q=0.5, br;q=0.25", "gzip"), 500);
  EXPECT_EQ(QualityOfEncoding("gzip;q=0.5, br;q=0.255", "br"), 255);
  EXPECT_EQ(QualityOfEncoding("GZIP ; Q=1.000", "gzip"), 1000);
  EXPECT_EQ(QualityOfEncoding("gzip;q=0", "gzip"), 0);
  EXPECT_EQ(QualityOfEncoding("deflate", "gzip"), 0);
  EXPECT_EQ(QualityOfEncoding("*;q=0.5", "gzip"), 500);
  EXPECT_EQ(QualityOfEncoding("*, gzip;q=0", "gzip"), 0);
  EXPECT_EQ(QualityOfEncoding("gzip;q=2", "gzip"), 0) << "malformed";
  EXPECT_EQ(QualityOfEncoding("gzip;q=0.1234", "gzip"), 0) << "malformed";
  EXPECT_EQ(QualityOfEncoding("gzip", "identity"), 1) << "acceptable, behind what was named";
  EXPECT_EQ(QualityOfEncoding("identity;q=0.8, gzip;q=0.5", "identity"), 800);
  EXPECT_EQ(QualityOfEncoding("*;q=0", "identity"), 0);
  EXPECT_EQ(QualityOfEncoding("identity;q=0", "identity"), 0);
}

TEST(MimeTypesTest, ByTheEndingOfTheName) {
  const MimeTypes types;
  EXPECT_EQ(types.Of("index.html"), "text/html; charset=utf-8");
  EXPECT_EQ(types.Of("a/b.C/x.JS"), "text/javascript; charset=utf-8");
  EXPECT_EQ(types.Of("x.tar.png"), "image/png");
  EXPECT_EQ(types.Of("a.html/README"), "application/octet-stream");
  EXPECT_EQ(types.Of("x.unheard-of"), "application/octet-stream");
  EXPECT_EQ(types.Of(""), "application/octet-stream");
}

TEST(MimeTypesTest, ATableReplacesWhatWasKnown) {
  MimeTypes types;
  types.Read("# comment\napplication/x-thing\tthing  THANG # more\r\n\nmodel/empty\ntext/x-js js");
  EXPECT_EQ(types.Of("a.thing"), "application/x-thing");
  EXPECT_EQ(types.Of("a.thang"), "application/x-thing");
  EXPECT_EQ(types.Of("a.js"), "text/x-js; charset=utf-8");
  EXPECT_EQ(types.Of("a.css"), "text/css; charset=utf-8");
}

TEST(MimeTypesTest, TheSystemsKnowsTheWebsOwn) {
  const MimeTypes types = MimeTypes::OfSystem();
  EXPECT_EQ(types.Of("a.css"), "text/css; charset=utf-8");
  EXPECT_EQ(types.Of("a.wasm"), "application/wasm");
}

}  // namespace
}  // namespace sluice
