// The server's host loses its power again and again, and its clients try again until they were
// served: no connection gives other bytes than its own, nobody waits for ever.
#include <algorithm>
#include <deque>
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

// Connects, has its bytes echoed, and where that fails tries again later.
class StubbornClient {
 public:
  StubbornClient(Loop& loop, Prng& draw)
      : loop_(loop),
        draw_(draw),
        job_(RandomBytes(draw, draw.Between(1, 1000))),
        patience_(draw.Between(1, 30)),
        retry_(loop, [this] { Try(); }) {
    retry_.ArmAfter(Duration(draw.Between(1, 5'000'000'000)));
  }

  bool served() const { return served_; }
  const std::deque<Conversation>& attempts() const { return attempts_; }

 private:
  class Attempt : public ConversationClient {
   public:
    Attempt(StubbornClient& client, Conversation& conversation)
        : ConversationClient(conversation, client.draw_), client_(client) {}
    void OnClose(Connection& connection, CloseReason reason) override {
      ConversationClient::OnClose(connection, reason);
      client_.Ended(reason);
    }

   private:
    StubbornClient& client_;
  };

  void Try() {
    Conversation& conversation = attempts_.emplace_back();
    // Other bytes each time: those of an earlier attempt would be noticed.
    conversation.sent = std::to_string(attempts_.size()) + job_;
    ConnectOptions connect;
    connect.timeout = patience_;
    connect.limits.stall_timeout = patience_;
    connect.limits.idle_timeout = patience_;
    loop_.Connect(*Endpoint::Parse("10.0.0.1:80"), connect,
                  std::make_unique<Attempt>(*this, conversation));
  }

  void Ended(CloseReason reason) {
    if (reason.code == CloseCode::kLoopStopped) return;
    const Conversation& last = attempts_.back();
    served_ = reason.code == CloseCode::kPeerEnded && last.received == last.sent;
    if (!served_) retry_.ArmAfter(Duration(draw_.Between(1'000'000, 3'000'000'000)));
  }

  Loop& loop_;
  Prng& draw_;
  const std::string job_;
  const std::chrono::seconds patience_;
  std::deque<Conversation> attempts_;
  bool served_ = false;
  Timer retry_;
};

class CrashTrial {
 public:
  explicit CrashTrial(Trial& trial) : trial_(trial) {}

  void Run() {
    Prng& draw = trial_.draw();
    trial_.Start();
    server_host_ = &trial_.world().AddHost();
    Serve();
    std::vector<std::unique_ptr<StubbornClient>> clients(draw.Between(1, 8));
    std::vector<Loop*> loops(draw.Between(1, 3));
    for (Loop*& loop : loops) {
      loop = &trial_.run().AddLoop(trial_.world().AddHost(), SmallBuffers());
    }
    for (size_t i = 0; i < clients.size(); ++i) {
      clients[i] = std::make_unique<StubbornClient>(*loops[i % loops.size()], draw);
    }
    for (uint64_t crashes = draw.Between(1, 5); crashes > 0; --crashes) CrashOnce();
    const auto all_served = [&] {
      for (const auto& client : clients) {
        if (!client->served()) return false;
      }
      return true;
    };
    trial_.RunUntil(all_served, 24h, "a client was never served although the server was back");
    trial_.RunUntil([&] { return server_->stats().connections == 0; }, 1h,
                    "the server kept a connection whose client had ended");
    std::vector<std::deque<Conversation>> attempts;
    for (const auto& client : clients) attempts.push_back(client->attempts());
    clients.clear();
    trial_.End();
    for (const std::deque<Conversation>& of_one : attempts) Check(of_one);
  }

 private:
  void Serve() {
    server_ = &trial_.run().AddLoop(*server_host_, SmallBuffers());
    ListenerOptions listen;
    listen.limits = TightLimits();
    trial_.Expect(server_->Listen<EchoHandler>("10.0.0.1:80", listen).ok(),
                  "the server could not listen");
  }

  void CrashOnce() {
    Prng& draw = trial_.draw();
    // In the middle of something mostly, where there is anything.
    if (draw.Chance(3, 4)) {
      constexpr int kStepsMax = 200;
      for (int i = 0; i < kStepsMax && server_->stats().connections == 0; ++i) {
        trial_.run().For(20ms);
      }
    }
    trial_.run().For(Duration(draw.Between(1, draw.Chance(1, 2) ? 100'000'000 : 10'000'000'000)));
    trial_.Tally("connections a crash cut off", server_->stats().connections);
    trial_.run().Crash(*server_host_);
    trial_.Tally("crashes");
    trial_.run().For(Duration(draw.Between(1, 20'000'000'000)));
    trial_.run().Restart(*server_host_);
    // Until the new server listens, its kernel refuses.
    trial_.run().For(Duration(draw.Between(0, 1'000'000'000)));
    Serve();
  }

  void Check(const std::deque<Conversation>& attempts) {
    for (const Conversation& attempt : attempts) {
      trial_.Expect(attempt.closes == 1, "a client did not get OnClose exactly once");
      trial_.Expect(attempt.opens <= 1, "a client got OnOpen twice");
      trial_.Expect(attempt.sent.starts_with(attempt.received),
                    "a connection gave bytes that are not its own");
      trial_.Tally("attempts ended: " + std::string(CloseCodeName(attempt.reason.code)));
    }
    trial_.Tally("clients served");
  }

  Trial& trial_;
  SimHost* server_host_ = nullptr;
  Loop* server_ = nullptr;  // of now
};

}  // namespace

void Crash(Trial& trial) {
  // Rare enough for every client to come through in the end.
  for (const Fault fault : {Fault::kPeerReset, Fault::kTimedOut, Fault::kSendFailed}) {
    uint32_t& ratio = trial.options.faults.ratios[static_cast<size_t>(fault)];
    ratio = std::min<uint32_t>(ratio, 1);
  }
  CrashTrial(trial).Run();
}

}  // namespace sluice::simulate
