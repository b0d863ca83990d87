#include "protocols/length_prefix.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/varint.h"
#include "tests/codecs/split_driver.h"

namespace sluice::codec_test {
namespace {

using std::string_literals::operator""s;
using Messages = std::vector<std::string>;

LengthPrefixCodec Make(const LengthPrefixOptions& options) {
  return LengthPrefixCodec::Create(options).value();
}

Outcome Decode(const LengthPrefixCodec& codec, std::string_view input) {
  HeapPlacement heap;
  return Feed(codec, Whole(input), heap);
}

TEST(LengthPrefixTest, FramesAreTheBytesOtherToolsWrite) {
  const struct {
    LengthPrefixOptions options;
    std::string message;
    std::string frame;
  } kRows[] = {
      {{}, "hello", "\0\0\0\5hello"s},
      {{}, "", "\0\0\0\0"s},
      {{.width_bytes = 1}, "hi", "\2hi"s},
      {{.width_bytes = 2}, std::string(258, 'x'), "\1\2"s + std::string(258, 'x')},
      {{.width_bytes = 8}, "hi", "\0\0\0\0\0\0\0\2hi"s},
      {{.order = ByteOrder::kLittle}, "hello", "\5\0\0\0hello"s},
      {{.width_bytes = 2, .order = ByteOrder::kLittle}, "hi", "\2\0hi"s},
      {{.width_bytes = 8, .order = ByteOrder::kLittle}, "hi", "\2\0\0\0\0\0\0\0hi"s},
      {{.length_includes_prefix = true}, "hello", "\0\0\0\11hello"s},
      {{.width_bytes = 1, .length_includes_prefix = true}, "", "\1"s},
      {{.varint = true}, "hi", "\2hi"s},
      {{.varint = true}, std::string(127, 'x'), "\x7f" + std::string(127, 'x')},
      {{.varint = true}, std::string(300, 'x'), "\xac\x02" + std::string(300, 'x')},
  };
  for (const auto& row : kRows) {
    const LengthPrefixCodec codec = Make(row.options);
    std::string out;
    StringSink sink(out);
    EXPECT_EQ(codec.Encode(row.message, sink), CodecError::kNone);
    EXPECT_EQ(out, row.frame);
    EXPECT_EQ(Decode(codec, row.frame + row.frame).messages, (Messages{row.message, row.message}));
    EXPECT_LE(row.frame.size(), codec.frame_bytes_max());
  }
}

// The length alone decides: none of the message has to arrive.
TEST(LengthPrefixTest, ABadLengthIsAnErrorAsSoonAsItIsComplete) {
  const std::string ff8(8, '\xff');
  const struct {
    LengthPrefixOptions options;
    std::string input;
    CodecError error;
  } kRows[] = {
      {{.message_bytes_max = 300}, "\0\0\1\x2c"s, CodecError::kNone},  // 300
      {{.message_bytes_max = 300}, "\0\0\1\x2d"s, CodecError::kMessageTooLong},
      {{.message_bytes_max = 300}, "\0\0\1"s, CodecError::kNone},
      {{}, "\0\x10\0\0"s, CodecError::kNone},  // 1 MiB
      {{}, "\0\x10\0\1"s, CodecError::kMessageTooLong},
      {{}, "GET ", CodecError::kMessageTooLong},
      {{.width_bytes = 8}, ff8, CodecError::kMessageTooLong},
      {{.width_bytes = 8, .length_includes_prefix = true}, ff8, CodecError::kMessageTooLong},
      {{.width_bytes = 8, .message_bytes_max = SIZE_MAX / 4}, ff8, CodecError::kMessageTooLong},
      {{.width_bytes = 8, .message_bytes_max = SIZE_MAX / 4},
       "\x3f" + std::string(7, '\xff'),
       CodecError::kNone},  // exactly SIZE_MAX / 4, so need more
      {{.length_includes_prefix = true, .message_bytes_max = 300},
       "\0\0\1\x30"s,
       CodecError::kNone},
      {{.length_includes_prefix = true, .message_bytes_max = 300},
       "\0\0\1\x31"s,
       CodecError::kMessageTooLong},
      {{.length_includes_prefix = true, .message_bytes_max = 1},
       "\0\0\0\6"s,
       CodecError::kMessageTooLong},
      {{.length_includes_prefix = true}, "\0\0\0\3"s, CodecError::kBadLength},
      {{.length_includes_prefix = true}, "\0\0\0\0"s, CodecError::kBadLength},
      {{.width_bytes = 1, .length_includes_prefix = true}, "\0"s, CodecError::kBadLength},
      {{.varint = true, .message_bytes_max = 300}, "\xac\x02", CodecError::kNone},
      {{.varint = true, .message_bytes_max = 300}, "\xad\x02", CodecError::kMessageTooLong},
      {{.varint = true}, std::string(9, '\xff'), CodecError::kNone},
      {{.varint = true}, std::string(9, '\xff') + "\1", CodecError::kMessageTooLong},
      {{.varint = true}, std::string(9, '\xff') + "\2", CodecError::kBadLength},
      {{.varint = true}, std::string(10, '\x80'), CodecError::kBadLength},
  };
  for (const auto& row : kRows) {
    const Outcome outcome = Decode(Make(row.options), row.input);
    EXPECT_EQ(outcome.error, row.error) << testing::PrintToString(row.input);
    EXPECT_TRUE(outcome.messages.empty());
    if (row.error == CodecError::kNone) continue;
    const std::string_view one_byte_less =
        std::string_view(row.input).substr(0, row.input.size() - 1);
    EXPECT_EQ(Decode(Make(row.options), one_byte_less).error, CodecError::kNone)
        << testing::PrintToString(row.input);
  }
}

TEST(LengthPrefixTest, PaddedVarintsAreTakenAsProtobufTakesThem) {
  EXPECT_EQ(Decode(Make({.varint = true}), "\x82\x80\x80\0hi"s).messages, Messages{"hi"});
}

TEST(LengthPrefixTest, ANarrowPrefixLowersTheLimit) {
  EXPECT_EQ(Make({.width_bytes = 1}).message_bytes_max(), 255u);
  EXPECT_EQ(Make({.width_bytes = 1, .length_includes_prefix = true}).message_bytes_max(), 254u);
  EXPECT_EQ(Make({.width_bytes = 2}).message_bytes_max(), 65535u);
  EXPECT_EQ(Make({.width_bytes = 4}).message_bytes_max(), size_t{1} << 20);
  EXPECT_EQ(Make({.width_bytes = 4}).frame_bytes_max(), (size_t{1} << 20) + 4);
}

TEST(LengthPrefixTest, EncodeRefusesWhatIsTooLong) {
  for (const bool includes : {false, true}) {
    const LengthPrefixCodec codec = Make({.width_bytes = 1, .length_includes_prefix = includes});
    std::string out;
    StringSink sink(out);
    EXPECT_EQ(codec.Encode(std::string(codec.message_bytes_max() + 1, 'x'), sink),
              CodecError::kMessageTooLong);
    EXPECT_EQ(out, "");
    const std::string longest(codec.message_bytes_max(), 'x');
    EXPECT_EQ(codec.Encode(longest, sink), CodecError::kNone);
    EXPECT_EQ(Decode(codec, out).messages, Messages{longest});
  }
}

TEST(LengthPrefixTest, CreateSaysWhatIsWrong) {
  for (const size_t width_bytes : {size_t{0}, size_t{3}, size_t{5}, size_t{9}, size_t{260}}) {
    const absl::Status status = LengthPrefixCodec::Create({.width_bytes = width_bytes}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(std::string(status.message()).find("1, 2, 4 or 8"), std::string::npos);
  }
  EXPECT_FALSE(LengthPrefixCodec::Create({.varint = true, .length_includes_prefix = true}).ok());
  EXPECT_FALSE(LengthPrefixCodec::Create({.message_bytes_max = 0}).ok());
  EXPECT_FALSE(LengthPrefixCodec::Create({.message_bytes_max = SIZE_MAX / 4 + 1}).ok());
}

TEST(VarintTest, WritesTheShortestFormAndReadsItBack) {
  for (int bit = 0; bit < 64; ++bit) {
    for (const uint64_t value : {(uint64_t{1} << bit) - 1, uint64_t{1} << bit, UINT64_MAX >> bit}) {
      char bytes[kVarintBytesMax];
      const size_t size = WriteVarint(value, bytes);
      EXPECT_EQ(size, VarintBytes(value));
      EXPECT_EQ(size == 1 || bytes[size - 1] != 0, true) << "padded: " << value;
      const Varint read = ReadVarint({bytes, size});
      EXPECT_EQ(read.result, VarintResult::kComplete);
      EXPECT_EQ(read.value, value);
      EXPECT_EQ(read.size_bytes, size);
      EXPECT_EQ(ReadVarint({bytes, size - 1}).result, VarintResult::kNeedMore);
    }
  }
}

}  // namespace
}  // namespace sluice::codec_test
