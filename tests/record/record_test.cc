// The face of the compiler: it does what the face of the run time does, which struct_oracle_test.py
// holds against Python.
#include "protocols/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "protocols/fixed_record.h"
#include "protocols/length_prefix.h"
#include "protocols/record_format.h"
#include "reactor/base/prng.h"

namespace sluice {
namespace {

using testing::HasSubstr;

std::string RandomBytes(size_t size, Prng& prng) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(prng.Chance(1, 4) ? 0 : prng.Next());
  return bytes;
}

template <class... T>
std::vector<RecordValue> AsRecordValues(const std::tuple<T...>& values) {
  const auto convert = [](const auto& value) -> RecordValue {
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, char>) {
      return std::string_view(&value, 1);
    } else if constexpr (std::is_signed_v<std::decay_t<decltype(value)>> &&
                         std::is_integral_v<std::decay_t<decltype(value)>>) {
      return int64_t{value};
    } else {
      return value;
    }
  };
  return std::apply([&](const auto&... each) { return std::vector<RecordValue>{convert(each)...}; },
                    values);
}

// A NaN equals itself here.
void ExpectSame(const std::vector<RecordValue>& left, const std::vector<RecordValue>& right) {
  ASSERT_EQ(left.size(), right.size());
  for (size_t i = 0; i < left.size(); ++i) {
    const double* a = left[i].As<double>();
    const double* b = right[i].As<double>();
    if (a != nullptr && b != nullptr) {
      EXPECT_EQ(std::bit_cast<uint64_t>(*a), std::bit_cast<uint64_t>(*b)) << "value " << i + 1;
    } else {
      EXPECT_EQ(left[i], right[i]) << "value " << i + 1;
    }
  }
}

// A float that is a signalling NaN stays one here; on its way through a double it becomes quiet.
template <class T>
T Quiet(T value) {
  if constexpr (std::is_same_v<T, float>) {
    if (std::isnan(value)) return std::bit_cast<float>(std::bit_cast<uint32_t>(value) | 1u << 22);
  }
  return value;
}

template <RecordText kFormat>
void ExpectFacesAgree(uint64_t seed) {
  SCOPED_TRACE(std::string(kFormat.view()) + ", seed " + std::to_string(seed));
  Prng prng(seed);
  const RecordFormat format = RecordFormat::Parse(kFormat.view()).value();
  ASSERT_EQ(kRecordBytes<kFormat>, format.record_bytes());
  ASSERT_EQ(std::tuple_size_v<typename Record<kFormat>::Values>, format.value_count());
  for (int round = 0; round < 100; ++round) {
    // Behind one byte more: records lie at any address.
    const std::string memory = RandomBytes(1 + kRecordBytes<kFormat>, prng);
    const std::string_view bytes = std::string_view(memory).substr(1);
    const auto values = Unpack<kFormat>(bytes);
    ASSERT_TRUE(values.ok());
    ExpectSame(AsRecordValues(*values), format.Unpack(bytes).value());
    const auto pack = [](auto... value) { return PackChecked<kFormat>(Quiet(value)...); };
    const auto again = std::apply(pack, *values);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->view(), format.Pack(format.Unpack(bytes).value()).value());
  }
}

TEST(RecordTest, BothFacesAgree) {
  const uint64_t seed = testing::UnitTest::GetInstance()->random_seed() + 1;
  ExpectFacesAgree<"">(seed);
  ExpectFacesAgree<"<xcbB?hHiIlLqQefdspx">(seed);
  ExpectFacesAgree<">xcbB?hHiIlLqQefdspx">(seed);
  ExpectFacesAgree<"!3h2x 3s0s4p 2e">(seed);
  ExpectFacesAgree<"=bhiqfd">(seed);
  ExpectFacesAgree<"xcbB?hHiIlLqQnNefdspP">(seed);
  ExpectFacesAgree<"@b0q">(seed);
  ExpectFacesAgree<"c3h2x 3s0s4p2eP?n">(seed);
  ExpectFacesAgree<"bq b0i 300p 7s\t\n h">(seed);
  ExpectFacesAgree<"<0p0s0i1p">(seed);
  ExpectFacesAgree<">64H">(seed);
}

TEST(RecordTest, PacksAsPythonDoes) {
  using Reading = Record<"<hIq5s">;
  static_assert(Reading::kBytes == 19);
  // struct.pack('<hIq5s', -2, 7, 1 << 40, b'hi')
  EXPECT_EQ(Reading::Pack(-2, 7, int64_t{1} << 40, "hi").view(),
            std::string_view("\xfe\xff\x07\0\0\0\0\0\0\0\0\x01\0\0hi\0\0\0", 19));
  EXPECT_EQ(Pack<">2H">(1, 0x203).view(), std::string_view("\0\1\2\3", 4));
  EXPECT_EQ(Pack<"!3s">("abcdef").view(), "abc");
  EXPECT_EQ(Pack<"4p">("abcdef").view(), "\3abc");
  EXPECT_EQ(Pack<"<e?c">(1.5, true, 'c').view(), std::string_view("\0\x3e\1c", 4));
}

TEST(RecordTest, NativeRecordsArePadded) {
  struct Native {
    char kind;
    long long time;
    short count;
  };
  EXPECT_EQ(kRecordBytes<"cqh">, offsetof(Native, count) + sizeof(short));
  EXPECT_EQ(kRecordBytes<"cqh0q">, sizeof(Native)) << "a count of 0 aligns the end";
  EXPECT_EQ(kRecordBytes<"<cqh">, 11u);
  EXPECT_EQ(kRecordBytes<"@l">, sizeof(long));
  EXPECT_EQ(kRecordBytes<"=l">, 4u);
  std::string memory(kRecordBytes<"cqh">, 'x');
  Record<"cqh">::PackTo(memory.data(), 'a', 0, 0);
  EXPECT_EQ(memory, "a" + std::string(memory.size() - 1, '\0')) << "padding is zeros";
}

