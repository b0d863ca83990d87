// Groups on each kernel backend, and clients of the blocking kind on threads of their own.
#ifndef SLUICE_TESTS_GROUP_GROUP_FIXTURE_H_
#define SLUICE_TESTS_GROUP_GROUP_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "reactor/group.h"
#include "tests/conformance/fixture.h"
#include "tests/conformance/raw_socket.h"

namespace sluice::test {

class GroupTest : public testing::TestWithParam<BackendCase> {
 protected:
  void SetUp() override {
    absl::StatusOr<BackendChoice> probe = GetParam().make({});
    if (!probe.ok()) GTEST_SKIP() << probe.status().ToString();
    probe->backend.reset();
    descriptors_before_ = OpenDescriptors();
  }
  void TearDown() override {
    if (IsSkipped()) return;
    EXPECT_EQ(OpenDescriptors(), descriptors_before_);
  }

  GroupOptions Options(int threads) {
    GroupOptions options;
    options.threads = threads;
    options.loop.backend.kind = *ParseBackendKind(GetParam().name);
    return options;
  }

  // Every loop listens on one port, known after the first; `endpoint_` names it.
  template <class H>
  Group::SetUp ListenOnOnePort() {
    return [this](Loop& loop, int index) -> absl::Status {
      ListenerOptions options;
      options.reuse_port = true;
      absl::StatusOr<Listener*> listener = loop.Listen(index == 0 ? Loopback() : endpoint_, options,
                                                       [] { return std::make_unique<H>(); });
      if (listener.ok()) endpoint_ = (*listener)->endpoint();
      return listener.status();
    };
  }

  Endpoint endpoint_;

 private:
  int descriptors_before_ = 0;
};

class EchoHandler : public Handler {
 public:
  size_t OnData(Connection& connection, std::string_view bytes) override {
    connection.Send(bytes);
    return bytes.size();
  }
};

// Reads until `bytes` have arrived, the end, or an error; blocking.
inline void ReadFully(RawSocket& socket, size_t bytes) {
  while (!socket.Read(bytes - socket.received.size()) && socket.received.size() < bytes) {
    pollfd ready{socket.fd(), POLLIN, 0};
    if (poll(&ready, 1, 20000) == 0) {
      ADD_FAILURE() << "no answer in 20 s";
      return;
    }
  }
}

// Join, for groups that were asked to stop. One that does not is a failure, not a hang.
inline void JoinSoon(Group& group) {
  std::future<void> joined = std::async(std::launch::async, [&group] { group.Join(); });
  if (joined.wait_for(kPatience) == std::future_status::timeout) {
    ADD_FAILURE() << "the group does not stop";
    group.Stop(0ms);
    group.Stop(0ms);
  }
  joined.get();
}

// Connects until it is refused; false when it never was.
inline bool RefusedSoon(const Endpoint& endpoint) {
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < give_up) {
    if (RawSocket::Connect(endpoint).error != 0) return true;
  }
  return false;
}

}  // namespace sluice::test

#endif  // SLUICE_TESTS_GROUP_GROUP_FIXTURE_H_
