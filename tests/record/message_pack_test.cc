#include "protocols/message_pack.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace sluice {
namespace {

// The bytes of a literal, zeros included.
template <size_t kSize>
std::string B(const char (&literal)[kSize]) {
  return std::string(literal, kSize - 1);
}

MessagePackError Why(const std::string& bytes, const MessagePackLimits& limits = {}) {
  return DecodeMessagePack(bytes, limits).error();
}

std::string Nested(size_t depth) {
  return std::string(depth, '\x91') + "\x01";
}

TEST(MessagePackTest, EncodesAsTheSpecificationSays) {
  EXPECT_EQ(EncodeMessagePack(7), B("\x07"));
  EXPECT_EQ(EncodeMessagePack(-1), B("\xff"));
  EXPECT_EQ(EncodeMessagePack(256), B("\xcd\x01\x00"));
  EXPECT_EQ(EncodeMessagePack(true), B("\xc3"));
  EXPECT_EQ(EncodeMessagePack(1.5), B("\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00"));
  EXPECT_EQ(EncodeMessagePack("hi"), B("\xa2hi"));
  EXPECT_EQ(EncodeMessagePack(std::vector<char>{'a'}), B("\xc4\x01\x61"));
  EXPECT_EQ(EncodeMessagePack(std::map<std::string, std::vector<int>>{{"a", {1, 2}}}),
            B("\x81\xa1\x61\x92\x01\x02"));
  EXPECT_EQ(EncodeMessagePack(msgpack::type::nil_t()), B("\xc0"));
}

TEST(MessagePackTest, DecodesToWhatTheReceiverWants) {
  const std::string bytes =
      EncodeMessagePack(std::tuple(std::string("name"), -5, 2.5, std::vector<int>{1, 2}));
  const MessagePackObject object = DecodeMessagePack(bytes);
  ASSERT_TRUE(object.ok());
  const auto values = object.As<std::tuple<std::string_view, int, double, std::vector<int>>>();
  ASSERT_TRUE(values.has_value());
  EXPECT_EQ(*values, std::tuple(std::string_view("name"), -5, 2.5, std::vector<int>({1, 2})));
  const char* text = std::get<0>(*values).data();
  EXPECT_TRUE(text > bytes.data() && text < bytes.data() + bytes.size()) << "a view, no copy";
}

TEST(MessagePackTest, AnotherShapeIsNoException) {
  const std::string bytes = EncodeMessagePack(std::vector<int>{1, -300});
  const MessagePackObject object = DecodeMessagePack(bytes);
  EXPECT_FALSE(object.As<int>().has_value());
  EXPECT_FALSE(object.As<std::string>().has_value());
  EXPECT_FALSE((object.As<std::map<std::string, int>>().has_value()));
  EXPECT_FALSE(object.As<std::vector<unsigned>>().has_value());
  EXPECT_FALSE(object.As<std::vector<int8_t>>().has_value());
  EXPECT_TRUE(object.As<std::vector<int16_t>>().has_value());
  EXPECT_FALSE(DecodeMessagePack("").As<int>().has_value());
}

struct Point {
  int x, y;
  MSGPACK_DEFINE(x, y);
};

// Made by msgpack::adaptor::as, which has no default.
struct Ruler {
  explicit Ruler(int length) : cm(length) {}
  int cm;
};

}  // namespace
}  // namespace sluice

template <>
struct msgpack::adaptor::as<sluice::Ruler> {
  sluice::Ruler operator()(const msgpack::object& object) const {
    return sluice::Ruler(object.as<int>());
  }
};

