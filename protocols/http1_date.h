// Times of day as HTTP and its logs write them.
#ifndef SLUICE_PROTOCOLS_HTTP1_DATE_H_
#define SLUICE_PROTOCOLS_HTTP1_DATE_H_

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "reactor/base/time.h"

namespace sluice {

// Nanoseconds since 1970, UTC.
using WallClock = std::function<Duration()>;

// "Sun, 06 Nov 1994 08:49:37 GMT": RFC 9110 5.6.7.
std::string Http1Date(Duration unix_time);

namespace http1 {

// RFC 9110 5.6.7.
inline constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// "06/Nov/1994:08:49:37 +0000": the common log format.
std::string CommonLogDate(Duration unix_time);
// "1994-11-06T08:49:37.123Z": RFC 3339.
std::string JsonLogDate(Duration unix_time);

// The time of day, and what an answer begins with at it, made once a second.
class DateLine {
 public:
  // An empty clock is the system's.
  explicit DateLine(WallClock clock);

  // "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n" at `now`; the same size always. Valid until the next
  // call.
  static constexpr size_t kBytes = 37;
  std::string_view At(TimePoint now) { return {BehindOk(now) + kOk.size(), kBytes}; }

  // The line of status 200, and behind it the one above: kOkBytes.
  static constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\n";
  static constexpr size_t kOkBytes = kOk.size() + kBytes;
  const char* BehindOk(TimePoint now) {
    if (now >= valid_until_) [[unlikely]]
      Renew(now);
    return lines_.data();
  }

  // Of what the calls above returned.
  TimePoint valid_until() const { return valid_until_; }

  Duration unix_time() const { return clock_(); }

 private:
  void Renew(TimePoint now);

  WallClock clock_;
  TimePoint valid_until_ = TimePoint::min();
  std::array<char, kOkBytes> lines_;
};

}  // namespace http1
}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_DATE_H_
