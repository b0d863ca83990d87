// Links part and heal while clients have their bytes echoed: nothing is lost, doubled or reordered
// within a connection, and each ends in good order or for a reason that was there.
#include <algorithm>
#include <cerrno>
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
using sim::SimHost;

// A conversation, and when what happened in it.
struct Timed {
  Conversation conversation;
  Duration deadline{0};  // after it opened; 0: none
  Duration idle_timeout{0};
  TimePoint opened, last_heard, closed;
};

class TimedClient : public ConversationClient {
 public:
  TimedClient(Timed& timed, Prng& prng)
      : ConversationClient(timed.conversation, prng), timed_(timed) {}

  void OnOpen(Connection& connection) override {
    timed_.opened = timed_.last_heard = connection.loop().now();
    if (timed_.deadline > 0s) connection.SetDeadline(timed_.opened + timed_.deadline);
    ConversationClient::OnOpen(connection);
  }
  size_t OnData(Connection& connection, std::string_view bytes) override {
    timed_.last_heard = connection.loop().now();
    return ConversationClient::OnData(connection, bytes);
  }
  void OnClose(Connection& connection, CloseReason reason) override {
    timed_.closed = connection.loop().now();
    ConversationClient::OnClose(connection, reason);
  }

 private:
  Timed& timed_;
};

// Seconds or minutes, now and then none.
Duration DrawTimeout(Prng& draw) {
  return draw.Chance(1, 3) ? Duration(draw.Between(1'000'000'000, 100'000'000'000)) : 0s;
}

// Parts and heals the server's links, one at a time, and leaves them whole. The time that any link
// was parted.
Duration PartAndHeal(Trial& trial, const std::vector<SimHost*>& homes) {
  Prng& draw = trial.draw();
  sim::SimNetwork& network = trial.world().network();
  const SimHost& server = network.host(0);
  std::vector<bool> parted(homes.size());
  Duration sum{0};
  for (uint64_t turns = draw.Between(1, 10); turns > 0; --turns) {
    const size_t link = draw.Between(0, homes.size() - 1);
    parted[link] = !parted[link];
    network.Partition(server, *homes[link], parted[link]);
    // Milliseconds mostly, for conversations take no longer; seconds now and then, minutes rarely.
    const uint64_t most = draw.Chance(1, 16)  ? 200'000'000'000
                          : draw.Chance(1, 4) ? 10'000'000'000
                                              : 100'000'000;
    const Duration length(draw.Between(1'000'000, most));
    trial.run().For(length);
    if (std::find(parted.begin(), parted.end(), true) != parted.end()) sum += length;
    trial.Tally(parted[link] ? "links parted" : "links healed");
  }
  for (const SimHost* home : homes) network.Partition(server, *home, false);
  return sum;
}

// What may have ended a conversation besides its own end.
struct Causes {
  bool client_stalls = false;
  bool server_gives_up = false;  // for a timeout, with a reset
  bool server_idles = false;     // and ends in good order, whatever is still on its way
  bool gives_up = false;         // TCP does, after a quarter of an hour
};

void CheckConversation(Trial& trial, const Timed& timed, const Causes& causes) {
  const Conversation& conversation = timed.conversation;
  trial.Expect(conversation.closes == 1, "a client did not get OnClose exactly once");
  trial.Expect(conversation.sent.starts_with(conversation.received), "bytes changed on their way");
  if (timed.deadline > 0s && conversation.opens > 0) {
    // A busy process looks at its timers late.
    trial.Expect(timed.closed - timed.opened <= timed.deadline + 5s,
                 "a conversation went on after its deadline");
  }
  const CloseReason& reason = conversation.reason;
  trial.Tally("ended: " + std::string(CloseCodeName(reason.code)));
  switch (reason.code) {
    case CloseCode::kPeerEnded:
      trial.Expect(causes.server_idles || conversation.received.size() == conversation.sent.size(),
                   "bytes were lost without a word");
      return;
    case CloseCode::kConnectTimeout:
    case CloseCode::kConnectFailed:
      trial.Expect(conversation.opens == 0, "a connect failed after it had succeeded");
      return;
    case CloseCode::kIdleTimeout:
      // What arrived in a pause is heard some milliseconds later.
      trial.Expect(timed.closed - timed.last_heard + 1s >= timed.idle_timeout,
                   "an idle timeout fired early");
      return;
    case CloseCode::kDeadline:
      trial.Expect(timed.deadline > 0s, "a deadline that nobody set");
      trial.Expect(timed.closed - timed.opened >= timed.deadline, "a deadline fired early");
      return;
    case CloseCode::kOutputStalled:
      trial.Expect(causes.client_stalls, "a stall timeout that nobody set");
      return;
    case CloseCode::kPeerReset:
      // Whose handshake never reached the server is told so when it sends: the half-open entry
      // expires after 63 s.
      trial.Expect(causes.server_gives_up || !NoFatalFault(trial) || conversation.received.empty(),
                   "a peer reset a connection for no reason");
      return;
    case CloseCode::kIoError:
      trial.Expect(reason.error == ETIMEDOUT ? causes.gives_up : !NoFatalFault(trial),
                   "the kernel ended a connection for no reason: " + reason.ToString());
      return;
    default:
      trial.Expect(false, "a conversation ended as none can: " + reason.ToString());
  }
}

