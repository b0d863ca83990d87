#include "apps/drone/flight.h"

#include <memory>
#include <utility>

#include "apps/drone/same_host.h"
#include "apps/drone/telemetry.h"
#include "reactor/loop.h"

namespace sluice::drone {
namespace {

// Hands datagrams on; the flight closes its socket before it goes.
class Inbox : public DatagramHandler {
 public:
  using Take = void (Flight::*)(const Datagram&);
  Inbox(Flight& flight, Take take) : flight_(flight), take_(take) {}

  void OnDatagrams(DatagramSocket&, absl::Span<const Datagram> batch) override {
    for (const Datagram& datagram : batch) (flight_.*take_)(datagram);
  }

 private:
  Flight& flight_;
  Take take_;
};

bool IsUrgent(std::string_view text) {
  const absl::StatusOr<Command> command = ParseCommand(text);
  return command.ok() && (command->verb == Verb::kLand || command->verb == Verb::kStop ||
                          command->verb == Verb::kEmergency);
}

}  // namespace

Flight::Flight(Loop& loop, const FlightOptions& options, FlightEvents& events)
    : loop_(loop),
      options_(options),
      events_(events),
      radio_(loop, options.drone, options.radio, events),
      keep_alive_(loop, [this] { KeepAlive(); }) {}

absl::Status Flight::Open() {
  auto commands = loop_.Bind(options_.local, {}, std::make_unique<Inbox>(*this, &Flight::OnAnswer));
  if (!commands.ok()) return commands.status();
  commands_ = *commands;
  radio_.set_socket(commands_);
  if (options_.state_port == 0) return absl::OkStatus();
  Endpoint state_endpoint = options_.local;
  state_endpoint.set_port(options_.state_port);
  auto states = loop_.Bind(state_endpoint, {}, std::make_unique<Inbox>(*this, &Flight::OnState));
  if (states.ok()) states_ = *states;
  state_error_ = states.status();
  return absl::OkStatus();
}

bool Flight::Do(std::string text, Done done) {
  if (IsUrgent(text)) {
    std::deque<Waiting> dropped = std::move(waiting_);
    waiting_.clear();
    waiting_.push_back({std::move(text), std::move(done)});
    for (Waiting& never : dropped) {
      Exchange exchange;
      exchange.command = never.text;
      never.done(exchange);
    }
    radio_.CutShort();
    if (!radio_.busy()) SendNext();
    return true;
  }
  if (waiting_.size() >= kWaitingMax) return false;
  waiting_.push_back({std::move(text), std::move(done)});
  if (!radio_.busy()) SendNext();
  return true;
}

void Flight::SendNext() {
  if (waiting_.empty()) {
    if (options_.keep_alive > Duration(0) && !leaving_) keep_alive_.ArmAfter(options_.keep_alive);
    return;
  }
  keep_alive_.Cancel();
  Waiting next = std::move(waiting_.front());
  waiting_.pop_front();
  radio_.Send(std::move(next.text),
              [this, done = std::move(next.done)](const Exchange& exchange) mutable {
                Ended(exchange, std::move(done));
              });
}

void Flight::Ended(const Exchange& exchange, Done done) {
  Learn(exchange);
  done(exchange);
  if (!radio_.busy()) SendNext();
}

// What may be in the air is taken to be there.
void Flight::Learn(const Exchange& exchange) {
  const absl::StatusOr<Command> command = ParseCommand(exchange.command);
  if (!command.ok() || exchange.tries == 0) return;
  const bool done = exchange.outcome == Outcome::kAnswered && !exchange.failed();
  if (KindOf(command->verb) == Kind::kMotion && !exchange.failed()) may_fly_ = true;
  if (command->verb == Verb::kTakeoff && exchange.outcome != Outcome::kAnswered) may_fly_ = true;
  if (done && (command->verb == Verb::kLand || command->verb == Verb::kEmergency)) may_fly_ = false;
}

bool Flight::may_fly() const {
  const std::optional<Verb> verb = radio_.under_way();
  return may_fly_ || (verb && (*verb == Verb::kTakeoff || KindOf(*verb) == Kind::kMotion));
}

void Flight::KeepAlive() {
  if (radio_.busy()) return;
  radio_.Send(std::string(Word(Verb::kAskBattery)), [this](const Exchange& exchange) {
    const bool cut_short = exchange.outcome == Outcome::kCutShort;
    const bool lost = exchange.outcome == Outcome::kUnanswered;
    if (!cut_short && lost != lost_) events_.OnContact(lost_ = lost);
    if (!radio_.busy()) SendNext();
  });
}

void Flight::Leave(Done landed, absl::AnyInvocable<void()> left) {
  leaving_ = true;
  keep_alive_.Cancel();
  if (!may_fly()) return left();
  Do(std::string(Word(Verb::kLand)),
     [landed = std::move(landed), left = std::move(left)](const Exchange& exchange) mutable {
       landed(exchange);
       left();
     });
}

void Flight::OnAnswer(const Datagram& datagram) {
  if (*datagram.peer == options_.drone) radio_.Receive(datagram.bytes);
}

void Flight::OnState(const Datagram& datagram) {
  if (!SameHost(*datagram.peer, options_.drone) || !IsState(datagram.bytes)) return;
  state_ = std::string(datagram.bytes);
  state_time_ = loop_.now();
}

Duration Flight::state_age() const {
  return loop_.now() - state_time_;
}

}  // namespace sluice::drone
