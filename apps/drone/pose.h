// Where a drone is, and where it gets by flying and turning.
#ifndef SLUICE_APPS_DRONE_POSE_H_
#define SLUICE_APPS_DRONE_POSE_H_

namespace sluice::drone {

// Where it is: centimetres forward and left of where it first stood, above the ground, and degrees
// clockwise from where it first looked.
struct Pose {
  double x = 0, y = 0, z = 0, yaw = 0;
};

// How it goes: forward, left and up as it looks, and clockwise; in cm and degrees, or those a
// second.
struct Course {
  double forward = 0, left = 0, up = 0, turn = 0;
};

inline constexpr double kLowestCm = 20;     // `down` stops there
inline constexpr double kHighestCm = 3000;  // `up` stops there

// `from` flown along `way` without turning: a drone that was turned clockwise looks to the right.
Pose Moved(const Pose& from, const Course& way);
// After `seconds` of flying and turning at once, along an arc.
Pose Drifted(const Pose& from, const Course& speed, double seconds);
// `part` of the way, 0 to 1.
Pose Between(const Pose& from, const Pose& to, double part);
double Distance(const Pose& a, const Pose& b);

}  // namespace sluice::drone

#endif  // SLUICE_APPS_DRONE_POSE_H_
