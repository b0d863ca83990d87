#include "apps/drone/pose.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sluice::drone {
namespace {

double Radians(double degrees) {
  return degrees * std::numbers::pi / 180;
}
// Not below the floor nor above the ceiling; what is below the floor does not sink further.
double HeightAfter(double from, double climbed) {
  return std::clamp(from + climbed, std::min(from, kLowestCm), kHighestCm);
}

}  // namespace

Pose Moved(const Pose& from, const Course& way) {
  const double heading = Radians(from.yaw);
  Pose to = from;
  to.x += way.forward * std::cos(heading) + way.left * std::sin(heading);
  to.y += way.left * std::cos(heading) - way.forward * std::sin(heading);
  to.z = HeightAfter(from.z, way.up);
  return to;
}

// The integrals of Moved over a heading that turns evenly.
Pose Drifted(const Pose& from, const Course& speed, double seconds) {
  if (speed.turn == 0) {
    return Moved(from, {speed.forward * seconds, speed.left * seconds, speed.up * seconds, 0});
  }
  Pose to = from;
  to.yaw += speed.turn * seconds;
  const double begin = Radians(from.yaw), end = Radians(to.yaw), rate = Radians(speed.turn);
  const double along = (std::sin(end) - std::sin(begin)) / rate;
  const double across = (std::cos(begin) - std::cos(end)) / rate;
  to.x += speed.forward * along + speed.left * across;
  to.y += speed.left * along - speed.forward * across;
  to.z = HeightAfter(from.z, speed.up * seconds);
  return to;
}

Pose Between(const Pose& from, const Pose& to, double part) {
  const auto mix = [part](double a, double b) { return a + (b - a) * part; };
  return {mix(from.x, to.x), mix(from.y, to.y), mix(from.z, to.z), mix(from.yaw, to.yaw)};
}

double Distance(const Pose& a, const Pose& b) {
  return std::hypot(a.x - b.x, a.y - b.y, a.z - b.z);
}

}  // namespace sluice::drone
