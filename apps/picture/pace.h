// When each part of each frame is due. Parts are spread over the interval between two frames: sent
// in one go they would have to fit into the receiver's socket buffer together (by default 208 KiB,
// in which a datagram of 1,400 bytes counts for 2,304), and into every queue on the way.
#ifndef SLUICE_APPS_PICTURE_PACE_H_
#define SLUICE_APPS_PICTURE_PACE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "reactor/base/time.h"

namespace sluice::picture {

class Pace {
 public:
  // `spread_max`: a frame's parts leave within it, however long the interval is.
  Pace(double frames_per_second, Duration spread_max)
      : interval_(std::chrono::duration_cast<Duration>(
            std::chrono::duration<double>(1 / frames_per_second))),
        spread_(std::min(interval_, spread_max)) {}

  // A frame of so many parts begins, when it is planned to: by NextFrame. One more than an interval
  // late begins a new plan; frames are not hurried to catch up.
  void Begin(TimePoint now, size_t parts) {
    if (!begun_ || now - next_frame_ > interval_) {
      if (begun_) ++slips_;
      next_frame_ = now;
    }
    begun_ = true;
    start_ = next_frame_;
    next_frame_ = start_ + interval_;
    parts_ = parts;
  }

  TimePoint PartDue(size_t part) const {
    return start_ +
           Duration(spread_.count() * static_cast<int64_t>(part) / static_cast<int64_t>(parts_));
  }
  TimePoint NextFrame() const { return next_frame_; }
  uint64_t slips() const { return slips_; }

 private:
  Duration interval_;
  Duration spread_;
  TimePoint start_{};
  TimePoint next_frame_{};
  size_t parts_ = 1;
  uint64_t slips_ = 0;
  bool begun_ = false;
};

}  // namespace sluice::picture

#endif  // SLUICE_APPS_PICTURE_PACE_H_
