// One line that says how far a transfer is, how fast, and how long it will take.
#ifndef SLUICE_APPS_FILES_PROGRESS_BAR_H_
#define SLUICE_APPS_FILES_PROGRESS_BAR_H_

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "reactor/base/time.h"

namespace sluice::files {

class ProgressBar {
 public:
  // Of `total` bytes `done` are there, `moved` of them by this run. total 0: nobody knows.
  // "big.iso [#####---------------] 27 %  1.20 GiB of 4.37 GiB  850 MiB/s  3.72 s left"
  std::string Line(std::string_view label, uint64_t done, uint64_t total, uint64_t moved,
                   TimePoint now);

 private:
  static constexpr Duration kWindow = std::chrono::seconds(5);

  struct Sample {
    TimePoint time;
    uint64_t moved;
  };
  double Rate(uint64_t moved, TimePoint now);

  std::deque<Sample> samples_;  // of the last seconds, oldest first
};

}  // namespace sluice::files

#endif  // SLUICE_APPS_FILES_PROGRESS_BAR_H_
