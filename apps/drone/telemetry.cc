#include "apps/drone/telemetry.h"

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>

namespace sluice::drone {
namespace {

constexpr double kStartBarometerM = 44.0;  // what it reads on the ground
constexpr int kTofOnGroundCm = 10;         // the time-of-flight sensor measures no less
constexpr size_t kStateBytesMax = 512;

int Rounded(double value) {
  return static_cast<int>(std::lround(value));
}
int TofCm(const Telemetry& now) {
  return std::max(kTofOnGroundCm, Rounded(now.pose.z));
}
double BarometerM(const Telemetry& now) {
  return kStartBarometerM + now.pose.z / 100;
}

[[gnu::format(printf, 1, 2)]] std::string Text(const char* format, ...) {
  char text[kStateBytesMax];
  va_list arguments;
  va_start(arguments, format);
  const int size = std::vsnprintf(text, sizeof(text), format, arguments);
  va_end(arguments);
  return std::string(text, static_cast<size_t>(size));
}

// The next `name:value;` of a line, which loses it; false where it does not go on so.
bool TakeField(std::string_view& line, std::string_view& name, std::string_view& value) {
  const size_t colon = line.find(':');
  const size_t end = line.find(';');
  if (end == line.npos || colon > end || colon == 0) return false;
  name = line.substr(0, colon);
  value = line.substr(colon + 1, end - colon - 1);
  line.remove_prefix(end + 1);
  return true;
}

}  // namespace

int Heading(double yaw) {
  const double turned = std::remainder(yaw, 360);
  const int degrees = Rounded(turned);
  return degrees == -180 ? 180 : degrees;
}

std::string AnswerQuery(Verb query, const Telemetry& now) {
  switch (query) {
    case Verb::kAskSpeed:
      return Text("%d.0\r\n", now.speed);
    case Verb::kAskBattery:
      return Text("%d\r\n", now.battery);
    case Verb::kAskTime:
      return Text("%ds\r\n", now.motor_seconds);
    case Verb::kAskHeight:
      return Text("%ddm\r\n", Rounded(now.pose.z / 10));
    case Verb::kAskTemperature:
      return Text("%d~%dC\r\n", now.temperature_low, now.temperature_high);
    case Verb::kAskAttitude:
      return Text("pitch:%d;roll:%d;yaw:%d;\r\n", now.pitch, now.roll, Heading(now.pose.yaw));
    case Verb::kAskBarometer:
      return Text("%.2f\r\n", BarometerM(now));
    case Verb::kAskAcceleration:
      return Text("agx:0.00;agy:0.00;agz:%.2f;\r\n", now.gravity_z);
    case Verb::kAskTof:
      return Text("%dmm\r\n", TofCm(now) * 10);
    case Verb::kAskWifi:
      return "90\r\n";
    case Verb::kAskSdk:
      return "20\r\n";
    case Verb::kAskSerial:
      return "0TQSLUICE00001\r\n";
    case Verb::kAskPosition:
      return Text("x:%d;y:%d;z:%d;\r\n", Rounded(now.pose.x), Rounded(now.pose.y),
                  Rounded(now.pose.z));
    default:
      return std::string(kOk);
  }
}

std::string FormatState(const Telemetry& now) {
  return Text(
      "pitch:%d;roll:%d;yaw:%d;vgx:%d;vgy:%d;vgz:%d;templ:%d;temph:%d;tof:%d;h:%d;bat:%d;"
      "baro:%.2f;time:%d;agx:0.00;agy:0.00;agz:%.2f;\r\n",
      now.pitch, now.roll, Heading(now.pose.yaw), now.vx, now.vy, now.vz, now.temperature_low,
      now.temperature_high, TofCm(now), Rounded(now.pose.z), now.battery, BarometerM(now),
      now.motor_seconds, now.gravity_z);
}

std::optional<std::string_view> FindInState(std::string_view line, std::string_view name) {
  std::string_view found, value;
  while (TakeField(line, found, value)) {
    if (found == name) return value;
  }
  return std::nullopt;
}

bool IsState(std::string_view line) {
  if (!line.starts_with("pitch:")) return false;
  if (line.ends_with("\r\n")) line.remove_suffix(2);
  if (!std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c <= '~'; })) {
    return false;
  }
  std::string_view name, value;
  while (TakeField(line, name, value)) {
  }
  return line.empty();
}

}  // namespace sluice::drone
