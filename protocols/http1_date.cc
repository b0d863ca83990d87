#include "protocols/http1_date.h"

#include <chrono>
#include <cstdio>
#include <utility>

#include "reactor/base/check.h"

namespace sluice {
namespace {

constexpr const char* kWeekdays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

struct TimeOfDay {
  explicit TimeOfDay(Duration unix_time) {
    namespace chrono = std::chrono;
    const auto days = chrono::floor<chrono::days>(unix_time);
    const chrono::year_month_day date{chrono::sys_days(days)};
    const chrono::hh_mm_ss time(chrono::floor<chrono::milliseconds>(unix_time - days));
    year = static_cast<int>(date.year());
    month = static_cast<unsigned>(date.month());
    day = static_cast<unsigned>(date.day());
    weekday = chrono::weekday(chrono::sys_days(days)).c_encoding();
    hour = static_cast<int>(time.hours().count());
    minute = static_cast<int>(time.minutes().count());
    second = static_cast<int>(time.seconds().count());
    millisecond = static_cast<int>(time.subseconds().count());
  }

  int year;
  unsigned month, day, weekday;
  int hour, minute, second, millisecond;
};

template <class... Parts>
std::string Format(const char* format, Parts... parts) {
  char text[64];
  const int length = std::snprintf(text, sizeof(text), format, parts...);
  return std::string(text, static_cast<size_t>(length));
}

Duration SystemTime() {
  return std::chrono::system_clock::now().time_since_epoch();
}

}  // namespace

std::string Http1Date(Duration unix_time) {
  const TimeOfDay t(unix_time);
  return Format("%s, %02u %s %04d %02d:%02d:%02d GMT", kWeekdays[t.weekday], t.day,
                http1::kMonths[t.month - 1], t.year, t.hour, t.minute, t.second);
}

std::string http1::CommonLogDate(Duration unix_time) {
  const TimeOfDay t(unix_time);
  return Format("%02u/%s/%04d:%02d:%02d:%02d +0000", t.day, http1::kMonths[t.month - 1], t.year,
                t.hour, t.minute, t.second);
}

std::string http1::JsonLogDate(Duration unix_time) {
  const TimeOfDay t(unix_time);
  return Format("%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", t.year, t.month, t.day, t.hour, t.minute,
                t.second, t.millisecond);
}

http1::DateLine::DateLine(WallClock clock) : clock_(std::move(clock)) {
  if (!clock_) clock_ = SystemTime;
}

void http1::DateLine::Renew(TimePoint now) {
  constexpr Duration kSecond = std::chrono::seconds(1);
  const Duration unix_time = clock_();
  const std::string lines = std::string(kOk) + "Date: " + Http1Date(unix_time) + "\r\n";
  SLUICE_CHECK(lines.size() == kOkBytes, "a clock of the years 1 to 9999");
  lines.copy(lines_.data(), kOkBytes);
  valid_until_ = After(now, kSecond - unix_time % kSecond);
}

}  // namespace sluice
