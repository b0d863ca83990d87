#include <gtest/gtest.h>

#include "protocols/http1_conditional.h"
#include "tests/http/files/request.h"

namespace sluice::test {
namespace {

constexpr int64_t kModified = 784'111'777;  // Sun, 06 Nov 1994 08:49:37 GMT
constexpr int64_t kNow = 1'767'225'600;
const Http1Validators kCurrent{"\"now\"", kModified};
const Http1Validators kWeakly{"W/\"now\"", kModified};

constexpr std::string_view kThen = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr std::string_view kBefore = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr std::string_view kAfter = "Sun, 06 Nov 1994 08:49:38 GMT";

std::string Field(std::string_view name, std::string_view value) {
  return std::string(name) + ": " + std::string(value) + "\r\n";
}

Http1Precondition Evaluate(std::string_view fields, const Http1Validators* current = &kCurrent,
                           std::string_view method = "GET") {
  return EvaluateHttp1Preconditions(*ParsedRequest(fields, method), current, kNow);
}

constexpr auto kHolds = Http1Precondition::kHolds;
constexpr auto kNotModified = Http1Precondition::kNotModified;
constexpr auto kFailed = Http1Precondition::kFailed;

TEST(Http1ConditionalTest, NothingAsked) {
  EXPECT_EQ(Evaluate(""), kHolds);
  EXPECT_EQ(Evaluate("", nullptr), kHolds);
}

TEST(Http1ConditionalTest, IfNoneMatch) {
  for (const std::string_view value :
       {"\"now\"", "W/\"now\"", "*", "\"a\", \"now\"", "\"a,b\" ,\"now\"", " ,, \"now\""}) {
    EXPECT_EQ(Evaluate(Field("If-None-Match", value)), kNotModified) << value;
    EXPECT_EQ(Evaluate(Field("If-None-Match", value), &kWeakly), kNotModified) << value;
    EXPECT_EQ(Evaluate(Field("If-None-Match", value), &kCurrent, "HEAD"), kNotModified) << value;
    EXPECT_EQ(Evaluate(Field("If-None-Match", value), &kCurrent, "PUT"), kFailed) << value;
  }
  for (const std::string_view value :
       {"\"then\"", "now", "\"no", "\"a\" now \"now\"", "\"\"", ""}) {
    EXPECT_EQ(Evaluate(Field("If-None-Match", value)), kHolds) << value;
  }
  EXPECT_EQ(Evaluate(Field("If-None-Match", "*"), nullptr, "PUT"), kHolds);
  EXPECT_EQ(Evaluate(Field("If-None-Match", "\"a\"") + Field("If-None-Match", "\"now\"")),
            kNotModified)
      << "several lines are one list";
}

TEST(Http1ConditionalTest, IfModifiedSince) {
  EXPECT_EQ(Evaluate(Field("If-Modified-Since", kThen)), kNotModified);
  EXPECT_EQ(Evaluate(Field("If-Modified-Since", kAfter)), kNotModified);
  EXPECT_EQ(Evaluate(Field("If-Modified-Since", kBefore)), kHolds);
  EXPECT_EQ(Evaluate(Field("If-Modified-Since", "yesterday")), kHolds);
  EXPECT_EQ(Evaluate(Field("If-Modified-Since", kThen), &kCurrent, "PUT"), kHolds);
  EXPECT_EQ(Evaluate(Field("If-Modified-Since", kThen) + Field("If-None-Match", "\"then\"")),
            kHolds)
      << "If-None-Match goes before";
}

TEST(Http1ConditionalTest, IfMatch) {
  EXPECT_EQ(Evaluate(Field("If-Match", "\"now\"")), kHolds);
  EXPECT_EQ(Evaluate(Field("If-Match", "\"then\", \"now\"")), kHolds);
  EXPECT_EQ(Evaluate(Field("If-Match", "*")), kHolds);
  EXPECT_EQ(Evaluate(Field("If-Match", "\"then\"")), kFailed);
  EXPECT_EQ(Evaluate(Field("If-Match", "W/\"now\"")), kFailed) << "compared strongly";
  EXPECT_EQ(Evaluate(Field("If-Match", "W/\"now\""), &kWeakly), kFailed);
  EXPECT_EQ(Evaluate(Field("If-Match", "*"), nullptr), kFailed);
  EXPECT_EQ(Evaluate(Field("If-Match", "\"now\"") + Field("If-None-Match", "\"now\"")),
            kNotModified)
      << "the others are looked at when it holds";
}

TEST(Http1ConditionalTest, IfUnmodifiedSince) {
  EXPECT_EQ(Evaluate(Field("If-Unmodified-Since", kThen)), kHolds);
  EXPECT_EQ(Evaluate(Field("If-Unmodified-Since", kBefore)), kFailed);
  EXPECT_EQ(Evaluate(Field("If-Unmodified-Since", kBefore), &kCurrent, "PUT"), kFailed);
  EXPECT_EQ(Evaluate(Field("If-Unmodified-Since", "never")), kHolds);
  EXPECT_EQ(Evaluate(Field("If-Unmodified-Since", kBefore) + Field("If-Match", "\"now\"")), kHolds)
      << "If-Match goes before";
}

bool IfRange(std::string_view value, const Http1Validators& current = kCurrent) {
  return Http1IfRangeHolds(*ParsedRequest(Field("If-Range", value)), current, kNow);
}

TEST(Http1ConditionalTest, IfRangeNamesExactlyTheCurrentState) {
  EXPECT_TRUE(Http1IfRangeHolds(*ParsedRequest(""), kCurrent, kNow));
  EXPECT_TRUE(IfRange("\"now\""));
  EXPECT_FALSE(IfRange("\"then\""));
  EXPECT_FALSE(IfRange("W/\"now\""));
  EXPECT_FALSE(IfRange("W/\"now\"", kWeakly));
  EXPECT_TRUE(IfRange(kThen));
  EXPECT_FALSE(IfRange(kAfter));
  EXPECT_FALSE(IfRange(kBefore));
  EXPECT_FALSE(IfRange("neither"));
  EXPECT_FALSE(Http1IfRangeHolds(*ParsedRequest(Field("If-Range", kThen)), kCurrent, kModified))
      << "it may have changed twice in this second";
}

}  // namespace
}  // namespace sluice::test
