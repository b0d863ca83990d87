// Anything is done from inside any callback, on both ends: close, abort, pause, connect anew, act
// on another connection, post, arm, stop. Every connection ends once, for a reason somebody gave,
// and what was received is a front of what was sent, all of it where the stream ended.
#include <algorithm>
#include <deque>
#include <memory>
#include <string_view>
#include <utility>

#include "tools/sim/scenarios/conversation.h"
#include "tools/sim/scenarios/pattern.h"
#include "tools/sim/scenarios/scenarios.h"
#include "tools/sim/scenarios/watch.h"

namespace sluice::simulate {
namespace {

using namespace std::chrono_literals;

constexpr int kProtocolErrorCode = 7;

// One end of a connection: what it sent, what it saw, and what was asked of it.
struct Role {
  Role(uint8_t number, Loop& its_loop) : loop(its_loop), source(number) {}
  Loop& loop;
  ConnectionId id{kNoToken};
  PatternSource source;
  PatternSink sink;
  uint64_t sends_left = 0;
  bool closed = false;  // by a call, of whatever kind
  bool aborted = false;
  bool failed = false;  // CloseProtocolError
  bool output_ended = false;
  TimePoint deadline = kNever;
};

// Whom the actors act on.
class Stage {
 public:
  Stage(Trial& trial, Watch& watch) : trial_(trial), watch_(watch) {}

  // `peer`: where the connections come from; may be the server's own loop.
  void Open(Loop& server, Loop& peer);
  void Connect();
  // Does something, or not, on the thread of `loop`. `own`: the connection whose callback this is;
  // `timer`: where one may be armed.
  void Act(Loop& loop, Connection* own, std::unique_ptr<Timer>* timer);

  // From here on the loops go, one after the other.
  void CurtainFalls() {
    curtain_fell_ = true;
    listener_ = nullptr;
  }

  bool empty() const {
    return server_->stats().connections == 0 && peer_->stats().connections == 0;
  }
  Trial& trial() { return trial_; }
  Prng& draw() { return trial_.draw(); }
  size_t refused() const { return refused_; }
  const std::deque<Role>& roles() const { return roles_; }

  void Send(Connection& connection, Role& role);
  void Close(Connection& connection, Role& role);

 private:
  std::unique_ptr<Handler> NewActor(Loop& loop);
  Role* RoleOf(const Connection& connection);
  Connection* AnyOf(Loop& loop);
  void ActOn(Connection& connection, Role& role);
  void EndOne(Connection& connection, Role& role);
  void Arm(Loop& loop, std::unique_ptr<Timer>* timer);
  void StopSomething(Loop& loop);

  Trial& trial_;
  Watch& watch_;
  Loop* server_ = nullptr;
  Loop* peer_ = nullptr;
  Listener* listener_ = nullptr;
  Endpoint endpoint_;
  std::deque<Role> roles_;
  bool curtain_fell_ = false;
  int acts_left_ = 60;
  int connects_left_ = 0;
  size_t refused_ = 0;
};

class Actor : public Handler {
 public:
  Actor(Stage& stage, Role& role) : stage_(stage), role_(role) {}

  void OnOpen(Connection& connection) override {
    role_.id = connection.id();
    Speak(connection);
    Act(&connection);
  }

  size_t OnData(Connection& connection, std::string_view bytes) override {
    Prng& draw = stage_.draw();
    const size_t consumed = draw.Chance(1, 4) ? draw.Between(0, bytes.size()) : bytes.size();
    Expect(role_.sink.Take(bytes.substr(0, consumed)), "bytes changed on their way");
    if (role_.sink.taken() > 0) {
      Expect(role_.sink.taken() <= Peer().source.given(), "bytes came that nobody sent");
    }
    Speak(connection);
    Act(&connection);
    return consumed;
  }

  void OnEnd(Connection& connection) override {
    if (role_.sink.taken() > 0) {
      Expect(connection.stats().bytes_received == Peer().source.given(),
             "a stream ended before its last byte");
    }
    Act(&connection);
    if (stage_.draw().Chance(3, 4)) stage_.Close(connection, role_);
  }

  void OnDrain(Connection& connection) override {
    Speak(connection);
    Act(&connection);
  }

  void OnStop(Connection& connection) override {
    Act(&connection);
    if (stage_.draw().Chance(3, 4)) stage_.Close(connection, role_);
  }

  void OnClose(Connection& connection, CloseReason reason) override {
    CheckReason(connection, reason);
    // Nothing of this has an effect any more.
    connection.Send("too late");
    connection.Commit(connection.Reserve(1) == nullptr ? 0 : 1);
    connection.Close();
    connection.Abort();
    connection.PauseReading();
    connection.ResumeReading();
    connection.EndOutput();
    connection.SetDeadline(connection.loop().now());
    Expect(!connection.is_open() && !connection.is_reading(), "a closed connection is open");
    Act(nullptr);
  }

