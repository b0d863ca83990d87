// Codecs that add no byte of their own: fixed records and raw chunks.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "protocols/fixed_record.h"
#include "protocols/raw.h"
#include "tests/codecs/split_driver.h"

namespace sluice::codec_test {
namespace {

using Messages = std::vector<std::string>;

TEST(FixedRecordTest, EverySoManyBytesAreAMessage) {
  HeapPlacement heap;
  const Outcome outcome = Feed(FixedRecordCodec(3), Whole("aaabbbcc"), heap);
  EXPECT_EQ(outcome.messages, (Messages{"aaa", "bbb"}));
  EXPECT_EQ(outcome.consumed_bytes, 6u);
  EXPECT_EQ(FixedRecordCodec(3).message_bytes_max(), 3u);
}

TEST(FixedRecordTest, EncodeTakesOneSizeOnly) {
  const FixedRecordCodec codec(3);
  std::string out;
  StringSink sink(out);
  EXPECT_EQ(codec.Encode("ab", sink), CodecError::kWrongSize);
  EXPECT_EQ(codec.Encode("abcd", sink), CodecError::kWrongSize);
  EXPECT_EQ(codec.Encode("", sink), CodecError::kWrongSize);
  EXPECT_EQ(out, "");
  EXPECT_EQ(codec.Encode("abc", sink), CodecError::kNone);
  EXPECT_EQ(out, "abc");
}

TEST(FixedRecordTest, CreateSaysWhatIsWrong) {
  EXPECT_TRUE(FixedRecordCodec::Create(1).ok());
  const absl::Status status = FixedRecordCodec::Create(0).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(std::string(status.message()).find("record_bytes is 0"), std::string::npos);
  EXPECT_FALSE(FixedRecordCodec::Create(SIZE_MAX).ok());
}

TEST(RawTest, WhateverArrivedIsAMessage) {
  HeapPlacement heap;
  EXPECT_EQ(Feed(RawCodec(), {"one two", "", "three"}, heap).messages,
            (Messages{"one two", "three"}));
}

TEST(RawTest, MoreThanTheLimitComesInChunks) {
  HeapPlacement heap;
  EXPECT_EQ(Feed(RawCodec(4), {"123456789"}, heap).messages, (Messages{"1234", "5678", "9"}));
}

TEST(RawTest, EncodeAddsNothing) {
  const RawCodec codec(4);
  std::string out;
  StringSink sink(out);
  EXPECT_EQ(codec.Encode("1234", sink), CodecError::kNone);
  EXPECT_EQ(codec.Encode("12345", sink), CodecError::kMessageTooLong);
  EXPECT_EQ(codec.Encode("", sink), CodecError::kWrongSize);
  EXPECT_EQ(out, "1234");
  EXPECT_FALSE(RawCodec::Create(0).ok());
  EXPECT_TRUE(RawCodec::Create(1024).ok());
}

}  // namespace
}  // namespace sluice::codec_test
