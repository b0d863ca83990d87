#include "protocols/header.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/codecs/split_driver.h"

namespace sluice::codec_test {
namespace {

using std::string_literals::operator""s;

HeaderedCodec Make(const HeaderOptions& options) {
  return HeaderedCodec::Create(options).value();
}

// struct.pack('>HHI', kind, version, len(payload)) + payload
constexpr HeaderOptions kHHI = {.header_bytes = 8, .length_offset = 4};

TEST(HeaderTest, HeaderAndPayloadAreBothGiven) {
  HeaderedCodec codec = Make(kHHI);
  const std::string input = "\0\7\0\1\0\0\0\5hello\0\7\0\2\0\0\0\0"s;
  const Decoded<HeaderedMessage> first = codec.Decode(input);
  ASSERT_EQ(first.result, DecodeResult::kMessage);
  EXPECT_EQ(first.message.header, "\0\7\0\1\0\0\0\5"s);
  EXPECT_EQ(first.message.payload, "hello");
  EXPECT_EQ(first.consumed, 13u);
  const Decoded<HeaderedMessage> second = codec.Decode(std::string_view(input).substr(13));
  ASSERT_EQ(second.result, DecodeResult::kMessage);
  EXPECT_EQ(second.message.header, "\0\7\0\2\0\0\0\0"s);
  EXPECT_EQ(second.message.payload, "");
}

TEST(HeaderTest, EncodeWritesTheLengthIntoTheHeader) {
  const struct {
    HeaderOptions options;
    std::string header;
    std::string frame;  // with the payload "hello"
  } kRows[] = {
      {kHHI, "\0\7\0\1????"s, "\0\7\0\1\0\0\0\5hello"s},
      {{.header_bytes = 3, .length_offset = 1, .length_width_bytes = 1}, "<?>", "<\5>hello"},
      {{.header_bytes = 4, .length_width_bytes = 2, .order = ByteOrder::kLittle},
       "??ab",
       "\5\0abhello"s},
      {{.header_bytes = 12,
        .length_offset = 4,
        .length_width_bytes = 8,
        .length_includes_header = true},
       "kind????????",
       "kind\0\0\0\0\0\0\0\x11hello"s},
  };
  for (const auto& row : kRows) {
    HeaderedCodec codec = Make(row.options);
    std::string out;
    StringSink sink(out);
    EXPECT_EQ(codec.Encode({row.header, "hello"}, sink), CodecError::kNone);
    EXPECT_EQ(out, row.frame);
    EXPECT_EQ(codec.Decode(out).message.payload, "hello");
    EXPECT_EQ(codec.Decode(out).message.header, row.frame.substr(0, row.header.size()));
  }
}

TEST(HeaderTest, EncodeRefusesAnotherHeaderSizeAndLongPayloads) {
  const HeaderedCodec codec = Make({.header_bytes = 8, .length_offset = 4, .message_bytes_max = 5});
  std::string out;
  StringSink sink(out);
  EXPECT_EQ(codec.Encode({"1234567", "hello"}, sink), CodecError::kWrongSize);
  EXPECT_EQ(codec.Encode({"123456789", "hello"}, sink), CodecError::kWrongSize);
  EXPECT_EQ(codec.Encode({"12345678", "hello!"}, sink), CodecError::kMessageTooLong);
  EXPECT_EQ(out, "");
}

TEST(HeaderTest, ABadLengthIsAnErrorAsSoonAsItIsComplete) {
  const HeaderOptions includes = {.header_bytes = 8,
                                  .length_offset = 4,
                                  .length_includes_header = true,
                                  .message_bytes_max = 100};
  const HeaderOptions length_first = {.header_bytes = 8};
  const HeaderOptions wide = {.header_bytes = 8, .length_width_bytes = 8};
  HeaderOptions wide_includes = wide;
  wide_includes.length_includes_header = true;
  const struct {
    HeaderOptions options;
    std::string input;
    CodecError error;
  } kRows[] = {
      {kHHI, "kind\0\x10\0\0"s, CodecError::kNone},
      {kHHI, "kind\0\x10\0\1"s, CodecError::kMessageTooLong},
      {includes, "kind\0\0\0\x6c"s, CodecError::kNone},
      {includes, "kind\0\0\0\x6d"s, CodecError::kMessageTooLong},
      {includes, "kind\0\0\0\7"s, CodecError::kBadLength},
      {includes, "kind\0\0\0\0"s, CodecError::kBadLength},
      {length_first, "\xff\xff\xff\xff", CodecError::kMessageTooLong},  // "kind" is still to come
      {wide, std::string(8, '\xff'), CodecError::kMessageTooLong},
      {wide_includes, std::string(8, '\xff'), CodecError::kMessageTooLong},
      {wide_includes, "\0\0\0\0\0\0\0\7"s, CodecError::kBadLength},
  };
  for (const auto& row : kRows) {
    HeapPlacement heap;
    EXPECT_EQ(Feed(Make(row.options), Whole(row.input), heap).error, row.error)
        << testing::PrintToString(row.input);
    const size_t length_end = row.options.length_offset + row.options.length_width_bytes;
    const std::string_view length_but_one = std::string_view(row.input).substr(0, length_end - 1);
    EXPECT_EQ(Feed(Make(row.options), Whole(length_but_one), heap).error, CodecError::kNone);
  }
}

TEST(HeaderTest, CreateSaysWhatIsWrong) {
  const struct {
    HeaderOptions options;
    std::string_view words;
  } kRows[] = {
      {{}, "does not fit"},
      {{.header_bytes = 3}, "does not fit"},
      {{.header_bytes = 8, .length_offset = 5}, "does not fit"},
      {{.header_bytes = 8, .length_offset = SIZE_MAX}, "does not fit"},
      {{.header_bytes = 8, .length_offset = SIZE_MAX - 3}, "does not fit"},
      {{.header_bytes = SIZE_MAX}, "header_bytes is"},
      {{.header_bytes = 8, .length_width_bytes = 3}, "1, 2, 4 or 8"},
      {{.header_bytes = 8, .length_width_bytes = 0}, "1, 2, 4 or 8"},
      {{.header_bytes = 8, .message_bytes_max = 0}, "message_bytes_max is 0"},
      {{.header_bytes = 300, .length_width_bytes = 1, .length_includes_header = true},
       "cannot count"},
      {{.header_bytes = 255, .length_width_bytes = 1, .length_includes_header = true},
       "cannot count"},
  };
  for (const auto& row : kRows) {
    const absl::Status status = HeaderedCodec::Create(row.options).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(std::string(status.message()).find(row.words), std::string::npos)
        << status << " lacks " << row.words;
  }
}

}  // namespace
}  // namespace sluice::codec_test
