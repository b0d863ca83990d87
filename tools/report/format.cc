#include "tools/report/format.h"

#include <cmath>
#include <cstddef>
#include <cstdio>

namespace sluice::report {
namespace {

// Three significant digits, never an exponent; `whole` for numbers that have no fraction.
std::string Digits(double value, bool whole) {
  const double size = std::fabs(value);
  const int decimals = whole || size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
  char text[64];
  std::snprintf(text, sizeof(text), "%.*f", decimals, value);
  return text;
}

// Divides by `step` while the rounded number would have four digits before the point.
template <size_t kUnits>
std::string Scaled(double value, double step, const char* const (&units)[kUnits]) {
  size_t unit = 0;
  while (unit + 1 < kUnits && std::fabs(value) >= step - 0.5) {
    value /= step;
    ++unit;
  }
  const bool whole = unit == 0 && value == std::floor(value);
  return Digits(value, whole) + units[unit];
}

}  // namespace

std::string FormatCount(double count) {
  static constexpr const char* kUnits[] = {"", " k", " M", " G", " T"};
  return Scaled(count, 1000, kUnits);
}

std::string FormatRate(double per_second) {
  static constexpr const char* kUnits[] = {" /s", " k/s", " M/s", " G/s"};
  return Scaled(per_second, 1000, kUnits);
}

std::string FormatBytes(double bytes) {
  static constexpr const char* kUnits[] = {" B", " KiB", " MiB", " GiB", " TiB"};
  return Scaled(bytes, 1024, kUnits);
}

std::string FormatDuration(Duration duration) {
  const auto nanoseconds = static_cast<double>(duration.count());
  if (nanoseconds < 60e9) {
    static constexpr const char* kUnits[] = {" ns", " us", " ms", " s"};
    return Scaled(nanoseconds, 1000, kUnits);
  }
  const long long seconds = duration.count() / 1'000'000'000;
  char text[64];
  if (seconds < 3600) {
    std::snprintf(text, sizeof(text), "%lldm%02llds", seconds / 60, seconds % 60);
  } else {
    std::snprintf(text, sizeof(text), "%lldh%02lldm", seconds / 3600, seconds / 60 % 60);
  }
  return text;
}

std::string FormatExact(uint64_t count) {
  std::string text = std::to_string(count);
  for (size_t end = text.size(); end > 3; end -= 3) text.insert(end - 3, 1, ',');
  return text;
}

std::string FormatCounted(uint64_t count, std::string_view noun) {
  return FormatExact(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string FormatPercent(double fraction) {
  return Digits(fraction * 100, fraction == 0) + " %";
}

}  // namespace sluice::report
