// Many clients at once in front of small queues, which are served now and then: everybody is
// served, or told why not, or gives up; the queues stay within their limits and empty in the end.
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
using sim::HostOptions;
using sim::SimHost;

// How a listener takes connections from its queue.
enum class Accepting { kAlways, kNowAndThen, kOneByOne, kFewAtATime };

class Door {
 public:
  Door(Trial& trial, Loop& loop, GuestBook& book, bool reuse_port, const std::string& endpoint)
      : trial_(trial),
        accepting_(static_cast<Accepting>(trial.draw().Between(0, 3))),
        period_(trial.draw().Between(1'000'000, 3'000'000'000)),
        timer_(loop, [this] { Tick(); }) {
    Prng& draw = trial.draw();
    ListenerOptions options;
    options.backlog = static_cast<int>(draw.Between(0, 8));
    options.reuse_port = reuse_port;
    options.accepting = accepting_ == Accepting::kAlways || accepting_ == Accepting::kFewAtATime;
    if (accepting_ == Accepting::kFewAtATime) most_ = options.connections_max = draw.Between(1, 4);
    options.limits.idle_timeout = 10min;
    auto listener = loop.Listen<Receptionist>(endpoint, options, &book);
    trial.Expect(listener.ok(), "the server could not listen");
    listener_ = *listener;
    if (!options.accepting) timer_.ArmAfter(period_);
  }

  Listener* listener() { return listener_; }
  void Open() {
    Check();
    timer_.Cancel();
    open_ = true;
    listener_->ResumeAccepting();
  }
  void Close() {
    timer_.Cancel();
    listener_->Close();
  }
  // It took no more than it was told to; a kernel may give one more each time it is stopped.
  void Check() const {
    const uint64_t despite_stop = FaultCount(trial_, Fault::kAcceptAfterStop);
    trial_.Expect(listener_->connections() <= most_ + despite_stop,
                  "a listener has more connections than connections_max");
    if (accepting_ == Accepting::kOneByOne && !open_) {
      trial_.Expect(listener_->accepted() <= asked_ + despite_stop,
                    "a listener accepted more than it was asked to");
    }
  }

 private:
  void Tick() {
    Check();
    if (accepting_ == Accepting::kOneByOne) {
      ++asked_;
      listener_->AcceptOne();
    } else if (trial_.draw().Chance(1, 2)) {
      listener_->ResumeAccepting();
    } else {
      listener_->PauseAccepting();
    }
    timer_.ArmAfter(period_);
  }

  Trial& trial_;
  const Accepting accepting_;
  const Duration period_;
  Listener* listener_ = nullptr;
  size_t most_ = 1'000'000;  // connections_max
  uint64_t asked_ = 0;       // AcceptOne calls
  bool open_ = false;
  Timer timer_;
};

HostOptions DrawSysctls(Prng& draw) {
  HostOptions options;
  options.somaxconn = static_cast<uint32_t>(draw.Chance(1, 3) ? draw.Between(1, 6) : 4096);
  options.tcp_max_syn_backlog = static_cast<uint32_t>(8 << draw.Between(0, 7));
  options.tcp_syncookies = static_cast<int>(draw.Between(0, 2));
  options.tcp_abort_on_overflow = draw.Chance(1, 3);
  options.tcp_syn_retries = static_cast<int>(draw.Between(0, 6));
  options.tcp_synack_retries = static_cast<int>(draw.Between(0, 5));
  return options;
}

// Of every listener of the host, at any time (net/ipv4/tcp_input.c, tcp_conn_request).
void CheckQueues(Trial& trial, const SimHost& host) {
  sim::SimNetwork& network = trial.world().network();
  for (const base::SlabKey key : host.listeners) {
    const size_t limit = network.AcceptQueueLimit(key);
    trial.Expect(limit <= host.options.somaxconn, "an accept queue is longer than somaxconn");
    trial.Expect(network.AcceptQueueLength(key) <= limit + 1, "an accept queue above its limit");
    trial.Expect(network.HalfOpen(key) <= limit + 1, "a SYN queue above its limit");
    if (host.options.tcp_syncookies == 2) {
      trial.Expect(network.HalfOpen(key) == 0, "a half-open entry where every SYN gets a cookie");
    }
  }
}

void CheckCounters(Trial& trial, const SimHost& host) {
  const sim::HostCounters& counters = host.counters;
  trial.Expect(counters.listen_drops >= counters.listen_overflows,
               "ListenOverflows counts what ListenDrops does not");
  if (host.options.tcp_syncookies == 0) {
    trial.Expect(counters.syncookies_sent + counters.syncookies_received == 0,
                 "cookies although they are off");
    trial.Expect(
        counters.listen_drops >= counters.listen_overflows + counters.request_queue_full_drop,
        "ListenDrops counts less than its causes");
  } else {
    trial.Expect(counters.request_queue_full_drop == 0, "a full SYN queue dropped despite cookies");
  }
  if (!host.options.tcp_abort_on_overflow) {
    trial.Expect(counters.embryonic_resets == 0, "a reset on overflow although that is off");
  }
  trial.Tally("SYNs or handshakes dropped by full queues", counters.listen_drops);
  trial.Tally("cookies sent", counters.syncookies_sent);
  trial.Tally("handshakes reset by abort_on_overflow", counters.embryonic_resets);
}

// What must not have happened without its cause.
void CheckCauses(Trial& trial, const Outcomes& outcomes, const SimHost& host, bool closed_early,
                 bool patient) {
  const sim::HostCounters& counters = host.counters;
  trial.Expect(outcomes.refused == 0 || closed_early || !NoFatalFault(trial),
               "a visitor was refused although somebody listened");
  const bool undisturbed = NoFatalFault(trial) && !closed_early &&
                           FaultCount(trial, Fault::kHandshakeLoss) == 0 &&
                           FaultCount(trial, Fault::kSegmentDelay) == 0 &&
                           counters.embryonic_resets == 0 && counters.listen_drops == 0;
  if (!undisturbed) return;
  // A queue that nobody empties makes its visitors wait, and that is all.
  trial.Expect(outcomes.reset == 0, "a visitor was reset although there was room for it");
  if (patient) trial.Expect(outcomes.timed_out == 0, "a visitor timed out although it got in");
  trial.Tally("storms without a drop");
}

// A patient visitor waits for as long as its kernel does, and longer than any door stays shut.
void SendVisitor(Trial& trial, Loop& client, const Endpoint& server, bool patient, Visit& visit) {
  Prng& draw = trial.draw();
  if (!patient) visit.timeout = Duration(draw.Between(1'000'000, 60'000'000'000));
  ConnectionLimits limits;
  limits.stall_timeout = patient ? 0s : 60s;
  limits.idle_timeout = patient ? 60min : Duration(draw.Between(1, 300) * 1'000'000'000);
  BeginVisit(client, server, limits, visit);
}

std::vector<std::unique_ptr<Door>> OpenDoors(Trial& trial, Loop& server, GuestBook& book) {
  Prng& draw = trial.draw();
  const bool one_port = draw.Chance(1, 2);
  std::vector<std::unique_ptr<Door>> doors(draw.Between(1, 3));
  for (size_t i = 0; i < doors.size(); ++i) {
    const std::string endpoint = "10.0.0.1:" + std::to_string(one_port ? 80 : 80 + i);
    doors[i] = std::make_unique<Door>(trial, server, book, one_port, endpoint);
  }
  return doors;
}

// Neither connections, nor anything that may become one.
bool Quiet(Trial& trial, const Loop& server, const SimHost& host) {
  sim::SimNetwork& network = trial.world().network();
  size_t left = server.stats().connections;
  for (const base::SlabKey key : host.listeners) {
    left += network.AcceptQueueLength(key) + network.HalfOpen(key);
  }
  return left == 0;
}

}  // namespace

void ConnectStorm(Trial& trial) {
  Prng& draw = trial.draw();
  GuestBook book;
  book.greets = draw.Chance(1, 4);
  // Many storms are small, a few large.
  std::vector<Visit> visits(draw.Chance(1, 50)
                                ? draw.Between(100, 300)
                                : draw.Between(1, uint64_t{1} << draw.Between(2, 6)));
  sim::SimRun& run = trial.Start();
  SimHost& host = trial.world().AddHost(DrawSysctls(draw));
  Loop& server = run.AddLoop(host, SmallBuffers());
  std::vector<std::unique_ptr<Door>> doors = OpenDoors(trial, server, book);
  std::vector<Loop*> clients(draw.Between(1, 3));
  for (Loop*& client : clients) {
    HostOptions options;
    options.tcp_syn_retries = static_cast<int>(draw.Between(0, 6));
    client = &run.AddLoop(trial.world().AddHost(options), SmallBuffers());
  }
  const bool patient = draw.Chance(1, 2);
  for (size_t i = 0; i < visits.size(); ++i) {
    visits[i].number = static_cast<uint32_t>(i + 1);
    visits[i].listens_first = book.greets;
    Listener* listener = doors[draw.Between(0, doors.size() - 1)]->listener();
    SendVisitor(trial, *clients[i % clients.size()], listener->endpoint(), patient, visits[i]);
  }
  const auto everybody_left = [&] {
    CheckQueues(trial, host);
    for (const auto& door : doors) door->Check();
    return std::all_of(clients.begin(), clients.end(),
                       [](const Loop* client) { return client->stats().connections == 0; });
  };
  run.Until(everybody_left, trial.world().now() + Duration(draw.Between(1, 30'000'000'000)));
  const bool closes_early = draw.Chance(1, 8);
  if (closes_early) {
    doors.back()->Close();
    doors.pop_back();
  }
  run.Until(everybody_left, trial.world().now() + 5min);
  for (const auto& door : doors) door->Open();
  trial.RunUntil(everybody_left, 2h, "a visitor never ended");
  trial.RunUntil([&] { return Quiet(trial, server, host); }, 1h,
                 "connections were left in the queues, or half open");
  doors.clear();
  trial.End();
  CheckCauses(trial, CheckVisits(trial, visits, book), host, closes_early, patient);
  CheckCounters(trial, host);
}

}  // namespace sluice::simulate
