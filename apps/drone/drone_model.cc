#include "apps/drone/drone_model.h"

#include <algorithm>
#include <cmath>

#include "reactor/base/check.h"

namespace sluice::drone {
namespace {

constexpr double kClimbCmS = 40, kSinkCmS = 50, kTurnDegreesS = 90;
constexpr double kGravityCmS2 = 981;
constexpr Duration kTouchDown = std::chrono::seconds(1);
constexpr Duration kFlipTime = std::chrono::milliseconds(1500);
constexpr Duration kInstant = std::chrono::milliseconds(100);
// Full for 13 minutes in the air, as the maker says, and for two hours on the ground.
constexpr double kFlyingDrain = 100.0 / (13 * 60), kIdleDrain = 100.0 / (120 * 60);

Duration Seconds(double count) {
  return Duration(std::llround(count * 1e9));
}
double InSeconds(Duration duration) {
  return static_cast<double>(duration.count()) / 1e9;
}

Course WayOf(const Command& command) {
  const double a = command.arguments[0], b = command.arguments[1], c = command.arguments[2];
  switch (command.verb) {
    case Verb::kUp:
      return {.up = a};
    case Verb::kDown:
      return {.up = -a};
    case Verb::kForward:
      return {.forward = a};
    case Verb::kBack:
      return {.forward = -a};
    case Verb::kLeft:
      return {.left = a};
    case Verb::kRight:
      return {.left = -a};
    case Verb::kClockwise:
      return {.turn = a};
    case Verb::kCounterclockwise:
      return {.turn = -a};
    case Verb::kGo:
      return {.forward = a, .left = b, .up = c};
    default:
      return {};
  }
}

std::string Error(std::string_view reason) {
  return std::string(kError) + " " + std::string(reason);
}

}  // namespace

Drone::Drone(const DroneOptions& options, TimePoint now)
    : options_(options), now_(now), heard_(now), battery_(options.battery) {}

std::optional<std::string> Drone::Execute(const Command& command, TimePoint now) {
  SLUICE_CHECK(next_event() > now, "time passes before a command is executed");
  heard_ = now;
  PassTime(now);
  const Kind kind = KindOf(command.verb);
  if (command.verb == Verb::kCommand) obeys_ = true;
  if (!obeys_) return Error("Not in command mode: send command first");
  if (kind == Kind::kQuery) return AnswerQuery(command.verb, telemetry());
  if (const std::string reason = WhyNot(command); !reason.empty()) return Error(reason);
  switch (command.verb) {
    case Verb::kTakeoff:
      return Takeoff();
    case Verb::kLand:
      return Land();
    case Verb::kStop:
      Hover();
      break;
    case Verb::kEmergency:
      Fall();
      break;
    case Verb::kSpeed:
      speed_ = command.arguments[0];
      break;
    case Verb::kRc:
      Rc(command);
      return std::nullopt;
    default:
      if (kind == Kind::kMotion) return Move(command);
  }
  return std::string(kOk);
}

// Why it cannot be done now; empty: it can.
std::string Drone::WhyNot(const Command& command) const {
  const Verb verb = command.verb;
  if (verb == Verb::kTakeoff) {
    if (flying()) return "Not joystick: it flies already";
    return battery_ < kTakeoffBattery ? "Low battery: takeoff wants 10 %" : "";
  }
  if (verb == Verb::kLand) return phase_ == Phase::kFalling ? "Motor stop: it falls" : "";
  if (verb != Verb::kStop && KindOf(verb) != Kind::kMotion) return "";
  if (!flying()) return "Motor stop: takeoff first";
  if (phase_ == Phase::kLanding) return "Auto land: it is landing";
  if (phase_ == Phase::kFalling) return "Motor stop: it falls";
  if (verb == Verb::kStop) return "";
  if (phase_ == Phase::kMoving) {
    return "Not joystick: " + std::string(Word(motion_.verb)) + " is not over";
  }
  if (verb == Verb::kFlip && battery_ < kFlipBattery) return "Low battery: flip wants 50 %";
  return "";
}

std::optional<std::string> Drone::Takeoff() {
  Pose to = pose_;
  to.z = kTakeoffHeightCm;
  landing_reason_ = {};
  Begin(Phase::kMoving, {Verb::kTakeoff, 0, pose_, to}, Seconds(to.z / kClimbCmS) + kTouchDown);
  return std::nullopt;
}

std::optional<std::string> Drone::Land() {
  if (!flying()) return std::string(kOk);  // it is where it shall be: whoever asks again may know
  if (phase_ != Phase::kLanding) ComeDown();
  motion_.answered = true;
  return std::nullopt;
}

void Drone::ComeDown() {
  Pose to = pose_;
  to.z = 0;
  Begin(Phase::kLanding, {Verb::kLand, 0, pose_, to}, Seconds(pose_.z / kSinkCmS) + kTouchDown);
  motion_.answered = false;
}

void Drone::Fall() {
  if (!flying() || phase_ == Phase::kFalling) return;
  Pose to = pose_;
  to.z = 0;
  Begin(Phase::kFalling, {Verb::kEmergency, 0, pose_, to},
        Seconds(std::sqrt(2 * pose_.z / kGravityCmS2)));
  motion_.answered = false;
}

void Drone::Hover() {
  phase_ = Phase::kHovering;
  sticks_ = {.from = pose_, .begin = now_};
}

void Drone::Rc(const Command& command) {
  if (phase_ != Phase::kHovering) return;
  const auto& [right, forward, up, turn] = command.arguments;
  Hover();
  sticks_.course = {
      .forward = 1.0 * forward, .left = -1.0 * right, .up = 1.0 * up, .turn = 1.0 * turn};
}

std::optional<std::string> Drone::Move(const Command& command) {
  const Course way = WayOf(command);
  Motion motion{command.verb, 0, pose_, Moved(pose_, way)};
  motion.to.yaw += way.turn;
  const double speed = command.verb == Verb::kGo ? command.arguments[3] : speed_;
  Duration duration = Seconds(Distance(motion.from, motion.to) / speed);
  if (way.turn != 0) duration = Seconds(std::abs(way.turn) / kTurnDegreesS);
  if (command.verb == Verb::kFlip) {
    motion.flip = static_cast<char>(command.arguments[0]);
    duration = kFlipTime;
  }
  Begin(Phase::kMoving, motion, duration);
  return std::nullopt;
}

void Drone::Begin(Phase phase, Motion motion, Duration duration) {
  phase_ = phase;
  motion_ = motion;
  motion_.begin = now_;
  motion_.end = now_ + std::max(duration, Duration(1));
  motion_.answered = true;
}

std::optional<std::string> Drone::Advance(TimePoint now) {
  std::optional<std::string> answer;
  while (next_event() <= now) {
    PassTime(std::max(now_, next_event()));
    const bool over = in_motion() && now_ >= motion_.end;
    const bool wants_answer = in_motion() && motion_.answered;
    if (over) {
      EndMotion();
      if (wants_answer) answer = std::string(kOk);
      continue;
    }
    landing_reason_ = now_ >= empty_deadline() ? "its battery is empty" : "no command came";
    ComeDown();
    if (wants_answer) answer = Error("Auto land: " + std::string(landing_reason_));
  }
  PassTime(now);
  return answer;
}

void Drone::EndMotion() {
  const bool down = phase_ != Phase::kMoving;
  pose_ = motion_.to;
  Hover();
  heard_ = std::max(heard_, motion_.end);
  if (down) phase_ = Phase::kGrounded;
}

void Drone::PassTime(TimePoint now) {
  if (now <= now_) return;
  const Duration passed = now - now_;
  pose_ = PoseAt(now);
  battery_ = std::max(0.0, battery_ - drain() * InSeconds(passed));
  if (flying()) motors_ran_ += passed;
  now_ = now;
}

Pose Drone::PoseAt(TimePoint now) const {
  if (phase_ == Phase::kGrounded) return pose_;
  if (phase_ == Phase::kHovering) {
    return Drifted(sticks_.from, sticks_.course, InSeconds(now - sticks_.begin));
  }
  const double part = InSeconds(now - motion_.begin) / InSeconds(motion_.end - motion_.begin);
  return Between(motion_.from, motion_.to, phase_ == Phase::kFalling ? part * part : part);
}

TimePoint Drone::next_event() const {
  const TimePoint over = in_motion() ? motion_.end : kNever;
  return std::min({over, quiet_deadline(), empty_deadline()});
}

TimePoint Drone::quiet_deadline() const {
  return phase_ == Phase::kHovering ? After(heard_, options_.silence) : kNever;
}

TimePoint Drone::empty_deadline() const {
  if (phase_ != Phase::kHovering && phase_ != Phase::kMoving) return kNever;
  return now_ + Seconds(std::max(0.0, battery_ - kEmptyBattery) / drain());
}

double Drone::drain() const {
  return flying() ? kFlyingDrain : kIdleDrain;
}

Telemetry Drone::telemetry() const {
  Telemetry now;
  now.pose = pose_;
  now.battery = static_cast<int>(battery_);
  now.motor_seconds = static_cast<int>(InSeconds(motors_ran_));
  now.temperature_low += std::min(20, now.motor_seconds / 15);
  now.temperature_high += std::min(20, now.motor_seconds / 15);
  now.speed = speed_;
  if (phase_ == Phase::kFalling) now.gravity_z = 0;
  AddVelocity(now);
  AddFlip(now);
  return now;
}

void Drone::AddVelocity(Telemetry& now) const {
  if (!flying()) return;
  const Pose soon = PoseAt(now_ + kInstant);
  const auto speed = [](double from, double to) {
    return static_cast<int>(std::lround((to - from) / 10 / InSeconds(kInstant)));
  };
  now.vx = speed(pose_.x, soon.x);
  now.vy = speed(pose_.y, soon.y);
  now.vz = speed(pose_.z, soon.z);
}

void Drone::AddFlip(Telemetry& now) const {
  if (phase_ != Phase::kMoving || motion_.verb != Verb::kFlip) return;
  const double part = InSeconds(now_ - motion_.begin) / InSeconds(kFlipTime);
  const int turned = static_cast<int>(360 * part);
  if (motion_.flip == 'f') now.pitch = -turned;
  if (motion_.flip == 'b') now.pitch = turned;
  if (motion_.flip == 'l') now.roll = -turned;
  if (motion_.flip == 'r') now.roll = turned;
}

}  // namespace sluice::drone
