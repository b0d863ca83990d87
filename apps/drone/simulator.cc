#include "apps/drone/simulator.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "apps/drone/same_host.h"
#include "reactor/loop.h"

namespace sluice::drone {
namespace {

DroneOptions OptionsOfADrone(const SimulatorOptions& options) {
  return {.battery = options.battery, .silence = options.silence * options.speedup};
}

bool IsLoopback(const Endpoint& endpoint) {
  if (endpoint.family() == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(endpoint.address());
    return ntohl(v4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
  }
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(endpoint.address());
  return endpoint.family() == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

}  // namespace

Simulator::Pilot::Pilot(Simulator& simulator, const Endpoint& controller, const Drone& flown)
    : peer(controller),
      drone(flown),
      heard(simulator.loop_.now()),
      timer(simulator.loop_, [this, &simulator] { simulator.PassTime(*this); }) {}

Simulator::Simulator(Loop& loop, const SimulatorOptions& options)
    : loop_(loop),
      options_(options),
      start_(loop.now()),
      link_(loop, options.link),
      state_timer_(loop, [this] { SendState(); }) {
  if (options.drones_max == 1) parked_.emplace(OptionsOfADrone(options), start_);
}

Simulator::~Simulator() = default;

TimePoint Simulator::DroneTime() const {
  return start_ + (loop_.now() - start_) * options_.speedup;
}

// Rounded up: at that time the drone's has come.
TimePoint Simulator::RealTime(TimePoint drone_time) const {
  if (drone_time == kNever) return kNever;
  return start_ + (drone_time - start_) / options_.speedup + Duration(1);
}

void Simulator::OnDatagrams(DatagramSocket& socket, absl::Span<const Datagram> batch) {
  socket_ = &socket;
  for (const Datagram& datagram : batch) {
    if (!link_.LosesReceived()) Receive(*datagram.peer, datagram.bytes);
  }
}

void Simulator::OnStop(DatagramSocket& socket) {
  link_.Close();
  state_timer_.Cancel();
  pilots_.clear();
  socket.Close();
}

void Simulator::Receive(const Endpoint& peer, std::string_view bytes) {
  Log(peer, "->", bytes);
  const auto found = pilots_.find(peer);
  if (found != pilots_.end()) return Obey(*found->second, bytes);
  Stranger(peer, bytes);
}

// Never answers what is no command: two simulators whose addresses someone forged into each other's
// datagrams would tell one another `error` for ever.
void Simulator::Stranger(const Endpoint& peer, std::string_view bytes) {
  const absl::StatusOr<Command> command = ParseCommand(bytes);
  if (!command.ok()) return;
  if (command->verb == Verb::kCommand) MakeRoom(peer);
  if (command->verb == Verb::kCommand && pilots_.size() < options_.drones_max) {
    Adopt(peer);
  } else if (bytes.size() >= kError.size()) {
    Answer(peer, kError);
  }
}

// A program that was started anew has another port: on the ground the one drone changes hands
// between programs of one host.
void Simulator::MakeRoom(const Endpoint& peer) {
  if (options_.drones_max > 1 || pilots_.empty()) return;
  Pilot& owner = *pilots_.begin()->second;
  PassTime(owner);
  if (!pilots_.empty() && !owner.drone.flying() && SameHost(owner.peer, peer)) Forget(owner);
}

void Simulator::Adopt(const Endpoint& peer) {
  const Drone fresh(OptionsOfADrone(options_), DroneTime());
  auto pilot = std::make_unique<Pilot>(*this, peer, parked_ ? *parked_ : fresh);
  parked_.reset();
  Obey(*pilots_.emplace(peer, std::move(pilot)).first->second, Word(Verb::kCommand));
}

// What is no command keeps nothing alive, and an answer gets none: two simulators that someone made
// one another's controllers would go on for ever.
void Simulator::Obey(Pilot& pilot, std::string_view bytes) {
  const absl::StatusOr<Command> command = ParseCommand(bytes);
  if (!command.ok()) {
    if (bytes.starts_with(kOk) || IsError(bytes)) return;
    return Answer(pilot.peer, std::string(kError) + " " + std::string(command.status().message()));
  }
  pilot.heard = loop_.now();
  PassTime(pilot);
  if (const auto answer = pilot.drone.Execute(*command, DroneTime())) Answer(pilot.peer, *answer);
  if (command->verb == Verb::kCommand) StartStream(pilot);
  PassTime(pilot);  // to arm its timer anew
}

// The pilot may be gone afterwards, but not where it was just heard.
void Simulator::PassTime(Pilot& pilot) {
  const std::string_view landing_reason = pilot.drone.landing_reason();
  if (const auto answer = pilot.drone.Advance(DroneTime())) Answer(pilot.peer, *answer);
  if (landing_reason.empty() && !pilot.drone.landing_reason().empty()) {
    Log(pilot.peer, "lands:", pilot.drone.landing_reason());
  }
  if (loop_.now() >= ForgetAt(pilot) && !pilot.drone.flying()) return Forget(pilot);
  const TimePoint event = RealTime(pilot.drone.next_event());
  pilot.timer.ArmAt(pilot.drone.flying() ? event : std::min(event, ForgetAt(pilot)));
}

void Simulator::Forget(Pilot& pilot) {
  Log(pilot.peer, "is", "forgotten");
  if (options_.drones_max == 1) parked_ = pilot.drone;
  const bool streamed = pilot.streams;
  const Endpoint state_address = StateAddress(pilot.peer);
  pilots_.erase(Endpoint(pilot.peer));
  if (!streamed) return;
  streams_.erase(state_address);
  const auto heir = std::find_if(pilots_.begin(), pilots_.end(), [&](const auto& other) {
    return StateAddress(other.first) == state_address;
  });
  if (heir != pilots_.end()) StartStream(*heir->second);
}

// One state stream an address: all of its controllers would get theirs at the same port.
void Simulator::StartStream(Pilot& pilot) {
  if (pilot.streams || !MayStream(pilot.peer)) return;
  pilot.streams = streams_.insert(StateAddress(pilot.peer)).second;
  if (!state_timer_.armed()) state_timer_.ArmAfter(kStateEvery);
}

void Simulator::SendState() {
  if (streams_.empty()) return;
  for (const auto& [peer, pilot] : pilots_) {
    if (!pilot->streams || loop_.now() >= ForgetAt(*pilot)) continue;
    Drone& drone = pilot->drone;
    // An event is for its own timer, which passes the answer on.
    if (drone.next_event() > DroneTime()) drone.Advance(DroneTime());
    link_.Send(*socket_, StateAddress(peer), FormatState(drone.telemetry()));
  }
  state_timer_.ArmAfter(kStateEvery);
}

bool Simulator::MayStream(const Endpoint& peer) const {
  return options_.state_port != 0 && peer.is_ip() && (options_.remote_state || IsLoopback(peer));
}

Endpoint Simulator::StateAddress(const Endpoint& peer) const {
  Endpoint address = peer;
  address.set_port(options_.state_port);
  return address;
}

void Simulator::Answer(const Endpoint& peer, std::string_view bytes) {
  Log(peer, "<-", bytes);
  link_.Send(*socket_, peer, bytes);
}

void Simulator::Log(const Endpoint& peer, std::string_view what, std::string_view bytes) const {
  if (!options_.log) return;
  const std::string text = std::string(what) + " " + Printable(bytes);
  std::fprintf(stderr, "%s %s\n", peer.ToString().c_str(), text.c_str());
}

const Drone* Simulator::FindDrone(const Endpoint& controller) const {
  const auto found = pilots_.find(controller);
  return found == pilots_.end() ? nullptr : &found->second->drone;
}

}  // namespace sluice::drone
