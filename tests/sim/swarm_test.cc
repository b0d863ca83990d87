// Whole conversations under faults drawn from a seed: whatever the simulated kernel does, bytes
// come in order and unchanged, everybody closes once and for a reason, and nothing is left behind.
// The simulator itself watches the contract of backend.h and names the seed where it is broken.
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "protocols/line.h"
#include "reactor/base/prng.h"
#include "reactor/framed.h"
#include "reactor/loop.h"
#include "reactor/sim/sim_run.h"
#include "reactor/sim/sim_world.h"

namespace sluice::sim {
namespace {

using namespace std::chrono_literals;

constexpr uint64_t kSeeds = 1000;

struct Outcome {
  std::string sent;
  std::string received;
  int opens = 0;
  int closes = 0;
  CloseReason reason;
};

// Sends what it has in random pieces, reads slowly where it feels like it, ends its output, and
// waits for the echo's end.
class Client : public Handler {
 public:
  Client(Outcome& outcome, Prng& prng) : outcome_(outcome), prng_(prng) {}

  void OnOpen(Connection& connection) override {
    ++outcome_.opens;
    SendSome(connection);
  }
  size_t OnData(Connection& connection, std::string_view bytes) override {
    const size_t consumed = prng_.Chance(1, 4) ? prng_.Between(0, bytes.size()) : bytes.size();
    outcome_.received.append(bytes.substr(0, consumed));
    // What is left unconsumed comes with the next bytes; at the end it would be lost.
    left_ = bytes.substr(consumed);
    if (prng_.Chance(1, 8)) {
      connection.PauseReading();
      const ConnectionId id = connection.id();
      Loop& loop = connection.loop();
      timer_ = std::make_unique<Timer>(loop, [id, &loop] {
        if (Connection* paused = loop.Find(id)) paused->ResumeReading();
      });
      timer_->ArmAfter(Duration(prng_.Between(1, 3'000'000)));
    }
    SendSome(connection);
    return consumed;
  }
  void OnDrain(Connection& connection) override { SendSome(connection); }
  void OnEnd(Connection& connection) override {
    outcome_.received += left_;
    connection.Close();
  }
  void OnClose(Connection&, CloseReason reason) override {
    ++outcome_.closes;
    outcome_.reason = reason;
  }

 private:
  void SendSome(Connection& connection) {
    while (sent_ < outcome_.sent.size() && connection.unsent_bytes() < 8192) {
      const size_t piece = std::min<size_t>(prng_.Between(1, 4096), outcome_.sent.size() - sent_);
      connection.Send(std::string_view(outcome_.sent).substr(sent_, piece));
      sent_ += piece;
    }
    if (sent_ == outcome_.sent.size()) connection.EndOutput();
  }

