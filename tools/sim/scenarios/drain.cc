// A server is told to stop while clients send and connect. What had arrived is answered first, the
// loop is done by its deadline, and a new one on the same port serves everybody to the end.
#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

#include "tools/sim/scenarios/conversation.h"
#include "tools/sim/scenarios/pattern.h"
#include "tools/sim/scenarios/scenarios.h"
#include "tools/sim/scenarios/watch.h"

namespace sluice::simulate {
namespace {

using namespace std::chrono_literals;

constexpr size_t kRequestBytes = 8;

// Of one connection, at the client.
struct Session {
  Session(uint8_t number, uint64_t wanted) : source(number), requests(wanted) {}
  PatternSource source;  // its requests, one after the other
  PatternSink answers;
  uint64_t requests;
  uint64_t arrived = 0;  // requests at the server before it was told to stop
  ConnectionId id{kNoToken};
  bool finished() const { return answers.taken() == requests * kRequestBytes; }
};

// Answers each request, once it is whole, with itself.
class Server : public Handler {
 public:
  size_t OnData(Connection& connection, std::string_view bytes) override {
    const size_t whole = bytes.size() - bytes.size() % kRequestBytes;
    connection.Send(bytes.substr(0, whole));
    return whole;
  }
};

// Sends some requests at a time, and more when one is answered or some time has passed.
class Client : public Handler {
 public:
  Client(Trial& trial, Session& session) : trial_(trial), session_(session) {}

  void OnOpen(Connection& connection) override {
    Loop& loop = connection.loop();
    timer_ = std::make_unique<Timer>(loop, [this, &loop, id = connection.id()] {
      if (Connection* open = loop.Find(id)) Ask(*open);
    });
    Ask(connection);
  }

  size_t OnData(Connection& connection, std::string_view bytes) override {
    trial_.Expect(session_.answers.Take(bytes), "an answer is not what was asked");
    trial_.Expect(session_.answers.taken() <= session_.source.given(), "an answer to nothing");
    Prng& draw = trial_.draw();
    if (draw.Chance(1, 8)) rest_.Take(connection, Duration(draw.Between(1, 30'000'000)));
    if (draw.Chance(1, 2)) Ask(connection);
    return bytes.size();
  }

 private:
  void Ask(Connection& connection) {
    Prng& draw = trial_.draw();
    const uint64_t left = session_.requests * kRequestBytes - session_.source.given();
    connection.Send(session_.source.Next(
        std::min(left, draw.Chance(1, 4) ? draw.Between(1, 4000) : draw.Between(1, 40))));
    if (session_.source.given() == session_.requests * kRequestBytes) {
      connection.EndOutput();
    } else {
      timer_->ArmAfter(Duration(draw.Between(1, 10'000'000)));
    }
  }

  Trial& trial_;
  Session& session_;
  std::unique_ptr<Timer> timer_;
  Rest rest_;
};

// Of half the trials: a kernel that tells at once of what has arrived, and ends no connection. What
// a loop could not know of it cannot be expected to answer.
bool DrawPrompt(Trial& trial) {
  if (!trial.draw().Chance(1, 2)) return false;
  using sim::Fault;
  constexpr std::array kOff = {Fault::kLateReceive,      Fault::kLateAccept,   Fault::kLateSend,
                               Fault::kNoBuffers,        Fault::kSmallBatch,   Fault::kEmptyPoll,
                               Fault::kLatePoll,         Fault::kSegmentDelay, Fault::kPeerReset,
                               Fault::kAcceptOutOfFiles, Fault::kTimedOut,     Fault::kSendFailed};
  for (const Fault fault : kOff) trial.options.faults.ratios[static_cast<size_t>(fault)] = 0;
  // Nor does it take longer than the drain to read and answer everything.
  sim::NetworkOptions& network = trial.options.network;
  network.bytes_per_second = 0;
  network.send_buffer_bytes = std::max(network.send_buffer_bytes, 2000u);
  network.receive_buffer_bytes = std::max(network.receive_buffer_bytes, 2000u);
  return true;
}

// The clients of a trial and the server they talk to.
class Load {
 public:
  Load(Trial& trial, Watch& clients, Loop& client)
      : trial_(trial), clients_(clients), client_(client) {}

  void Connect(uint64_t requests) {
    Session& session = sessions_.emplace_back(static_cast<uint8_t>(sessions_.size()), requests);
    session.id = client_.Connect(*Endpoint::Parse("10.0.0.1:80"), PatientConnect(),
                                 clients_.Over(std::make_unique<Client>(trial_, session)));
  }

  void ConnectSome(uint64_t most) {
    for (uint64_t more = trial_.draw().Between(0, most); more > 0; --more) {
      Prng& draw = trial_.draw();
      Connect(draw.Chance(1, 3) ? draw.Between(1, 1000) : draw.Between(1, 60));
    }
  }

  // At least so much time.
  void Pass(Duration duration) {
    const TimePoint end = trial_.world().now() + duration;
    Timer timer(client_, [] {});
    timer.ArmAt(end);
    trial_.RunUntil([&] { return trial_.world().now() >= end; }, duration + 10s,
                    "time stood still");
  }

