// Links by themselves: each pair of hosts has its own latency and bandwidth.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "reactor/loop.h"
#include "reactor/sim/sim_run.h"
#include "reactor/sim/sim_world.h"

namespace sluice::sim {
namespace {

using namespace std::chrono_literals;

class Sends : public Handler {
 public:
  explicit Sends(size_t bytes) : bytes_(bytes) {}
  void OnOpen(Connection& connection) override {
    connection.Send(std::string(bytes_, 'x'));
    connection.Close();
  }
  size_t OnData(Connection&, std::string_view bytes) override { return bytes.size(); }

 private:
  const size_t bytes_;
};

class Ends : public Handler {
 public:
  explicit Ends(TimePoint& ended) : ended_(ended) {}
  size_t OnData(Connection&, std::string_view bytes) override { return bytes.size(); }
  void OnEnd(Connection& connection) override {
    ended_ = connection.loop().now();
    connection.Close();
  }

 private:
  TimePoint& ended_;
};

// When a client behind this link has all of `bytes`.
Duration TimeToGet(size_t bytes, const LinkOptions& link) {
  SimWorld world({});
  SimHost& server_host = world.AddHost();
  SimHost& client_host = world.AddHost();
  SimHost& bystander = world.AddHost();
  world.network().SetLink(client_host, server_host, link);
  world.network().SetLink(client_host, bystander, {.latency = 10s});
  TimePoint ended;
  SimRun run(world);
  auto listener = run.AddLoop(server_host).Listen<Sends>("10.0.0.1:80", {}, bytes);
  Loop& client = run.AddLoop(client_host);
  const TimePoint began = world.now();
  client.Connect((*listener)->endpoint(), {}, std::make_unique<Ends>(ended));
  EXPECT_TRUE(run.Until([&] { return ended != TimePoint(); }, began + 100s));
  return ended - began;
}

TEST(LinkTest, LatencyIsPaidByEveryFlight) {
  // SYN, SYN-ACK, ACK, the bytes and their end: four flights, and some microseconds of turns.
  const Duration near = TimeToGet(100, {.latency = 1ms});
  const Duration far = TimeToGet(100, {.latency = 50ms});
  EXPECT_GE(near, 4ms);
  EXPECT_LT(near, 4100us);
  EXPECT_GE(far, 200ms);
  EXPECT_LT(far, 200'100us);
}

TEST(LinkTest, BandwidthIsPaidByEveryByte) {
  const Duration time = TimeToGet(200'000, {.latency = 1ms, .bytes_per_second = 100'000});
  EXPECT_GE(time, 2s);
  EXPECT_LT(time, 2100ms);
}

TEST(LinkTest, JitterIsAddedWithinItsBounds) {
  const Duration time = TimeToGet(100, {.latency = 1ms, .jitter = 10ms});
  EXPECT_GT(time, 4100us);
  EXPECT_LE(time, 44'100us);
}

}  // namespace
}  // namespace sluice::sim