  Outcome& outcome_;
  Prng& prng_;
  size_t sent_ = 0;
  std::string left_;
  std::unique_ptr<Timer> timer_;
};

class Echo : public Handler {
 public:
  size_t OnData(Connection& connection, std::string_view bytes) override {
    connection.Send(bytes);
    return bytes.size();
  }
};

std::string RandomBytes(Prng& prng, size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(prng.Next());
  return bytes;
}

struct Totals {
  std::array<uint64_t, kFaults> faults{};
  int complete = 0;
  int broken = 0;
};

// One seed: a server and a client host, small buffers, some conversations.
void EchoUnderFaults(uint64_t seed, Totals& totals) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Prng draw(seed);
  WorldOptions options;
  options.seed = draw.Next();
  options.faults = FaultKnobs::Draw(draw);
  options.network.jitter = Duration(draw.Between(0, 200'000));
  options.network.send_buffer_bytes = static_cast<uint32_t>(draw.Between(1, 20'000));
  options.network.receive_buffer_bytes = static_cast<uint32_t>(draw.Between(1, 20'000));
  options.replay_command = "sim_test, seed " + std::to_string(seed) + " of EchoUnderFaults";
  SimWorld world(options);
  std::vector<Outcome> outcomes(draw.Between(1, 12));
  {
    SimRun run(world);
    BackendOptions small;
    small.receive_buffers = 4;
    small.receive_buffer_bytes = 512;
    Loop& server = run.AddLoop(world.AddHost(), small);
    Loop& client = run.AddLoop(world.AddHost(), small);
    ListenerOptions listen;
    listen.backlog = static_cast<int>(draw.Between(0, 8));
    listen.limits.output_high_water_bytes = 4096;
    listen.limits.output_low_water_bytes = 1024;
    listen.limits.turn_bytes = 2048;
    listen.limits.stall_timeout = 0s;
    absl::StatusOr<Listener*> listener = server.Listen<Echo>("10.0.0.1:80", listen);
    ASSERT_TRUE(listener.ok()) << listener.status().ToString();
    for (Outcome& outcome : outcomes) {
      outcome.sent = RandomBytes(draw, draw.Between(0, 30'000));
      ConnectOptions connect;
      connect.timeout = 300s;
      // The client must go on reading whatever it has still to send: two ends that both stop for
      // their unsent output would wait for each other.
      connect.limits.stall_timeout = 0s;
      client.Connect((*listener)->endpoint(), connect, std::make_unique<Client>(outcome, draw));
    }
    const bool all_closed = run.Until([&] { return client.stats().connections == 0; },
                                      world.now() + std::chrono::hours(2));
    EXPECT_TRUE(all_closed) << client.stats().connections << " connections never ended";
  }
  for (const Outcome& outcome : outcomes) {
    EXPECT_EQ(outcome.closes, 1);
    EXPECT_LE(outcome.opens, 1);
    EXPECT_EQ(outcome.received, outcome.sent.substr(0, outcome.received.size())) << "bytes changed";
    if (outcome.reason.code == CloseCode::kPeerEnded) {
      EXPECT_EQ(outcome.received.size(), outcome.sent.size()) << "bytes were lost without a word";
      ++totals.complete;
    } else {
      ++totals.broken;
    }
  }
  for (size_t i = 0; i < kFaults; ++i) totals.faults[i] += world.faults().counts()[i];
}

TEST(SwarmTest, EchoUnderFaults) {
  Totals totals;
  for (uint64_t seed = 1; seed <= kSeeds && !testing::Test::HasFailure(); ++seed) {
    EchoUnderFaults(seed, totals);
  }
  EXPECT_GT(totals.complete, totals.broken / 4) << "faults that end connections must stay rare";
  // A fault that never happens tests nothing.
  for (const Fault fault :
       {Fault::kPartialReceive, Fault::kShortSend, Fault::kLateReceive, Fault::kLateSend,
        Fault::kLateAccept, Fault::kLateConnect, Fault::kLateClose, Fault::kLateEnd,
        Fault::kDeliveryAfterStop, Fault::kNoBuffers, Fault::kSmallBatch, Fault::kEmptyPoll,
        Fault::kAcceptOutOfFiles, Fault::kSocketOutOfFiles, Fault::kPeerReset,
        Fault::kConnectRefused, Fault::kSegmentDelay, Fault::kHandshakeLoss,
        Fault::kDescriptorReuse}) {
    EXPECT_GT(totals.faults[static_cast<size_t>(fault)], 0u) << FaultName(fault);
  }
}

// The same seed, the same run: down to every packet and completion.
class Recorder : public Tracer {
 public:
  bool wanted() const override { return true; }
  void OnPacket(const TracedPacket& packet) override {
    Add(packet.time, packet.kind, packet.bytes, packet.from->port());
  }
  void OnCompletion(const TracedCompletion& completion) override {
    Add(completion.time, completion.operation, static_cast<uint64_t>(completion.result),
        completion.token);
  }
  std::string text;

 private:
  void Add(TimePoint time, std::string_view what, uint64_t a, uint64_t b) {
    text += std::to_string(time.time_since_epoch().count()) + " " + std::string(what) + " " +
            std::to_string(a) + " " + std::to_string(b) + "\n";
  }
};

std::string TraceOf(uint64_t seed) {
  Recorder recorder;
  WorldOptions options;
  options.seed = seed;
  options.tracer = &recorder;
  Prng knobs(seed);
  options.faults = FaultKnobs::Draw(knobs);
  SimWorld world(options);
  Prng prng(seed);
  std::vector<Outcome> outcomes(5);
  SimRun run(world);
  Loop& server = run.AddLoop(world.AddHost());
  Loop& client = run.AddLoop(world.AddHost());
  absl::StatusOr<Listener*> listener = server.Listen<Echo>("10.0.0.1:80");
  for (Outcome& outcome : outcomes) {
    outcome.sent = RandomBytes(prng, 5000);
    client.Connect((*listener)->endpoint(), {}, std::make_unique<Client>(outcome, prng));
  }
  run.Until([&] { return client.stats().connections == 0; }, world.now() + std::chrono::hours(1));
  return recorder.text;
}

TEST(SwarmTest, OneSeedIsOneRun) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const std::string first = TraceOf(seed);
    EXPECT_EQ(first, TraceOf(seed)) << "seed " << seed;
    EXPECT_FALSE(first.empty());
  }
  EXPECT_NE(TraceOf(1), TraceOf(2));
}

}  // namespace
}  // namespace sluice::sim
