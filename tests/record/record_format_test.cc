// The face of the run time: the words of its errors, and its limits. What it computes is held
// against Python in struct_oracle_test.py.
#include "protocols/record_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace sluice {
namespace {

using testing::HasSubstr;

std::string WhyNot(std::string_view format, const RecordFormatOptions& options = {}) {
  return std::string(RecordFormat::Parse(format, options).status().message());
}

std::string WhyNotPacked(std::string_view format, const std::vector<RecordValue>& values) {
  return std::string(RecordFormat::Parse(format)->Pack(values).status().message());
}

TEST(RecordFormatTest, SaysWhereAFormatIsWrong) {
  EXPECT_EQ(WhyNot("<hZ"), "in format \"<hZ\" at 2: unknown code 'Z'");
  EXPECT_EQ(
      WhyNot("<2n"),
      "in format \"<2n\" at 2: code 'n' has no standard size: use it without a prefix, or with "
      "@");
  EXPECT_EQ(WhyNot("h<"),
            "in format \"h<\" at 1: a prefix such as '<' stands at the very front only");
  EXPECT_EQ(WhyNot(" <h"),
            "in format \" <h\" at 1: a prefix such as '<' stands at the very front only");
  EXPECT_EQ(WhyNot("h3"), "in format \"h3\" at 1: a count wants its code right behind it");
  EXPECT_EQ(WhyNot("3 h"), "in format \"3 h\" at 0: a count wants its code right behind it");
  EXPECT_EQ(WhyNot("b9223372036854775807q"),
            "in format \"b9223372036854775807q\" at 1: the record would be longer than "
            "9223372036854775807 bytes");
  EXPECT_EQ(WhyNot(std::string_view("h\0\xff", 3)),
            "in format \"h\\x00\\xff\" at 1: unknown code '\\x00'");
  EXPECT_EQ(WhyNot(std::string(300, 'h') + "Z"),
            "in format \"" + std::string(80, 'h') + "...\" at 300: unknown code 'Z'");
}

TEST(RecordFormatTest, KnowsSizesAndCounts) {
  const RecordFormat format = RecordFormat::Parse("<3h 2x 10s 0i d").value();
  EXPECT_EQ(format.record_bytes(), 26u);
  EXPECT_EQ(format.value_count(), 5u);
  ASSERT_EQ(format.items().size(), 4u);
  EXPECT_EQ(format.items()[1].code, 's');
  EXPECT_EQ(format.items()[1].count, 10u);
  EXPECT_EQ(format.items()[1].offset, 8u);
}

TEST(RecordFormatTest, AShortFormatCannotAskForAnyAmountOfMemory) {
  EXPECT_TRUE(RecordFormat::Parse("1048576x").ok());
  EXPECT_EQ(WhyNot("1048577x"),
            "in format \"1048577x\": a record has 1048577 bytes; record_bytes_max is 1048576");
  EXPECT_TRUE(RecordFormat::Parse("1048577x", {.record_bytes_max = 1048577}).ok());
  EXPECT_NE(WhyNot("9223372036854775807s"), "");
}

TEST(RecordFormatTest, NamesTheValueThatDoesNotFit) {
  EXPECT_EQ(WhyNotPacked("<hI", {1, -1}),
            "in format \"<hI\": value 2 is -1; code 'I' takes a whole number from 0 to 4294967295");
  EXPECT_EQ(WhyNotPacked("<2xhb", {1, 128}),
            "in format \"<2xhb\": value 2 is 128; code 'b' takes a whole number from -128 to 127");
  EXPECT_EQ(WhyNotPacked("<q", {UINT64_MAX}),
            "in format \"<q\": value 1 is 18446744073709551615; code 'q' takes a whole number from "
            "-9223372036854775808 to 9223372036854775807");
  EXPECT_EQ(
      WhyNotPacked("<e", {65520}),
      "in format \"<e\": value 1 is 65520; code 'e' takes a number that rounds to 65504 at most");
  EXPECT_EQ(
      WhyNotPacked("<f", {1e39}),
      "in format \"<f\": value 1 is the number 1e+39; code 'f' takes a number that a float can "
      "hold");
  EXPECT_EQ(
      WhyNotPacked("<i", {1.0}),
      "in format \"<i\": value 1 is the number 1; code 'i' takes a whole number from -2147483648 "
      "to 2147483647");
  EXPECT_EQ(WhyNotPacked("c", {"ab"}),
            "in format \"c\": value 1 is 2 bytes; code 'c' takes 1 byte");
  EXPECT_EQ(WhyNotPacked("4s", {true}), "in format \"4s\": value 1 is true; code 's' takes bytes");
  EXPECT_EQ(WhyNotPacked("d", {"a"}),
            "in format \"d\": value 1 is 1 byte; code 'd' takes a number");
  EXPECT_EQ(WhyNotPacked("hh", {1}), "in format \"hh\": it takes 2 values, got 1");
  EXPECT_EQ(WhyNotPacked("4xs", {}), "in format \"4xs\": it takes 1 value, got 0");
}

TEST(RecordFormatTest, PackToWritesEveryByteOfTheRecordAndNoOther) {
  const RecordFormat format = RecordFormat::Parse("<b2xh3s").value();
  std::string memory(10, '#');
  ASSERT_TRUE(format.PackTo({1, 2, "a"}, memory.data() + 1).ok());
  EXPECT_EQ(memory, std::string("#\1\0\0\2\0a\0\0#", 10));
}

TEST(RecordFormatTest, UnpackAllGivesEachRecord) {
  const RecordFormat format = RecordFormat::Parse(">H?").value();
  std::vector<std::vector<RecordValue>> records;
  const auto keep = [&](absl::Span<const RecordValue> values) {
    records.emplace_back(values.begin(), values.end());
  };
  ASSERT_TRUE(format.UnpackAll(std::string_view("\0\1\0\0\2\7", 6), keep).ok());
  EXPECT_EQ(records,
            (std::vector<std::vector<RecordValue>>{{uint64_t{1}, false}, {uint64_t{2}, true}}));
  EXPECT_EQ(std::string(format.UnpackAll("12345", keep).message()),
            "in format \">H?\": 5 bytes are no whole number of records of 3");
  EXPECT_EQ(std::string(RecordFormat::Parse("0i")->UnpackAll("", keep).message()),
            "in format \"0i\": a record has no bytes, so that there is no end");
  EXPECT_EQ(records.size(), 2u);
}

TEST(RecordFormatTest, ValuesAreTrueAsInPython) {
  EXPECT_FALSE(RecordValue().truth());
  EXPECT_FALSE(RecordValue("").truth());
  EXPECT_FALSE(RecordValue(-0.0).truth());
  EXPECT_TRUE(RecordValue(-1).truth());
  EXPECT_TRUE(RecordValue("0").truth());
  EXPECT_TRUE(RecordValue(std::numeric_limits<double>::quiet_NaN()).truth());
}

}  // namespace
}  // namespace sluice
