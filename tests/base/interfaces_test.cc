#include "reactor/backend/interfaces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

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

// As `ip address add 127.0.0.9/8 dev lo label lo:1` does.
void AddLabelledAddress() {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  ifreq request{};
  std::strcpy(request.ifr_name, "lo:1");
  const Endpoint address = *Endpoint::Parse("127.0.0.9:0");
  std::memcpy(&request.ifr_addr, address.address(), sizeof(sockaddr_in));
  EXPECT_EQ(ioctl(fd, SIOCSIFADDR, &request), 0) << std::strerror(errno);
  close(fd);
}

void ExpectTheLabelIsOfLoopback() {
  AddLabelledAddress();
  absl::StatusOr<std::vector<NetworkInterface>> all = ListInterfaces();
  ASSERT_TRUE(all.ok()) << all.status().ToString();
  EXPECT_EQ(all->size(), 1u) << "a label is no interface";
  for (const char* text : {"127.0.0.9", "lo:1", "lo"}) {
    absl::StatusOr<NetworkInterface> found = FindInterface(text);
    ASSERT_TRUE(found.ok()) << found.status().ToString();
    EXPECT_EQ(found->name, "lo") << text;
    EXPECT_EQ(found->index, if_nametoindex("lo"));
  }
}

TEST(InterfacesTest, AnAddressWithALabelIsOfItsInterface) {
  constexpr int kForbidden = 2;
  const pid_t child = fork();
  if (child == 0) {
    if (unshare(CLONE_NEWNET) != 0) _exit(kForbidden);
    ExpectTheLabelIsOfLoopback();
    _exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  if (WEXITSTATUS(status) == kForbidden) GTEST_SKIP() << "no network namespaces here";
  EXPECT_EQ(status, 0);
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