namespace sluice {
namespace {

// What a variable without an initialiser then finds.
[[gnu::noinline]] void DirtyTheStack() {
  volatile unsigned char bytes[8192];
  for (volatile unsigned char& byte : bytes) byte = 0x5a;
}

TEST(MessagePackTest, MembersThatAreAbsentAreZero) {
  for (const std::string& bytes : {B("\x90"), B("\x91\x07")}) {
    DirtyTheStack();
    const auto point = DecodeMessagePack(bytes).As<Point>();
    ASSERT_TRUE(point.has_value());
    EXPECT_EQ(point->x, bytes.size() == 1 ? 0 : 7);
    EXPECT_EQ(point->y, 0);
  }
  const auto points = DecodeMessagePack(B("\x91\x90")).As<std::vector<Point>>();
  ASSERT_TRUE(points.has_value());
  EXPECT_EQ(points->at(0).x, 0);
}

template <class T>
bool Takes(const std::string& bytes) {
  return DecodeMessagePack(bytes).As<T>().has_value();
}

TEST(MessagePackTest, ArraysOfAnotherLengthAreAnotherShape) {
  const std::string none = B("\x90"), two = B("\x92\x01\x02"), three = B("\x93\x01\x02\x03");
  using Two = std::array<int, 2>;
  EXPECT_FALSE(Takes<Two>(none));
  EXPECT_TRUE(Takes<Two>(two));
  EXPECT_FALSE(Takes<Two>(three));
  EXPECT_FALSE((Takes<std::tuple<int, int>>(none)));
  EXPECT_TRUE((Takes<std::tuple<int, int>>(two)));
  EXPECT_FALSE((Takes<std::tuple<int, int>>(three)));
  EXPECT_FALSE(Takes<std::tuple<>>(two));
  EXPECT_FALSE((Takes<std::pair<int, int>>(three)));
  EXPECT_FALSE((Takes<std::array<Ruler, 2>>(none)));
  EXPECT_TRUE((Takes<std::array<Ruler, 2>>(two)));
  EXPECT_FALSE((Takes<std::tuple<Ruler, Ruler, Ruler>>(two)));
  EXPECT_TRUE((Takes<std::tuple<Ruler, int, Ruler>>(three)));
}

TEST(MessagePackTest, SoDoTheyWithinOthers) {
  using Two = std::array<int, 2>;
  for (const bool right : {true, false}) {
    const std::string element = right ? B("\x92\x01\x02") : B("\x91\x01");
    EXPECT_EQ(Takes<std::vector<Two>>("\x91" + element), right);
    EXPECT_EQ((Takes<std::array<Two, 1>>("\x91" + element)), right);
    EXPECT_EQ(Takes<std::tuple<Two>>("\x91" + element), right);
    EXPECT_EQ((Takes<std::pair<int, Two>>("\x92\x01" + element)), right);
    EXPECT_EQ((Takes<std::map<int, Two>>("\x81\x01" + element)), right);
    EXPECT_EQ((Takes<std::map<Two, int>>("\x81" + element + "\x01")), right);
    EXPECT_EQ(Takes<std::optional<Two>>(element), right);
    EXPECT_EQ(Takes<std::shared_ptr<Two>>(element), right);
  }
  EXPECT_TRUE(Takes<std::optional<Two>>("\xc0"));
  for (const char* text : {"\xa1h", "\xa3hid", "\xc4\x01h"}) {
    EXPECT_FALSE((Takes<std::array<char, 2>>(text))) << text;
  }
  EXPECT_TRUE((Takes<std::array<char, 2>>("\xa2hi")));
}

TEST(MessagePackTest, EveryCutIsTruncatedAndMoreIsTrailing) {
  const std::string bytes = EncodeMessagePack(std::map<std::string, std::vector<double>>{
      {"first", {1, 2.5}}, {std::string(40, 'k'), std::vector<double>(20, 0.5)}});
  for (size_t size = 0; size < bytes.size(); ++size) {
    // In memory of its own size, so that reading on is seen.
    const std::vector<char> cut(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_EQ(DecodeMessagePack({cut.data(), cut.size()}).error(), MessagePackError::kTruncated);
  }
  EXPECT_EQ(Why(bytes), MessagePackError::kNone);
  EXPECT_EQ(Why(bytes + "\x01"), MessagePackError::kTrailingBytes);
  EXPECT_EQ(Why(bytes + "\xc1"), MessagePackError::kTrailingBytes);
}

TEST(MessagePackTest, WhatAHeaderAnnouncesIsNotAllocated) {
  // Arrays, maps, strings, binaries and extensions of 2^32 - 1, and none of it is there.
  for (const char* header : {"\xdd", "\xdf", "\xdb", "\xc6", "\xc9"}) {
    const std::string bytes = header + B("\xff\xff\xff\xff\x01\x02");
    EXPECT_NE(Why(bytes), MessagePackError::kNone);
    EXPECT_EQ(Why(bytes, {.elements_max = SIZE_MAX}), MessagePackError::kTruncated);
    EXPECT_EQ(Why("\x92\x01" + bytes, {.elements_max = SIZE_MAX}), MessagePackError::kTruncated);
  }
  // Each level announces as much as the limit has; together they may not.
  std::string levels;
  for (int i = 0; i < 30; ++i) levels += B("\xdd\x00\x00\x80\x00");
  EXPECT_EQ(Why(levels), MessagePackError::kTruncated) << "32,768 elements have as many bytes";
  EXPECT_EQ(Why(levels + std::string(70'000, '\0')), MessagePackError::kTooManyElements);
}

TEST(MessagePackTest, EachLimitHasItsName) {
  EXPECT_EQ(Why("\xc1"), MessagePackError::kReservedByte);
  EXPECT_EQ(Why("\x92\x01\xc1"), MessagePackError::kReservedByte);
  EXPECT_EQ(Why(Nested(32)), MessagePackError::kNone);
  EXPECT_EQ(Why(Nested(33)), MessagePackError::kTooDeep);
  EXPECT_EQ(Why(Nested(100'000)), MessagePackError::kTooDeep);
  EXPECT_EQ(Why(Nested(3), {.depth_max = 3}), MessagePackError::kNone);
  EXPECT_EQ(Why("\x93\x01\x02\x03", {.elements_max = 3}), MessagePackError::kNone);
  EXPECT_EQ(Why("\x93\x01\x02\x03", {.elements_max = 2}), MessagePackError::kTooManyElements);
  EXPECT_EQ(Why("\x82\x01\x02\x03\x04", {.elements_max = 3}), MessagePackError::kTooManyElements);
  EXPECT_EQ(Why("\xa3"
                "abc",
                {.string_bytes_max = 3}),
            MessagePackError::kNone);
  EXPECT_EQ(Why("\xa3"
                "abc",
                {.string_bytes_max = 2}),
            MessagePackError::kStringTooLong);
  EXPECT_EQ(Why("\xc4\x03"
                "abc",
                {.binary_bytes_max = 2}),
            MessagePackError::kBinaryTooLong);
  EXPECT_EQ(Why("\xd5\x05"
                "ab",
                {.extension_bytes_max = 2}),
            MessagePackError::kNone);
  EXPECT_EQ(Why("\xd5\x05"
                "ab",
                {.extension_bytes_max = 1}),
            MessagePackError::kExtensionTooLong);
  EXPECT_EQ(Why("\x01", {.message_bytes_max = 0}), MessagePackError::kMessageTooLong);
  EXPECT_EQ(Why("\xa2\xc3\x28"), MessagePackError::kNotUtf8);
  EXPECT_EQ(Why("\xa2\xc3\x28", {.utf8_only = false}), MessagePackError::kNone);
  EXPECT_EQ(Why("\xc4\x02\xc3\x28"), MessagePackError::kNone) << "binaries are any bytes";
}

}  // namespace
}  // namespace sluice
