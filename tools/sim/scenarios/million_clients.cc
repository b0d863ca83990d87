// One server, a million clients at once: more than any laptop has ports or descriptors for.
#include <algorithm>
#include <memory>
#include <vector>

#include "tools/sim/scenarios/conversation.h"
#include "tools/sim/scenarios/scenarios.h"

namespace sluice::simulate {
namespace {

using namespace std::chrono_literals;

constexpr uint32_t kClients = 1'000'000;
// A host has 28,232 ports for its clients (net.ipv4.ip_local_port_range).
constexpr uint32_t kClientsPerHost = 25'000;
constexpr uint32_t kConnectsATurn = 500;  // of each host

struct Crowd {
  uint32_t connected = 0;
  uint32_t answered = 0;
  uint32_t lost = 0;
};

// Connects, sends a word, sees it come back, and stays.
class PatientClient : public Handler {
 public:
  explicit PatientClient(Crowd& crowd) : crowd_(crowd) {}
  void OnOpen(Connection& connection) override {
    ++crowd_.connected;
    connection.SendStatic("hello");
  }
  size_t OnData(Connection&, std::string_view bytes) override {
    if (bytes != "hello") return 0;
    ++crowd_.answered;
    return bytes.size();
  }
  void OnClose(Connection&, CloseReason) override { ++crowd_.lost; }

 private:
  Crowd& crowd_;
};

// Connects its clients some at a time, as a load generator would.
class ClientHost {
 public:
  ClientHost(Loop& loop, const Endpoint& server, Crowd& crowd, uint32_t clients)
      : loop_(loop),
        server_(server),
        crowd_(crowd),
        left_(clients),
        timer_(std::make_unique<Timer>(loop, [this] { ConnectSome(); })) {
    timer_->ArmAfter(0ms);
  }

 private:
  void ConnectSome() {
    ConnectOptions options;
    options.timeout = 10min;
    for (uint32_t i = 0; i < kConnectsATurn && left_ > 0; ++i, --left_) {
      loop_.Connect(server_, options, std::make_unique<PatientClient>(crowd_));
    }
    if (left_ > 0) timer_->ArmAfter(10ms);
  }

  Loop& loop_;
  const Endpoint server_;
  Crowd& crowd_;
  uint32_t left_;
  std::unique_ptr<Timer> timer_;
};

}  // namespace

void MillionClients(Trial& trial) {
  trial.options.faults = sim::FaultKnobs::None();
  trial.options.network = sim::NetworkOptions();
  trial.options.steps_max = 1'000'000'000;
  Crowd crowd;
  std::vector<std::unique_ptr<ClientHost>> hosts;
  sim::SimRun& run = trial.Start();
  sim::HostOptions server_options;
  server_options.somaxconn = 65'535;
  Loop& server = run.AddLoop(trial.world().AddHost(server_options));
  ListenerOptions listen;
  listen.backlog = 65'535;
  const auto listener = server.Listen<EchoHandler>("10.0.0.1:80", listen);
  trial.Expect(listener.ok(), "the server could not listen");
  for (uint32_t clients = 0; clients < kClients; clients += kClientsPerHost) {
    Loop& loop = run.AddLoop(trial.world().AddHost(), SmallBuffers());
    hosts.push_back(std::make_unique<ClientHost>(loop, (*listener)->endpoint(), crowd,
                                                 std::min(kClientsPerHost, kClients - clients)));
  }
  trial.RunUntil([&] { return crowd.answered == kClients; }, 1h, "some clients had no answer");
  trial.Expect(server.stats().connections == kClients, "the server does not hold them all");
  trial.Expect(crowd.lost == 0, "a client was lost");
  trial.Tally("clients connected at once", crowd.connected);
  hosts.clear();
  trial.End();
}

}  // namespace sluice::simulate
