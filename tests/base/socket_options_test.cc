#include "reactor/backend/socket_options.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstring>

namespace sluice {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

int AsInt(const RawSocketOption& option) {
  int number = -1;
  EXPECT_EQ(option.value.size(), sizeof(number));
  std::memcpy(&number, option.value.data(), sizeof(number));
  return number;
}

TEST(SocketOptionsTest, KeepsTheOrderAndTheValuesAsSetsockoptTakesThem) {
  SocketOptions options;
  options.Set(socket_option::kNoDelay, true)
      .Set(socket_option::kKeepAliveIdle, seconds(30))
      .Set(socket_option::kUserTimeout, milliseconds(250))
      .Try(socket_option::kReceiveBufferBytes, 4096)
      .Set(socket_option::kCongestion, "cubic");
  const auto& entries = options.entries();
  ASSERT_EQ(entries.size(), 5u);
  EXPECT_EQ(entries[0].level, IPPROTO_TCP);
  EXPECT_EQ(entries[0].name, TCP_NODELAY);
  EXPECT_STREQ(entries[0].label, "TCP_NODELAY");
  EXPECT_EQ(AsInt(entries[0]), 1);
  EXPECT_EQ(AsInt(entries[1]), 30);
  EXPECT_EQ(AsInt(entries[2]), 250);
  EXPECT_EQ(AsInt(entries[3]), 4096);
  EXPECT_EQ(entries[4].value, "cubic");
  EXPECT_TRUE(entries[0].required);
  EXPECT_FALSE(entries[3].required);
}

TEST(SocketOptionsTest, DurationsAreConvertedToTheUnitOfTheOption) {
  SocketOptions options;
  options.Set(socket_option::kUserTimeout, seconds(2));
  EXPECT_EQ(AsInt(options.entries()[0]), 2000);
}

TEST(SocketOptionsTest, AStructIsItsOwnBytes) {
  SocketOptions options;
  options.Set(socket_option::kLinger, linger{1, 7});
  linger back{};
  ASSERT_EQ(options.entries()[0].value.size(), sizeof(back));
  std::memcpy(&back, options.entries()[0].value.data(), sizeof(back));
  EXPECT_EQ(back.l_onoff, 1);
  EXPECT_EQ(back.l_linger, 7);
}

TEST(SocketOptionsTest, AnswersOfTheKernelAreReadByType) {
  using socket_option_internal::FromBytes;
  const int two = 2;
  const std::string bytes(reinterpret_cast<const char*>(&two), sizeof(two));
  EXPECT_TRUE(FromBytes<bool>(bytes));
  EXPECT_EQ(FromBytes<int>(bytes), 2);
  EXPECT_EQ(FromBytes<seconds>(bytes), seconds(2));
  // IP_TTL and its kin may answer in one byte (ip(7)).
  EXPECT_EQ(FromBytes<int>(std::string(1, '\x40')), 64);
  EXPECT_EQ(FromBytes<int>(""), 0);
  EXPECT_EQ(FromBytes<std::string>(std::string("reno\0\0\0", 7)), "reno");
}

TEST(SocketOptionsTest, AQuestionHasRoomForTheAnswer) {
  EXPECT_EQ(RawSocketOptionFor(socket_option::kNoDelay).value.size(), sizeof(int));
  EXPECT_EQ(RawSocketOptionFor(socket_option::kTcpInfo).value.size(), sizeof(tcp_info));
  EXPECT_GE(RawSocketOptionFor(socket_option::kCongestion).value.size(), 16u);
}

}  // namespace
}  // namespace sluice
