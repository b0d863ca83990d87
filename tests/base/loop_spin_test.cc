// When a loop that spins asks again at once, and when it sleeps, by a clock of the test's own.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <vector>

#include "bench/scripted_backend.h"
#include "reactor/loop.h"

namespace sluice {
namespace {

using namespace std::chrono_literals;

// Each Poll takes a microsecond; none may sleep, so one that would is noted instead.
class PollCounter : public ScriptedBackend {
 public:
  PollCounter() : ScriptedBackend("", 0) {}
  absl::Span<const Completion> Poll(TimePoint deadline) override {
    ++(deadline == TimePoint::min() ? at_once : sleeping);
    return ScriptedBackend::Poll(deadline);
  }
  int at_once = 0;
  int sleeping = 0;
};

class Sink : public Handler {
  size_t OnData(Connection&, std::string_view bytes) override { return bytes.size(); }
};

struct Spinning {
  explicit Spinning(Duration spin) {
    auto counter = std::make_unique<PollCounter>();
    backend = counter.get();
    loop = std::make_unique<Loop>(BackendChoice{std::move(counter), ""}, spin);
  }
  void Turn(int turns) {
    for (int i = 0; i < turns; ++i) loop->Turn();
  }
  PollCounter* backend;
  std::unique_ptr<Loop> loop;
};

TEST(LoopSpinTest, WithoutItEveryTurnMaySleep) {
  Spinning spinning(Duration(0));
  ASSERT_TRUE(spinning.loop->Listen<Sink>("127.0.0.1:0").ok());  // which is an event
  spinning.Turn(20);
  EXPECT_EQ(spinning.backend->at_once, 0);
}

TEST(LoopSpinTest, AsksAgainForAsLongAsItWasTold) {
  Spinning spinning(10us);
  spinning.Turn(5);
  EXPECT_EQ(spinning.backend->at_once, 0) << "nothing happened yet";
  ASSERT_TRUE(spinning.loop->Listen<Sink>("127.0.0.1:0").ok());
  spinning.Turn(1);  // the connection
  const int slept = spinning.backend->sleeping;
  spinning.Turn(10);
  EXPECT_EQ(spinning.backend->at_once, 10);
  spinning.Turn(10);
  EXPECT_EQ(spinning.backend->at_once, 10) << "it is bounded";
  EXPECT_EQ(spinning.backend->sleeping, slept + 10);
}

}  // namespace
}  // namespace sluice
