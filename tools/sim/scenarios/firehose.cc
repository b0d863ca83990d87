// Connections that send without a pause among others that send a little and wait for the answer.
// None gets more than its bytes of a turn, and an answer waits no longer than some turns.
#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/sim/scenarios/conversation.h"
#include "tools/sim/scenarios/pattern.h"
#include "tools/sim/scenarios/scenarios.h"
#include "tools/sim/scenarios/watch.h"

namespace sluice::simulate {
namespace {

using namespace std::chrono_literals;

constexpr uint32_t kBufferBytes = 256;

// Of one client.
struct Flow {
  bool firehose = false;
  uint64_t bytes = 0;  // of a firehose
  uint64_t pings = 0;  // of the others
  PatternSink echoed;
  uint64_t rounds = 0;
  Duration slowest{0};
  bool ended = false;  // by the server, everything returned
};

// Echoes; not for a firehose, which does not read while it pours: each would wait for the other.
class Server : public Handler {
 public:
  explicit Server(Trial& trial) : trial_(trial) {}

  size_t OnData(Connection& connection, std::string_view bytes) override {
    trial_.Expect(sink_.Take(bytes), "bytes changed on their way");
    Count(connection, bytes.size());
    firehose_ = firehose_ || sink_.taken() > kPingBytesMax;
    if (!firehose_) connection.Send(bytes);
    return bytes.size();
  }

  static constexpr uint64_t kPingBytesMax = 2000;  // in all; more comes of firehoses only

 private:
  void Count(Connection& connection, size_t bytes) {
    const uint64_t turn = connection.loop().stats().turns;
    if (turn != turn_) {
      turn_ = turn;
      turn_bytes_ = 0;
    }
    turn_bytes_ += bytes;
    // The bytes of a turn; the delivery with which they are reached is shown whole.
    trial_.Expect(turn_bytes_ < connection.limits().turn_bytes + kBufferBytes,
                  "a connection was shown more than its bytes of a turn");
  }

  Trial& trial_;
  PatternSink sink_;
  bool firehose_ = false;
  uint64_t turn_ = 0;
  uint64_t turn_bytes_ = 0;
};

class Firehose : public Handler {
 public:
  Firehose(Flow& flow, uint8_t number) : flow_(flow), source_(number) {}

  void OnOpen(Connection& connection) override { Pour(connection); }
  void OnDrain(Connection& connection) override { Pour(connection); }
  size_t OnData(Connection&, std::string_view bytes) override { return bytes.size(); }
  void OnEnd(Connection& connection) override {
    flow_.ended = true;
    connection.Close();
  }

 private:
  void Pour(Connection& connection) {
    while (source_.given() < flow_.bytes &&
           connection.unsent_bytes() <= connection.limits().output_high_water_bytes) {
      connection.Send(source_.Next(std::min<uint64_t>(flow_.bytes - source_.given(), 4096)));
    }
    if (source_.given() == flow_.bytes) connection.EndOutput();
  }

  Flow& flow_;
  PatternSource source_;
};

class Pinger : public Handler {
 public:
  Pinger(Trial& trial, Flow& flow, uint8_t number) : trial_(trial), flow_(flow), source_(number) {}

  void OnOpen(Connection& connection) override {
    if (flow_.pings == 0) {
      connection.EndOutput();
    } else {
      Ping(connection);
    }
  }

  size_t OnData(Connection& connection, std::string_view bytes) override {
    trial_.Expect(flow_.echoed.Take(bytes), "an answer is not what was sent");
    trial_.Expect(flow_.echoed.taken() <= source_.given(), "an answer came that nobody waits for");
    if (flow_.echoed.taken() < source_.given()) return bytes.size();
    // What is sent first waits for the end of the handshake and for the server to accept.
    if (flow_.rounds > 0) {
      flow_.slowest = std::max(flow_.slowest, connection.loop().now() - sent_);
    }
    if (++flow_.rounds < flow_.pings) {
      Ping(connection);
    } else {
      connection.EndOutput();
    }
    return bytes.size();
  }

  void OnEnd(Connection& connection) override {
    flow_.ended = flow_.rounds == flow_.pings;
    trial_.Expect(flow_.ended, "the server ended before it answered");
    connection.Close();
  }

 private:
  void Ping(Connection& connection) {
    sent_ = connection.loop().now();
    connection.Send(source_.Next(trial_.draw().Between(1, 16)));
  }