  // What the server was told of, and what waits in its kernel.
  void RememberWhatArrived(Loop& server, const sim::SimHost& host) {
    for (Session& session : sessions_) {
      const Connection* connection = client_.Find(session.id);
      if (connection == nullptr) continue;
      const Endpoint here = connection->local_endpoint();
      uint64_t bytes = trial_.world().network().Unread(host, here);
      server.ForEachConnection([&](const Connection& accepted) {
        const bool other_end = accepted.is_open() && accepted.peer_endpoint() == here;
        if (other_end) bytes += accepted.stats().bytes_received;
      });
      session.arrived = bytes / kRequestBytes;
    }
  }

  bool AnyUnread(const sim::SimHost& host) {
    return std::any_of(sessions_.begin(), sessions_.end(), [&](const Session& session) {
      const Connection* connection = client_.Find(session.id);
      return connection != nullptr &&
             trial_.world().network().Unread(host, connection->local_endpoint()) > 0;
    });
  }

  std::deque<Session>& sessions() { return sessions_; }

 private:
  Trial& trial_;
  Watch& clients_;
  Loop& client_;
  std::deque<Session> sessions_;
};

absl::StatusOr<Listener*> Listen(Loop& server, Watch& servers, const ConnectionLimits& limits) {
  ListenerOptions options;
  options.limits = limits;
  return server.Listen(*Endpoint::Parse("10.0.0.1:80"), options,
                       [&servers] { return servers.Over(std::make_unique<Server>()); });
}

void CheckAnswered(Trial& trial, const std::deque<Session>& sessions, bool prompt) {
  size_t lost = 0;
  for (const Session& session : sessions) {
    const uint64_t answered = session.answers.taken() / kRequestBytes;
    trial.Tally("requests answered", answered);
    trial.Tally("requests that arrived before the stop", session.arrived);
    if (answered < session.arrived) ++lost;
  }
  trial.Tally("connections that lost an answer to it", lost);
  trial.Expect(!prompt || lost == 0, "a request that had arrived was not answered");
}

}  // namespace

void Drain(Trial& trial) {
  Prng& draw = trial.draw();
  const bool prompt = DrawPrompt(trial);
  ConnectionLimits limits = TightLimits();
  limits.turn_bytes = static_cast<uint32_t>(draw.Between(8, draw.Chance(1, 2) ? 64 : 2048));
  Watch servers(trial);
  Watch restarted(trial);
  Watch clients(trial);
  sim::SimRun& run = trial.Start();
  sim::SimHost& server_host = trial.world().AddHost();
  Loop& server = run.AddLoop(server_host, SmallBuffers());
  Loop& client = run.AddLoop(trial.world().AddHost(), SmallBuffers());
  auto listener = Listen(server, servers, limits);
  trial.Expect(listener.ok(), "the server could not listen");
  Load load(trial, clients, client);
  load.ConnectSome(6);
  load.Pass(Duration(draw.Between(1, 100'000'000)));
  load.ConnectSome(3);
  load.Pass(Duration(draw.Between(1, 50'000'000)));
  load.ConnectSome(2);
  if (draw.Chance(1, 2)) {
    // Just when something waits to be read, or to be accepted.
    const TimePoint latest = trial.world().now() + 100ms;
    Timer timer(client, [] {});
    timer.ArmAt(latest);
    const bool for_queue = draw.Chance(1, 2);
    const auto waits = [&] {
      return for_queue ? (*listener)->accept_queue()->length > 0 : load.AnyUnread(server_host);
    };
    trial.RunUntil([&] { return waits() || trial.world().now() >= latest; }, 10s,
                   "time stood still");
  }
  load.RememberWhatArrived(server, server_host);
  const size_t accepts_due = servers.ends().size() + (*listener)->accept_queue()->length;
  const Duration drain = Duration(draw.Between(3'000'000'000, 6'000'000'000));
  server.Stop(drain);
  load.ConnectSome(2);
  // A little more: completions may come late, and turns.
  load.Pass(drain + 4s);
  trial.Expect(!prompt || servers.ends().size() >= accepts_due,
               "a connection in the accept queue was not accepted");
  trial.Expect(server.stats().connections == 0, "a loop did not end by its drain deadline");
  const uint64_t aborted = server.stats().closes[static_cast<size_t>(CloseCode::kLoopStopped)];
  trial.Tally("connections aborted at the deadline", aborted);
  trial.Expect(!prompt || aborted == 0, "a connection was aborted although its peer answers");

  Loop& next = run.AddLoop(server_host, SmallBuffers());
  trial.Expect(Listen(next, restarted, limits).ok(), "a new loop could not listen on the port");
  std::vector<uint64_t> again;
  for (const Session& session : load.sessions()) {
    if (!session.finished()) again.push_back(session.requests);
  }
  const size_t before = load.sessions().size();
  for (const uint64_t requests : again) load.Connect(requests);
  trial.RunUntil([&] { return client.stats().connections == 0; }, 2h, "a client never ended");
  trial.End();
  servers.CheckAllGone();
  restarted.CheckAllGone();
  clients.CheckAllGone();
  CheckAnswered(trial, load.sessions(), prompt);
  size_t unserved = 0;
  for (size_t i = before; i < load.sessions().size(); ++i) {
    if (!load.sessions()[i].finished()) ++unserved;
  }
  trial.Tally("clients served by the next loop", again.size() - unserved);
  ExpectExcused(trial, server_host, unserved, again.size(), restarted.opened());
}

}  // namespace sluice::simulate