 private:
  void Expect(bool holds, std::string_view otherwise) { stage_.trial().Expect(holds, otherwise); }
  void Act(Connection* own) { stage_.Act(role_.loop, own, &timer_); }

  const Role& Peer() {
    const size_t number = role_.sink.stream();
    Expect(number < stage_.roles().size(), "bytes came of a stream that nobody sent");
    return stage_.roles()[number];
  }

  void Speak(Connection& connection) {
    if (role_.sends_left == 0) return;
    stage_.Send(connection, role_);
    if (--role_.sends_left == 0 && stage_.draw().Chance(1, 2)) {
      connection.EndOutput();
      role_.output_ended = true;
    }
  }

  // It was asked for here; the peer and the faults give the other reasons.
  void CheckReason(const Connection& connection, CloseReason reason) {
    stage_.trial().Tally(CloseCodeName(reason.code));
    switch (reason.code) {
      case CloseCode::kLocal:
        return Expect(role_.closed, "a connection closed without Close");
      case CloseCode::kAborted:
        return Expect(role_.aborted, "a connection was aborted without Abort");
      case CloseCode::kProtocolError:
        return Expect(role_.failed && reason.error == kProtocolErrorCode,
                      "a connection failed without CloseProtocolError");
      case CloseCode::kDeadline:
        return Expect(connection.loop().now() >= role_.deadline, "a deadline came early");
      case CloseCode::kOutputStalled:
      case CloseCode::kOutputOverflow:
      case CloseCode::kInputOverflow:
        return Expect(false, "a limit was met that is not set");
      default:
        return;
    }
  }

