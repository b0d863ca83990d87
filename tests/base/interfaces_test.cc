#include "reactor/backend/interfaces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <net/if.h>

namespace sluice {
namespace {

TEST(InterfacesTest, LoopbackIsFoundByEveryNameOfIt) {
  const uint32_t index = if_nametoindex("lo");
  if (index == 0) GTEST_SKIP() << "this host has no lo";
  for (const std::string& text : {std::string("lo"), std::to_string(index)}) {
    absl::StatusOr<NetworkInterface> found = FindInterface(text);
    ASSERT_TRUE(found.ok()) << found.status().ToString();
    EXPECT_EQ(found->name, "lo");
    EXPECT_EQ(found->index, index);
    EXPECT_TRUE(found->loopback);
  }
}

TEST(InterfacesTest, EachIsFoundByEachOfItsAddressesHoweverWritten) {
  absl::StatusOr<std::vector<NetworkInterface>> all = ListInterfaces();
  ASSERT_TRUE(all.ok()) << all.status().ToString();
  ASSERT_FALSE(all->empty());
  for (const NetworkInterface& interface : *all) {
    EXPECT_EQ(interface.index, if_nametoindex(interface.name.c_str()));
    for (const InterfaceAddress& address : interface.addresses) {
      const std::string with_prefix = address.ToString();
      const std::string text = with_prefix.substr(0, with_prefix.find('/'));
      absl::StatusOr<NetworkInterface> found = FindInterface(text);
      ASSERT_TRUE(found.ok()) << found.status().ToString();
      EXPECT_THAT(found->addresses, testing::Contains(testing::Truly([&](const auto& other) {
                    return other.ToString().substr(0, text.size()) == text;
                  })));
    }
  }
  absl::StatusOr<NetworkInterface> loopback = FindInterface("0:0:0:0:0:0:0:1");
  if (FindInterface("::1").ok()) {
    EXPECT_TRUE(loopback.ok()) << loopback.status().ToString();
  }
}

TEST(InterfacesTest, AnUnknownOneIsAnErrorThatNamesThoseThereAre) {
  for (const char* text : {"no-such0", "192.0.2.77", "4000000000", ""}) {
    const absl::Status status = FindInterface(text).status();
    EXPECT_TRUE(absl::IsNotFound(status)) << status.ToString();
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr("\"" + std::string(text) + "\""));
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr("lo"));
  }
}

TEST(InterfacesTest, TheRouteToThisHostIsLoopback) {
  if (if_nametoindex("lo") == 0) GTEST_SKIP() << "this host has no lo";
  absl::StatusOr<NetworkInterface> towards = InterfaceTowards(*Endpoint::Parse("127.0.0.1:0"));
  ASSERT_TRUE(towards.ok()) << towards.status().ToString();
  EXPECT_EQ(towards->name, "lo");
  EXPECT_TRUE(absl::IsInvalidArgument(InterfaceTowards(*Endpoint::Parse("unix:@x")).status()));
}

}  // namespace
}  // namespace sluice