class PartedTrial {
 public:
  explicit PartedTrial(Trial& trial)
      : trial_(trial),
        stall_(DrawTimeout(trial.draw())),
        server_idle_(DrawTimeout(trial.draw())),
        server_stall_(DrawTimeout(trial.draw())),
        all_(trial.draw().Between(1, 10)) {}

  void Run() {
    Begin();
    const Duration parted = PartAndHeal(trial_, homes_);
    const auto ended = [&] {
      return std::all_of(all_.begin(), all_.end(),
                         [](const Timed& timed) { return timed.conversation.closes > 0; });
    };
    trial_.RunUntil(ended, 2h, "a client never ended although its link was whole again");
    trial_.RunUntil([&] { return server_->stats().connections == 0; }, 2h,
                    "the server kept a connection whose client had ended");
    const LoopStats server = server_->stats();
    trial_.End();
    Check(server, parted);
  }

 private:
  void Begin() {
    Prng& draw = trial_.draw();
    sim::SimRun& run = trial_.Start();
    server_ = &run.AddLoop(trial_.world().AddHost(), SmallBuffers());
    ListenerOptions listen;
    listen.limits = TightLimits();
    if (server_idle_ > 0s) listen.limits.idle_timeout = server_idle_;
    listen.limits.stall_timeout = server_stall_;
    auto listener = server_->Listen<EchoHandler>("10.0.0.1:80", listen);
    trial_.Expect(listener.ok(), "the server could not listen");
    homes_.resize(draw.Between(1, 3));
    std::vector<Loop*> clients;
    for (SimHost*& home : homes_) {
      home = &trial_.world().AddHost();
      clients.push_back(&run.AddLoop(*home, SmallBuffers()));
    }
    for (size_t i = 0; i < all_.size(); ++i) {
      Timed& timed = all_[i];
      timed.conversation.sent = RandomBytes(draw, draw.Between(0, 10'000));
      timed.deadline = DrawTimeout(draw);
      const Duration idle = DrawTimeout(draw);
      // Never none: a peer may be gone without a word.
      timed.idle_timeout = idle > 0s ? idle : 10min;
      ConnectOptions connect;
      connect.timeout = 300s;
      connect.limits.stall_timeout = stall_;
      connect.limits.idle_timeout = timed.idle_timeout;
      clients[i % clients.size()]->Connect((*listener)->endpoint(), connect,
                                           std::make_unique<TimedClient>(timed, draw));
    }
  }

  void Check(const LoopStats& server, Duration parted) {
    const auto closes = [&server](CloseCode code) {
      return server.closes[static_cast<size_t>(code)];
    };
    Causes causes;
    causes.client_stalls = stall_ > 0s;
    causes.server_idles = closes(CloseCode::kIdleTimeout) > 0;
    causes.server_gives_up = causes.server_idles || closes(CloseCode::kOutputStalled) > 0;
    causes.gives_up = FaultCount(trial_, Fault::kTimedOut) > 0 || parted > 900s;
    for (const Timed& timed : all_) CheckConversation(trial_, timed, causes);
    // Nothing but short partitions was in the way: whoever got in finished.
    const bool calm =
        NoFatalFault(trial_) && parted < 10s && stall_ == 0s && !causes.server_gives_up;
    if (!calm) return;
    for (const Timed& timed : all_) {
      const bool patient = timed.deadline == 0s && timed.idle_timeout == 10min;
      if (!patient || timed.conversation.received.empty()) continue;
      trial_.Expect(timed.conversation.reason.code == CloseCode::kPeerEnded,
                    "a conversation did not go on after its link had healed");
      trial_.Tally("conversations that had only partitions in their way");
    }
  }

  Trial& trial_;
  const Duration stall_, server_idle_, server_stall_;
  std::vector<Timed> all_;
  Loop* server_ = nullptr;
  std::vector<SimHost*> homes_;
};

}  // namespace

void Partition(Trial& trial) {
  PartedTrial(trial).Run();
}

}  // namespace sluice::simulate