  Stage& stage_;
  Role& role_;
  std::unique_ptr<Timer> timer_;
};

// --- Stage ---

ConnectionLimits DrawLimits(Prng& draw) {
  ConnectionLimits limits = TightLimits();
  limits.output_high_water_bytes = static_cast<uint32_t>(draw.Between(0, 4096));
  limits.output_low_water_bytes =
      static_cast<uint32_t>(draw.Between(0, limits.output_high_water_bytes));
  limits.turn_bytes = static_cast<uint32_t>(draw.Between(1, 2048));
  limits.linger_timeout = Duration(draw.Between(0, 2'000'000'000));
  return limits;
}

std::unique_ptr<Handler> Stage::NewActor(Loop& loop) {
  Role& role = roles_.emplace_back(static_cast<uint8_t>(roles_.size()), loop);
  role.sends_left = draw().Between(0, 12);
  return watch_.Over(std::make_unique<Actor>(*this, role));
}

void Stage::Open(Loop& server, Loop& peer) {
  server_ = &server;
  peer_ = &peer;
  ListenerOptions options;
  options.backlog = static_cast<int>(draw().Between(0, 8));
  options.limits = DrawLimits(draw());
  auto listener = server.Listen(*Endpoint::Parse("10.0.0.1:80"), options,
                                [this] { return NewActor(*server_); });
  trial_.Expect(listener.ok(), "the server could not listen");
  listener_ = *listener;
  endpoint_ = listener_->endpoint();
  connects_left_ = static_cast<int>(draw().Between(2, 12));
  for (uint64_t clients = draw().Between(1, 5); clients > 0; --clients) Connect();
}

void Stage::Connect() {
  if (connects_left_ == 0) return;
  --connects_left_;
  ConnectOptions options = PatientConnect();
  options.limits = DrawLimits(draw());
  if (draw().Chance(1, 8)) options.timeout = Duration(draw().Between(1, 40'000'000));
  const size_t number = roles_.size();
  std::unique_ptr<Handler> actor = NewActor(*peer_);
  const ConnectionId id = peer_->Connect(endpoint_, options, std::move(actor));
  if (id == ConnectionId{kNoToken}) {
    ++refused_;
    trial_.Tally("connects refused by a loop that has stopped");
  }
  roles_[number].id = id;
}

Role* Stage::RoleOf(const Connection& connection) {
  for (Role& role : roles_) {
    if (&role.loop == &connection.loop() && role.id == connection.id()) return &role;
  }
  return nullptr;
}

Connection* Stage::AnyOf(Loop& loop) {
  const Role& role = roles_[draw().Between(0, roles_.size() - 1)];
  return &role.loop == &loop ? loop.Find(role.id) : nullptr;
}

void Stage::Act(Loop& loop, Connection* own, std::unique_ptr<Timer>* timer) {
  if (acts_left_ == 0 || !draw().Chance(1, 3)) return;
  --acts_left_;
  trial_.Tally("acts");
  switch (draw().Between(0, 15)) {
    case 0:
      if (&loop == peer_) Connect();
      return;
    case 1: {
      // To either loop: posting is allowed from anywhere.
      Loop& there = curtain_fell_ ? loop : draw().Chance(1, 2) ? *server_ : *peer_;
      there.Post([this, &there, posted = trial_.world().now()] {
        // Far beyond what all turns together can be late.
        trial_.Expect(there.now() - posted < 60s, "a posted function did not wake its loop");
        Act(there, nullptr, nullptr);
      });
      return;
    }
    case 2:
      if (timer != nullptr) Arm(loop, timer);
      return;
    case 3:
      if (draw().Chance(1, 12)) StopSomething(loop);
      return;
    default:
      Connection* target = own != nullptr && draw().Chance(2, 3) ? own : AnyOf(loop);
      Role* role = target == nullptr ? nullptr : RoleOf(*target);
      if (role != nullptr) ActOn(*target, *role);
  }
}

// A timer may arm itself anew, which destroys the one that fires.
void Stage::Arm(Loop& loop, std::unique_ptr<Timer>* timer) {
  const Duration delay(draw().Between(0, 20'000'000));
  const TimePoint due = loop.now() + delay;
  *timer = std::make_unique<Timer>(loop, [this, &loop, timer, due] {
    trial_.Expect(loop.now() >= due, "a timer fired early");
    Act(loop, AnyOf(loop), timer);
  });
  (*timer)->ArmAfter(delay);
}

void Stage::StopSomething(Loop& loop) {
  if (&loop == server_ && listener_ != nullptr && draw().Chance(1, 2)) {
    std::exchange(listener_, nullptr)->Close();
    trial_.Tally("listeners closed");
  } else {
    listener_ = &loop == server_ ? nullptr : listener_;  // the loop closes it
    loop.Stop(Duration(draw().Between(0, 500'000'000)));
    trial_.Tally("loops stopped");
  }
}

void Stage::Send(Connection& connection, Role& role) {
  const size_t size = draw().Chance(1, 8) ? draw().Between(1, 6000) : draw().Between(1, 200);
  const size_t before = connection.unsent_bytes();
  connection.Send(role.source.Next(size));
  const size_t taken = connection.unsent_bytes() - before;
  trial_.Expect(taken == 0 || taken == size, "Send took a part");
  trial_.Expect(taken == 0 || !role.output_ended, "Send took bytes after EndOutput");
  trial_.Expect(taken > 0 || !connection.is_open() || role.output_ended,
                "Send took nothing although the connection is open");
  if (taken == 0) role.source.TakeBack(size);
}

void Stage::Close(Connection& connection, Role& role) {
  connection.Close();
  role.closed = true;
  trial_.Expect(!connection.is_open(), "a connection is open after Close");
}

void Stage::EndOne(Connection& connection, Role& role) {
  switch (draw().Between(0, 3)) {
    case 0:
      Close(connection, role);
      Send(connection, role);  // in vain
      return;
    case 1:
      role.failed = true;
      connection.CloseProtocolError(kProtocolErrorCode);
      break;
    case 2:
      connection.Abort();
      role.aborted = true;
      break;
    default: {
      const TimePoint due = connection.loop().now() + Duration(draw().Between(0, 20'000'000));
      connection.SetDeadline(due);
      // One that is closing may be so for the deadline before this one.
      role.deadline = connection.is_open() ? due : std::min(role.deadline, due);
      return;
    }
  }
  trial_.Expect(!connection.is_open(), "a connection is open after it was closed");
}

void Stage::ActOn(Connection& connection, Role& role) {
  switch (draw().Between(0, 7)) {
    case 0:
      return EndOne(connection, role);
    case 1:
      connection.EndOutput();
      role.output_ended = true;
      return;
    case 2: {
      connection.PauseReading();
      trial_.Expect(!connection.is_reading(), "a paused connection reads");
      // In the loop's next turn.
      Loop& loop = connection.loop();
      loop.Post([&loop, id = connection.id()] {
        if (Connection* paused = loop.Find(id)) paused->ResumeReading();
      });
      return;
    }
    case 3:
      connection.ResumeReading();
      return;
    case 4:
      connection.SetLimits(DrawLimits(draw()));
      return;
    case 5:
      if (!connection.is_open()) return;
      connection.SetDeadline(kNever);
      role.deadline = kNever;
      return;
    default:
      return Send(connection, role);
  }
}

}  // namespace

void Callbacks(Trial& trial) {
  Prng& draw = trial.draw();
  Watch watch(trial);
  Stage stage(trial, watch);
  sim::SimRun& run = trial.Start();
  Loop& server = run.AddLoop(trial.world().AddHost(), SmallBuffers());
  // Both ends on one loop find each other in one batch.
  Loop& peer = draw.Chance(1, 4) ? server : run.AddLoop(trial.world().AddHost(), SmallBuffers());
  stage.Open(server, peer);
  if (draw.Chance(3, 4)) {
    trial.RunUntil([&] { return stage.empty(); }, 2h, "a connection never ended");
  } else {
    run.For(Duration(draw.Between(0, 200'000'000)));
    trial.Tally("trials cut short");
  }
  stage.CurtainFalls();
  trial.End();
  watch.CheckAllGone(stage.refused());
}

}  // namespace sluice::simulate
