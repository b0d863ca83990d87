// How steadily pictures came, from the times at which they were whole.
#ifndef SLUICE_APPS_PICTURE_FRAME_RATE_H_
#define SLUICE_APPS_PICTURE_FRAME_RATE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "reactor/base/time.h"

namespace sluice::picture {

class FrameRate {
 public:
  void Add(TimePoint now, size_t bytes) {
    ++frames_;
    bytes_ += bytes;
    if (frames_ == 1) {
      first_ = last_ = now;
      return;
    }
    bytes_after_first_ += bytes;
    const Duration interval = now - last_;
    if (frames_ > 2) changes_ += std::max(interval - interval_, interval_ - interval);
    interval_ = interval;
    interval_max_ = std::max(interval_max_, interval);
    last_ = now;
  }

  uint64_t frames() const { return frames_; }
  uint64_t bytes() const { return bytes_; }
  TimePoint last() const { return last_; }
  // From the first picture to the last; 0 while there are fewer than two.
  double frames_per_second() const { return PerSecond(frames_ - 1); }
  double bytes_per_second() const { return PerSecond(bytes_after_first_); }
  Duration interval_max() const { return interval_max_; }
  // By how much an interval differs from the one before it, on average.
  Duration jitter() const {
    return frames_ < 3 ? Duration(0) : changes_ / static_cast<int64_t>(frames_ - 2);
  }

 private:
  double PerSecond(uint64_t count) const {
    if (frames_ < 2 || last_ == first_) return 0;
    return static_cast<double>(count) / std::chrono::duration<double>(last_ - first_).count();
  }

  uint64_t frames_ = 0;
  uint64_t bytes_ = 0;
  uint64_t bytes_after_first_ = 0;
  TimePoint first_{};
  TimePoint last_{};
  Duration interval_{};
  Duration interval_max_{};
  Duration changes_{};
};

}  // namespace sluice::picture

#endif  // SLUICE_APPS_PICTURE_FRAME_RATE_H_
