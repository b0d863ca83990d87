#include "tools/sim/queue_grid/sim_cell.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "reactor/base/check.h"
#include "reactor/base/endpoint.h"
#include "reactor/sim/sim_world.h"

namespace sluice::queue_grid {
namespace {

using std::chrono::milliseconds;

constexpr uint16_t kPort = 80;
constexpr Duration kSettled = milliseconds(500);

// Clients by number, without loops: the network tells what becomes of them.
class Clients final : public sim::SocketOwner {
 public:
  explicit Clients(sim::SimNetwork& network) : network_(network) {}

  void Connect(sim::SimHost& host, const Endpoint& endpoint) {
    const auto number = static_cast<uint32_t>(clients_.size());
    clients_.emplace_back();
    sim::StreamKey key;
    const int error = network_.Connect(host, endpoint, {this, number}, &key);
    SLUICE_CHECK(error == 0, "a connect over a network without faults begins");
    clients_[number].key = key;
  }

  void OnReadable(uint32_t) override {}
  void OnWritable(uint32_t) override {}
  void OnConnected(uint32_t socket, int error) override {
    clients_[socket].state = error == 0 ? Count::kEstablished : Count::kFailed;
  }

  void CountStates(Counts& counts) {
    for (const Client& client : clients_) {
      const bool reset = client.state == Count::kEstablished && network_.EndOf(client.key) != 0;
      ++At(counts, reset ? Count::kFailed : client.state);
    }
  }

 private:
  struct Client {
    sim::StreamKey key;
    Count state = Count::kSynSent;
  };

  sim::SimNetwork& network_;
  std::vector<Client> clients_;
};

sim::HostOptions OptionsOf(const Cell& cell, bool syn_queue_full_at_limit) {
  sim::HostOptions options;
  options.somaxconn = cell.somaxconn;
  options.tcp_max_syn_backlog = cell.max_syn_backlog;
  options.tcp_syncookies = cell.syncookies;
  options.tcp_abort_on_overflow = cell.abort_on_overflow;
  options.tcp_syn_retries = cell.syn_retries;
  options.tcp_synack_retries = cell.synack_retries;
  options.tcp_syn_linear_timeouts = cell.syn_linear_timeouts;
  options.syn_queue_full_at_limit = syn_queue_full_at_limit;
  return options;
}

void CountHost(const sim::HostCounters& host, Counts& counts) {
  At(counts, Count::kListenOverflows) += static_cast<int64_t>(host.listen_overflows);
  At(counts, Count::kListenDrops) += static_cast<int64_t>(host.listen_drops);
  At(counts, Count::kReqQFullDrop) += static_cast<int64_t>(host.request_queue_full_drop);
  At(counts, Count::kReqQFullDoCookies) += static_cast<int64_t>(host.request_queue_full_cookies);
  At(counts, Count::kSyncookiesSent) += static_cast<int64_t>(host.syncookies_sent);
  At(counts, Count::kSyncookiesRecv) += static_cast<int64_t>(host.syncookies_received);
  At(counts, Count::kEmbryonicRsts) += static_cast<int64_t>(host.embryonic_resets);
  At(counts, Count::kSynRetrans) += static_cast<int64_t>(host.syn_retransmits);
}

}  // namespace

Counts RunSimCell(const Cell& cell, bool syn_queue_full_at_limit) {
  sim::WorldOptions world_options;
  world_options.network.latency = milliseconds(5);
  sim::SimWorld world(world_options);
  sim::SimNetwork& network = world.network();
  const sim::HostOptions options = OptionsOf(cell, syn_queue_full_at_limit);
  sim::SimHost& server = world.AddHost(options);
  // Within a host a handshake is over before connect returns; between two hosts there is a delay.
  sim::SimHost& client = cell.path == Path::kDelayed ? world.AddHost(options) : server;
  sim::ListenerKey listener;
  Endpoint endpoint = *Endpoint::Parse("10.0.0.1:0");
  endpoint.set_port(kPort);
  const int error = network.Listen(server, endpoint, cell.backlog, false, {}, &listener);
  SLUICE_CHECK(error == 0, "nothing else listens here");

  Clients clients(network);
  for (uint32_t i = 0; i < cell.filled; ++i) clients.Connect(server, endpoint);
  for (uint32_t i = 0; i < cell.syns; ++i) network.InjectSyn(server, kPort);
  for (uint32_t i = 0; i < cell.connects; ++i) clients.Connect(client, endpoint);
  const TimePoint begin = world.now();
  const auto pass_until = [&](Duration since_begin) {
    const TimePoint end = begin + since_begin;
    while (world.events().next_time() <= end) world.events().HappenNext();
  };
  pass_until(kSettled);
  for (uint32_t i = 0; i < cell.accepted; ++i) {
    sim::StreamKey accepted;
    SLUICE_CHECK(network.Accept(listener, {}, &accepted) == 0, "the plan accepts what is there");
  }
  pass_until(std::max(cell.read_at, kSettled));

  Counts counts{};
  clients.CountStates(counts);
  At(counts, Count::kQueue) = static_cast<int64_t>(network.AcceptQueueLength(listener));
  At(counts, Count::kLimit) = static_cast<int64_t>(network.AcceptQueueLimit(listener));
  At(counts, Count::kHalfOpen) = static_cast<int64_t>(network.HalfOpen(listener));
  CountHost(server.counters, counts);
  if (&client != &server) CountHost(client.counters, counts);
  return counts;
}

}  // namespace sluice::queue_grid
