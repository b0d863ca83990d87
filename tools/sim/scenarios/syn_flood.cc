// SYNs that nobody follows up, faster than their entries expire, while clients who mean it connect:
// without cookies the SYN queue fills to its rule and the kernel drops and counts; with them
// everybody gets in for whom the accept queue has room.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tools/sim/scenarios/conversation.h"
#include "tools/sim/scenarios/scenarios.h"
#include "tools/sim/scenarios/visits.h"

namespace sluice::simulate {
namespace {

using namespace std::chrono_literals;
using sim::Fault;
using sim::HostCounters;
using sim::HostOptions;
using sim::SimHost;

class Flood {
 public:
  Flood(Trial& trial, SimHost& host, uint16_t port)
      : trial_(trial), host_(host), port_(port), listener_(host.listeners.front()) {}

  // What a listener may hold half open, measured on Linux: n + 1, and without cookies 3/4 of
  // tcp_max_syn_backlog + 1 where that is less (net/ipv4/tcp_input.c, tcp_conn_request).
  size_t HalfOpenMax() const {
    const size_t by_queue = network().AcceptQueueLimit(listener_) + 1;
    const size_t by_backlog = host_.options.tcp_max_syn_backlog / 4 * 3 + 1;
    switch (host_.options.tcp_syncookies) {
      case 0:
        return std::min(by_queue, by_backlog);
      case 1:
        return by_queue;
      default:
        return 0;
    }
  }

  void CheckHalfOpen() {
    trial_.Expect(network().HalfOpen(listener_) <= HalfOpenMax(), "a SYN queue above its limit");
  }

  // `count` SYNs at once: each is held, answered with a cookie, or dropped, and counted by its
  // cause.
  void Inject(uint64_t count) {
    const bool no_room =
        network().AcceptQueueLength(listener_) > network().AcceptQueueLimit(listener_);
    const size_t before = network().HalfOpen(listener_);
    const HostCounters then = host_.counters;
    for (uint64_t i = 0; i < count; ++i) network().InjectSyn(host_, port_);
    const uint64_t held = network().HalfOpen(listener_) - before;
    const uint64_t rest = count - held;
    const uint64_t expected = no_room ? 0 : std::min<uint64_t>(count, HalfOpenMax() - before);
    trial_.Expect(held == expected, "the SYN queue holds more or less than its rule says");
    const HostCounters& now = host_.counters;
    const uint64_t drops = now.listen_drops - then.listen_drops;
    const uint64_t cookies = now.syncookies_sent - then.syncookies_sent;
    const bool with_cookies = host_.options.tcp_syncookies != 0;
    trial_.Expect(drops + cookies == rest, "a SYN was neither held, nor answered, nor dropped");
    trial_.Expect(cookies == (with_cookies && !no_room ? rest : 0),
                  "cookies are for SYNs that the SYN queue has no room for");
    const uint64_t full_drops = now.request_queue_full_drop - then.request_queue_full_drop;
    const uint64_t overflows = now.listen_overflows - then.listen_overflows;
    const bool queue_full = network().HalfOpen(listener_) > network().AcceptQueueLimit(listener_);
    trial_.Expect(full_drops == (queue_full && !with_cookies ? rest : 0),
                  "TCPReqQFullDrop counts what a full SYN queue drops");
    const bool reaches_accept_queue = with_cookies || !queue_full;
    trial_.Expect(overflows == (no_room && reaches_accept_queue ? rest : 0),
                  "ListenOverflows counts what a full accept queue drops");
    trial_.Tally("SYNs of the flood held", held);
    trial_.Tally("SYNs of the flood dropped", drops);
    if (with_cookies) trial_.Tally("SYNs of the flood answered with a cookie", cookies);
  }

 private:
  sim::SimNetwork& network() const { return trial_.world().network(); }

