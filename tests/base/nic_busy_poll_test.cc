// What the kernel was told of busy polling, asked of the kernel itself.
#include <dirent.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "reactor/loop.h"

namespace sluice {
namespace {

using namespace std::chrono_literals;

std::vector<int> DescriptorsOf(const std::string& kind) {
  std::vector<int> found;
  DIR* directory = opendir("/proc/self/fd");
  while (const dirent* entry = readdir(directory)) {
    char target[64] = {};
    const std::string path = std::string("/proc/self/fd/") + entry->d_name;
    if (readlink(path.c_str(), target, sizeof(target) - 1) > 0 && kind == target) {
      found.push_back(std::atoi(entry->d_name));
    }
  }
  closedir(directory);
  return found;
}

// -1: this kernel cannot say.
int64_t EpollBusyPollMicroseconds(int fd) {
  struct {
    uint32_t microseconds = 0;
    uint32_t others = 0;
  } parameters;
  constexpr unsigned long kGet = _IOR(0x8A, 0x02, decltype(parameters));  // EPIOCGPARAMS
  return ioctl(fd, kGet, &parameters) == 0 ? parameters.microseconds : -1;
}

std::string DescriptorInfo(int fd) {
  std::ostringstream text;
  text << std::ifstream("/proc/self/fdinfo/" + std::to_string(fd)).rdbuf();
  return text.str();
}

LoopOptions Polling(BackendKind kind, Duration nic_busy_poll) {
  LoopOptions options;
  options.backend.kind = kind;
  options.backend.nic_busy_poll = nic_busy_poll;
  return options;
}

// Where the kernel has no busy polling, the error has to say so.
bool RefusedByTheKernel(const absl::Status& status) {
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("Linux 6.9"));
  return !status.ok();
}

TEST(NicBusyPollTest, EpollIsTold) {
  const auto loop = Loop::Create(Polling(BackendKind::kEpoll, 50us));
  if (!loop.ok() && RefusedByTheKernel(loop.status())) GTEST_SKIP() << loop.status();
  const std::vector<int> fds = DescriptorsOf("anon_inode:[eventpoll]");
  ASSERT_EQ(fds.size(), 1);
  EXPECT_EQ(EpollBusyPollMicroseconds(fds[0]), 50);
}

TEST(NicBusyPollTest, IoUringIsTold) {
  const auto loop = Loop::Create(Polling(BackendKind::kIoUring, 50us));
  if (!loop.ok()) GTEST_SKIP() << loop.status();
  const std::vector<int> fds = DescriptorsOf("anon_inode:[io_uring]");
  ASSERT_EQ(fds.size(), 1);
  EXPECT_THAT(DescriptorInfo(fds[0]), testing::HasSubstr("napi_busy_poll_dt:\t50000"));
}

TEST(NicBusyPollTest, IsOffUnlessAskedFor) {
  const auto loop = Loop::Create(Polling(BackendKind::kEpoll, 0us));
  ASSERT_TRUE(loop.ok());
  const std::vector<int> fds = DescriptorsOf("anon_inode:[eventpoll]");
  ASSERT_EQ(fds.size(), 1);
  const int64_t microseconds = EpollBusyPollMicroseconds(fds[0]);
  if (microseconds < 0) GTEST_SKIP() << "no EPIOCGPARAMS (Linux 6.9)";
  EXPECT_EQ(microseconds, 0);
}

TEST(NicBusyPollTest, NonsenseIsRefused) {
  for (const Duration nonsense : {Duration(-1us), Duration(2s)}) {
    const auto loop = Loop::Create(Polling(BackendKind::kEpoll, nonsense));
    ASSERT_FALSE(loop.ok());
    EXPECT_THAT(std::string(loop.status().message()), testing::HasSubstr("nic_busy_poll"));
  }
}

}  // namespace
}  // namespace sluice
