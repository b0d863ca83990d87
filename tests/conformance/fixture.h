// What every conformance test stands on: one loop on the backend under test, turned by the test
// itself on one thread, and scripted peers at both ends of its connections.
//
// A new backend takes part by one line in EveryBackend(). Tests that use descriptors, raw sockets
// or signals derive from KernelTest, all others from ReactorTest.
#ifndef SLUICE_TESTS_CONFORMANCE_FIXTURE_H_
#define SLUICE_TESTS_CONFORMANCE_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reactor/backend/backend.h"
#include "reactor/loop.h"
#include "tests/conformance/payload.h"
#include "tests/conformance/peer.h"

namespace sluice::test {

using namespace std::chrono_literals;

struct BackendCase {
  std::string name;
  bool has_kernel = true;  // its sockets are real descriptors
  std::function<absl::StatusOr<BackendChoice>(const BackendOptions&)> make;
};
void PrintTo(const BackendCase& backend, std::ostream* out);
std::string BackendCaseName(const testing::TestParamInfo<BackendCase>& info);

std::vector<BackendCase> EveryBackend();
std::vector<BackendCase> KernelBackends();
// Every backend, io_uring with all sends zero-copy, and as it is before Linux 6.1.
std::vector<BackendCase> EveryConfiguration();

// How long a test waits for what must happen before it fails. Nothing that passes waits for it.
inline constexpr Duration kPatience = std::chrono::seconds(20);

// Turns the loop until `done`; false when it was not within `patience` or the loop stopped first.
bool TurnUntil(Loop& loop, absl::FunctionRef<bool()> done, Duration patience = kPatience);

// The same for what must wake the loop up: each turn sleeps as long as the loop likes. False, too,
// when it was woken up only by a timer, which is seconds away.
bool SleepUntil(Loop& loop, absl::FunctionRef<bool()> done);

// Turns some more, so that what must not happen has its chance to.
void Settle(Loop& loop, int turns = 20);

// 127.0.0.1:0
Endpoint Loopback();
Endpoint At(std::string_view text);

// Descriptors this process has open.
int OpenDescriptors();

class ReactorTest : public testing::TestWithParam<BackendCase> {
 protected:
  // Skips where the backend does not work, saying why.
  void SetUp() override;
  // Every handler was closed once and destroyed, and no descriptor is left.
  void TearDown() override;

  // Made on first use from `backend_options`.
  Loop& loop();
  std::unique_ptr<Loop> MakeLoop();
  void DestroyLoop() { loop_.reset(); }

  bool TurnUntil(absl::FunctionRef<bool()> done, Duration patience = kPatience) {
    return test::TurnUntil(loop(), done, patience);
  }
  bool SleepUntil(absl::FunctionRef<bool()> done) { return test::SleepUntil(loop(), done); }
  void Settle(int turns = 20) { test::Settle(loop(), turns); }

  // Each accepted connection becomes a Peer with this script, appended to accepted_.
  Listener* Listen(Script script = {}, ListenerOptions options = {},
                   const Endpoint& endpoint = Loopback(), Loop* on = nullptr);
  PeerPtr Connect(const Endpoint& endpoint, Script script = {}, ConnectOptions options = {},
                  Loop* on = nullptr);

  struct Pair {
    PeerPtr client;
    PeerPtr server;
    Listener* listener = nullptr;
  };
  // A listener of its own and one connection to it, open at both ends.
  Pair ConnectPair(Script client = {}, Script server = {}, const ConnectionLimits& limits = {});

  // The connection of a peer that is open.
  Connection& Of(const PeerPtr& peer);

  BackendOptions backend_options;
  std::vector<PeerPtr> accepted_;

 private:
  PeerPtr NewPeer(const Script& script);

  std::vector<PeerPtr> peers_;
  std::unique_ptr<Loop> loop_;
  int descriptors_before_ = 0;
};

class KernelTest : public ReactorTest {};

}  // namespace sluice::test

#define SLUICE_ON_EVERY_BACKEND(Suite)                                                        \
  INSTANTIATE_TEST_SUITE_P(Every, Suite, ::testing::ValuesIn(::sluice::test::EveryBackend()), \
                           ::sluice::test::BackendCaseName)
#define SLUICE_ON_EVERY_CONFIGURATION(Suite)                                          \
  INSTANTIATE_TEST_SUITE_P(Every, Suite,                                              \
                           ::testing::ValuesIn(::sluice::test::EveryConfiguration()), \
                           ::sluice::test::BackendCaseName)
#define SLUICE_ON_KERNEL_BACKENDS(Suite)                                                         \
  INSTANTIATE_TEST_SUITE_P(Kernel, Suite, ::testing::ValuesIn(::sluice::test::KernelBackends()), \
                           ::sluice::test::BackendCaseName)

#endif  // SLUICE_TESTS_CONFORMANCE_FIXTURE_H_
