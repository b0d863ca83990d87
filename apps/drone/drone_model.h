// A drone without wind: where it is, what it does and how much battery is left, as a pure function
// of the commands and the times it is given. It has no clock and no network of its own.
//
//   Drone drone({}, now);
//   std::optional<std::string> answer = drone.Execute(command, now);  // or later, from
//   answer = drone.Advance(drone.next_event());                       // Advance
//
// One motion at a time: what would begin a second one is refused. `land`, `stop` and `emergency`
// cut a motion short, and its own answer then never comes.
#ifndef SLUICE_APPS_DRONE_DRONE_MODEL_H_
#define SLUICE_APPS_DRONE_DRONE_MODEL_H_

#include <optional>
#include <string>
#include <string_view>

#include "apps/drone/command.h"
#include "apps/drone/telemetry.h"
#include "reactor/base/time.h"

namespace sluice::drone {

inline constexpr int kStartSpeedCmS = 50;
inline constexpr double kTakeoffHeightCm = 80;
inline constexpr double kFlipBattery = 50;     // per cent; below it: no flips
inline constexpr double kTakeoffBattery = 10;  // no take-off
inline constexpr double kEmptyBattery = 5;     // it lands

// So much faster than time passes a simulated drone may fly.
inline constexpr int kSpeedupMax = 1000;

struct DroneOptions {
  double battery = 100;  // per cent
  // In the air and without a command for so long it lands by itself.
  Duration silence = std::chrono::seconds(15);
};

class Drone {
 public:
  Drone(const DroneOptions& options, TimePoint now);

  // What is answered at once. Nothing: the answer comes when the motion is over, or never (rc).
  // Time has passed before: Advance(now).
  std::optional<std::string> Execute(const Command& command, TimePoint now);
  // Lets time pass; `now` never goes back. The answer to the motion that ended, if one did.
  std::optional<std::string> Advance(TimePoint now);
  // When Advance next changes more than where it is; kNever: only a command does.
  TimePoint next_event() const;

  bool flying() const { return phase_ != Phase::kGrounded; }
  // As of the last Execute or Advance.
  Telemetry telemetry() const;
  // Why it last came down by itself; empty: it did not.
  std::string_view landing_reason() const { return landing_reason_; }

 private:
  // From kMoving on motion_ says what it does.
  enum class Phase : uint8_t { kGrounded, kHovering, kMoving, kLanding, kFalling };
  struct Motion {
    Verb verb = Verb::kTakeoff;
    char flip = 0;
    Pose from{}, to{};
    TimePoint begin{}, end{};
    bool answered = false;  // `ok` when it is over
  };
  // Of `rc`.
  struct Sticks {
    Course course{};
    Pose from{};
    TimePoint begin{};
  };

  std::string WhyNot(const Command& command) const;
  std::optional<std::string> Takeoff();
  std::optional<std::string> Land();
  std::optional<std::string> Move(const Command& command);
  void Rc(const Command& command);
  void Hover();
  void ComeDown();
  void Fall();
  void Begin(Phase phase, Motion motion, Duration duration);
  void EndMotion();

  void PassTime(TimePoint now);
  Pose PoseAt(TimePoint now) const;
  void AddVelocity(Telemetry& now) const;
  void AddFlip(Telemetry& now) const;
  bool in_motion() const { return phase_ >= Phase::kMoving; }
  double drain() const;  // per cent a second
  TimePoint quiet_deadline() const;
  TimePoint empty_deadline() const;

  DroneOptions options_;
  Phase phase_ = Phase::kGrounded;
  TimePoint now_;
  TimePoint heard_;     // when the last command came, or the motion it began ended
  Pose pose_;           // at now_
  Motion motion_;       // while kMoving, kLanding, kFalling
  Sticks sticks_;       // while kHovering
  bool obeys_ = false;  // `command` was said
  int speed_ = kStartSpeedCmS;
  double battery_;
  Duration motors_ran_{0};
  std::string_view landing_reason_;
};

}  // namespace sluice::drone

#endif  // SLUICE_APPS_DRONE_DRONE_MODEL_H_
