// What a drone knows of itself: its answers to queries, and the line of the state stream.
#ifndef SLUICE_APPS_DRONE_TELEMETRY_H_
#define SLUICE_APPS_DRONE_TELEMETRY_H_

#include <optional>
#include <string>
#include <string_view>

#include "apps/drone/command.h"
#include "apps/drone/pose.h"

namespace sluice::drone {

struct Telemetry {
  Pose pose;
  int pitch = 0, roll = 0;                          // degrees; not 0 in a flip
  int vx = 0, vy = 0, vz = 0;                       // decimetres a second
  int temperature_low = 60, temperature_high = 62;  // degrees Celsius
  int battery = 0;                                  // per cent
  int motor_seconds = 0;                            // how long the motors have run
  double gravity_z = -999;                          // thousandths of g; 0 while it falls
  int speed = 0;                                    // of `up 50` and the like, cm/s
};

// Degrees in -179..180, as the drone reports them.
int Heading(double yaw);

// The answer to a query, which ends with "\r\n" as a value of the drone does.
std::string AnswerQuery(Verb query, const Telemetry& telemetry);

// "pitch:0;roll:0;yaw:0;vgx:0;...;\r\n" of SDK 2.0.
std::string FormatState(const Telemetry& telemetry);

// The value of `name` in such a line; nothing where it has none.
std::optional<std::string_view> FindInState(std::string_view line, std::string_view name);
// Whether it is such a line: `name:value;` again and again, beginning with the pitch.
bool IsState(std::string_view line);

}  // namespace sluice::drone

#endif  // SLUICE_APPS_DRONE_TELEMETRY_H_