  Trial& trial_;
  Flow& flow_;
  PatternSource source_;
  TimePoint sent_;
};

// Of half the trials: a kernel that tells of everything at once, so that what an answer waits for
// is the server. Nothing is left but deliveries in any sizes and connections that end.
bool DrawCalm(Trial& trial) {
  if (!trial.draw().Chance(1, 2)) return false;
  using sim::Fault;
  constexpr std::array kSlow = {Fault::kShortSend, Fault::kLateReceive,  Fault::kLateSend,
                                Fault::kNoBuffers, Fault::kSmallBatch,   Fault::kEmptyPoll,
                                Fault::kLatePoll,  Fault::kSegmentDelay, Fault::kPartialReceive};
  for (const Fault fault : kSlow) trial.options.faults.ratios[static_cast<size_t>(fault)] = 0;
  trial.options.network.jitter = Duration(0);
  trial.options.network.bytes_per_second = 0;
  return true;
}

void CheckFlows(Trial& trial, const sim::SimHost& server, const std::vector<Flow>& flows,
                const Watch& servers, bool calm) {
  // Beyond the way there and back: some turns of the three loops, each a microsecond.
  constexpr Duration kTurnsMax = 30us;
  size_t broken_off = 0;
  for (const Flow& flow : flows) {
    if (!flow.ended) ++broken_off;
    trial.Tally(flow.ended ? "clients finished" : "clients broken off");
    trial.Tally("pings answered", flow.rounds);
    if (!calm || flow.rounds < 2) continue;
    const Duration waited = flow.slowest - 2 * trial.options.network.latency;
    trial.Expect(waited <= kTurnsMax, "a ping waited for a firehose");
    trial.Tally("pings held to their time", flow.rounds - 1);
  }
  ExpectExcused(trial, server, broken_off, flows.size(), servers.opened());
}

std::vector<Flow> DrawFlows(Prng& draw) {
  std::vector<Flow> flows(draw.Between(2, 6));
  for (size_t i = 0; i < flows.size(); ++i) {
    flows[i].firehose = i == 0 || (i == 1 && draw.Chance(1, 2));
    flows[i].bytes = draw.Chance(1, 8) ? draw.Between(3000, 100'000) : draw.Between(3000, 20'000);
    flows[i].pings = draw.Between(0, 30);
  }
  return flows;
}

}  // namespace

void FirehoseAmongPings(Trial& trial) {
  Prng& draw = trial.draw();
  const bool calm = DrawCalm(trial);
  std::vector<Flow> flows = DrawFlows(draw);
  Watch servers(trial);
  Watch clients(trial);
  sim::SimRun& run = trial.Start();
  sim::SimHost& server_host = trial.world().AddHost();
  BackendOptions buffers;
  buffers.receive_buffers = 64;
  buffers.receive_buffer_bytes = kBufferBytes;
  Loop& server = run.AddLoop(server_host, buffers);
  Loop& pouring = run.AddLoop(trial.world().AddHost(), buffers);
  Loop& pinging = run.AddLoop(trial.world().AddHost(), buffers);
  ListenerOptions listen;
  listen.limits = TightLimits();
  listen.limits.turn_bytes = static_cast<uint32_t>(draw.Between(1, 2048));
  auto listener = server.Listen(*Endpoint::Parse("10.0.0.1:80"), listen,
                                [&] { return servers.Over(std::make_unique<Server>(trial)); });
  trial.Expect(listener.ok(), "the server could not listen");
  ConnectOptions connect = PatientConnect();
  connect.limits.output_high_water_bytes = 8192;
  connect.limits.output_low_water_bytes = 4096;
  for (size_t i = 0; i < flows.size(); ++i) {
    const auto number = static_cast<uint8_t>(i);
    std::unique_ptr<Handler> handler;
    if (flows[i].firehose) {
      handler = std::make_unique<Firehose>(flows[i], number);
    } else {
      handler = std::make_unique<Pinger>(trial, flows[i], number);
    }
    (flows[i].firehose ? pouring : pinging)
        .Connect((*listener)->endpoint(), connect, clients.Over(std::move(handler)));
  }
  const auto all_gone = [&] {
    return pouring.stats().connections == 0 && pinging.stats().connections == 0 &&
           server.stats().connections == 0;
  };
  trial.RunUntil(all_gone, 2h, "a connection never ended");
  trial.Tally("turns whose bytes were used up", server.stats().budget_pauses);
  trial.End();
  servers.CheckAllGone();
  clients.CheckAllGone();
  CheckFlows(trial, server_host, flows, servers, calm);
}

}  // namespace sluice::simulate
