// When the next message is due, and when there is none any more.
#ifndef SLUICE_APPS_STICKY_PACE_H_
#define SLUICE_APPS_STICKY_PACE_H_

#include <algorithm>
#include <cstdint>

#include "apps/sticky/message.h"
#include "apps/sticky/settings.h"
#include "reactor/base/time.h"

namespace sluice::sticky {

class Pace {
 public:
  Pace(const Settings& settings, Mode mode)
      : messages_max_(settings.messages_max == 0
                          ? kMessageNumberMax
                          : std::min(settings.messages_max, kMessageNumberMax)),
        duration_(settings.duration),
        sleep_(mode == Mode::kInterval ? settings.interval : Duration(0)),
        rate_per_second_(mode == Mode::kInterval ? 0 : settings.rate_per_second) {}

  void Start(TimePoint now) {
    start_ = now;
    next_ = now;
  }
  // Nothing more is due.
  void End() { messages_max_ = 0; }
  bool Finished(TimePoint now) const {
    return sent_ >= messages_max_ || (duration_ > Duration(0) && now - start_ >= duration_);
  }
  bool Due(TimePoint now) const { return next_ <= now; }
  // When to look again: the next message, or the end.
  TimePoint next() const {
    return duration_ > Duration(0) ? std::min(next_, start_ + duration_) : next_;
  }
  uint64_t sent() const { return sent_; }

  void Sent(TimePoint now) {
    ++sent_;
    if (sleep_ > Duration(0)) {
      // As a sleep after the send: what was late stays late.
      next_ = now + sleep_;
    } else if (rate_per_second_ > 0) {
      // From the start: what was late is made up for. In doubles, as ns * messages overflows.
      next_ = start_ + Duration(static_cast<int64_t>(static_cast<double>(sent_) * 1e9 /
                                                     static_cast<double>(rate_per_second_)));
    }
  }

 private:
  uint64_t messages_max_;
  Duration duration_;
  Duration sleep_;
  uint64_t rate_per_second_;
  TimePoint start_{};
  TimePoint next_{};
  uint64_t sent_ = 0;
};

}  // namespace sluice::sticky

#endif  // SLUICE_APPS_STICKY_PACE_H_