TEST(RecordTest, EveryByteOfARecordIsWritten) {
  constexpr char kText[] = "xc4s3p0s 2xqh0q";
  std::string memory(kRecordBytes<"xc4s3p0s 2xqh0q">, '#');
  Record<"xc4s3p0s 2xqh0q">::PackTo(memory.data(), 'a', "b", "", "c", 1, 2);
  EXPECT_EQ(memory, *RecordFormat::Parse(kText)->Pack({"a", "b", "", "c", 1, 2}));
  Record<"">::PackTo(nullptr);
  EXPECT_TRUE(RecordFormat::Parse("0s")->PackTo({RecordValue(std::string_view())}, nullptr).ok());
}

TEST(RecordTest, UnpackTakesOneRecordExactly) {
  const auto values = Unpack<"<hB">(std::string_view("\xff\xff\x07", 3));
  ASSERT_TRUE(values.ok());
  EXPECT_EQ(*values, (std::tuple<int16_t, uint8_t>(-1, 7)));
  EXPECT_THAT(std::string(Unpack<"<hB">("1234").status().message()),
              HasSubstr("in format \"<hB\": a record has 3 bytes, got 4"));
  EXPECT_FALSE(Unpack<"<hB">("12").ok());
}

TEST(RecordTest, UnpackFromFindsARecordAmongMore) {
  const std::string_view bytes = "abcdef";
  EXPECT_EQ(std::get<0>(UnpackFrom<"2s">(bytes, 0).value()), "ab");
  EXPECT_EQ(std::get<0>(UnpackFrom<"2s">(bytes, 4).value()), "ef");
  EXPECT_EQ(std::get<0>(UnpackFrom<"2s">(bytes, -6).value()), "ab");
  EXPECT_EQ(std::get<0>(UnpackFrom<"2s">(bytes, -2).value()), "ef");
  EXPECT_EQ(std::get<0>(UnpackFrom<"0s">(bytes, 6).value()), "");
  for (const ptrdiff_t offset :
       {ptrdiff_t{5}, ptrdiff_t{7}, ptrdiff_t{-1}, ptrdiff_t{-7},
        std::numeric_limits<ptrdiff_t>::max(), std::numeric_limits<ptrdiff_t>::min()}) {
    EXPECT_THAT(std::string(UnpackFrom<"2s">(bytes, offset).status().message()),
                HasSubstr("at offset " + std::to_string(offset) + " of 6"));
    EXPECT_FALSE(RecordFormat::Parse("2s")->UnpackFrom(bytes, offset).ok());
  }
}

TEST(RecordTest, UnpackAllIsARange) {
  std::vector<int> kinds;
  const auto records = UnpackAll<">bH">(std::string_view("\1\0\2\3\0\4", 6));
  ASSERT_TRUE(records.ok());
  EXPECT_EQ(records->size(), 2u);
  for (const auto& [kind, value] : *records) kinds.insert(kinds.end(), {kind, value});
  EXPECT_EQ(kinds, (std::vector<int>{1, 2, 3, 4}));
  EXPECT_EQ(UnpackAll<">bH">("")->size(), 0u);
  EXPECT_THAT(std::string(UnpackAll<">bH">("1234").status().message()),
              HasSubstr("4 bytes are no whole number of records of 3"));
}

TEST(RecordTest, PackCheckedNamesTheValueAndTheRange) {
  const int large = 40000;
  EXPECT_EQ(PackChecked<"<hI">(-1, 7u)->view(), (Pack<"<hI">(-1, 7).view()));
  EXPECT_THAT(std::string(PackChecked<"<2hI">(1, large, 7).status().message()),
              HasSubstr("in format \"<2hI\": value 2 is 40000; code 'h' takes a whole number from "
                        "-32768 to 32767"));
  EXPECT_THAT(std::string(PackChecked<"Q">(-1).status().message()),
              HasSubstr("value 1 is -1; code 'Q' takes a whole number from 0 to "
                        "18446744073709551615"));
  EXPECT_FALSE(PackChecked<"<e">(65520.0).ok());
  EXPECT_TRUE(PackChecked<"<e">(65519.9f).ok());
  EXPECT_FALSE(PackChecked<"<f">(1e39).ok());
  EXPECT_TRUE(PackChecked<"@f">(1e39).ok()) << "as Python: native floats become infinite";
  EXPECT_TRUE(PackChecked<"P">(-1).ok()) << "as Python: an address wraps";
}

TEST(RecordTest, IsTheMessageOfAFrame) {
  std::string wire;
  StringSink sink(wire);
  EXPECT_EQ(LengthPrefixCodec().Encode(Pack<">hI">(-1, 7), sink), CodecError::kNone);
  const auto frame = LengthPrefixCodec().Decode(wire);
  ASSERT_EQ(frame.result, DecodeResult::kMessage);
  EXPECT_EQ(*Unpack<">hI">(frame.message), (std::tuple<int16_t, uint32_t>(-1, 7)));

  wire.clear();
  FixedRecordCodec records(kRecordBytes<">hI">);
  EXPECT_EQ(records.Encode(Pack<">hI">(-1, 7), sink), CodecError::kNone);
  EXPECT_EQ(std::get<1>(Record<">hI">::Load(records.Decode(wire).message.data())), 7u);
}

}  // namespace
}  // namespace sluice