  Trial& trial_;
  SimHost& host_;
  const uint16_t port_;
  const base::SlabKey listener_;
};

HostOptions DrawServer(Prng& draw, int cookies) {
  HostOptions options;
  options.tcp_syncookies = cookies;
  // From 4 on the kernel's quarter is exact.
  options.tcp_max_syn_backlog = static_cast<uint32_t>(4 << draw.Between(0, 6));
  options.somaxconn = static_cast<uint32_t>(draw.Chance(1, 4) ? draw.Between(1, 16) : 4096);
  options.tcp_synack_retries = static_cast<int>(draw.Between(0, 5));
  return options;
}

void Connect(Trial& trial, Loop& client, uint32_t number, Visit& visit) {
  // The loop slept: a turn shows it what time it is.
  trial.run().For(0s);
  visit.number = number;
  visit.timeout = Duration(trial.draw().Between(1'000'000'000, 200'000'000'000));
  ConnectionLimits limits;
  limits.idle_timeout = 5min;
  limits.stall_timeout = 0s;
  BeginVisit(client, *Endpoint::Parse("10.0.0.1:80"), limits, visit);
}

// The flood goes on while visitors come one after the other; then it ends, and one more comes.
void RunFlood(Trial& trial, Flood& flood, Loop& server, Loop& client, std::vector<Visit>& visits) {
  Prng& draw = trial.draw();
  const uint64_t a_step = draw.Between(1, 40);
  const Duration step(draw.Between(1'000'000, 2'000'000'000));
  for (size_t i = 0; i + 1 < visits.size(); ++i) {
    for (uint64_t steps = draw.Between(1, 4); steps > 0; --steps) {
      flood.Inject(a_step);
      trial.run().For(step);
      flood.CheckHalfOpen();
    }
    Connect(trial, client, static_cast<uint32_t>(i + 1), visits[i]);
  }
  const auto nobody = [&] {
    flood.CheckHalfOpen();
    return client.stats().connections == 0;
  };
  trial.RunUntil(nobody, 1h, "a visitor never ended");
  // Entries live for 2^(tcp_synack_retries + 1) - 1 seconds, 63 at most.
  trial.run().For(64s);
  const uint64_t drops = trial.world().network().host(0).counters.listen_drops;
  Connect(trial, client, static_cast<uint32_t>(visits.size()), visits.back());
  trial.RunUntil(nobody, 1h, "the visitor after the flood never ended");
  trial.Expect(drops == trial.world().network().host(0).counters.listen_drops,
               "a SYN was dropped after the flood had expired");
  trial.RunUntil([&] { return server.stats().connections == 0; }, 1h,
                 "the server kept a connection of nobody");
}

void FloodWith(Trial& trial, int cookies) {
  Prng& draw = trial.draw();
  std::vector<Visit> visits(draw.Between(2, 30));
  GuestBook book;
  sim::SimRun& run = trial.Start();
  SimHost& host = trial.world().AddHost(DrawServer(draw, cookies));
  Loop& server = run.AddLoop(host, SmallBuffers());
  Loop& client = run.AddLoop(trial.world().AddHost(), SmallBuffers());
  ListenerOptions listen;
  listen.backlog = static_cast<int>((1 << draw.Between(0, 7)) - 1);
  listen.limits.idle_timeout = 10min;
  trial.Expect(server.Listen<Receptionist>("10.0.0.1:80", listen, &book).ok(),
               "the server could not listen");
  Flood flood(trial, host, 80);
  RunFlood(trial, flood, server, client, visits);
  trial.End();
  const Outcomes outcomes = CheckVisits(trial, visits, book);
  const bool no_loss =
      FaultCount(trial, Fault::kHandshakeLoss) == 0 && FaultCount(trial, Fault::kSegmentDelay) == 0;
  if (!NoFatalFault(trial) || !no_loss) return;
  trial.Expect(outcomes.refused == 0, "a visitor was refused although somebody listened");
  // Whose half-open entry waits for room in the accept queue until it expires is reset.
  trial.Expect(outcomes.reset == 0 || host.counters.listen_overflows > 0,
               "a visitor was reset although there was room for it");
  trial.Expect(!visits.back().received.empty(), "the visitor after the flood was not served");
  if (cookies == 0 || host.counters.listen_overflows > 0) return;
  trial.Expect(outcomes.served == visits.size(), "a visitor did not get in despite cookies");
  trial.Tally("floods in which everybody got in");
}

}  // namespace

void SynFlood(Trial& trial) {
  FloodWith(trial, 0);
}

void SynCookies(Trial& trial) {
  FloodWith(trial, static_cast<int>(trial.draw().Between(1, 2)));
}

}  // namespace sluice::simulate
