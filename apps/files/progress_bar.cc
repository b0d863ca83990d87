#include "apps/files/progress_bar.h"

#include <algorithm>

#include "tools/report/format.h"

namespace sluice::files {
namespace {

std::string Bar(double fraction) {
  constexpr size_t kCells = 20;
  const auto full = static_cast<size_t>(fraction * kCells);
  return "[" + std::string(full, '#') + std::string(kCells - full, '-') + "] " +
         std::to_string(static_cast<int>(fraction * 100)) + " %";
}

std::string Bytes(uint64_t bytes) {
  return report::FormatBytes(static_cast<double>(bytes));
}

}  // namespace

// Bytes a second, of late.
double ProgressBar::Rate(uint64_t moved, TimePoint now) {
  samples_.push_back({now, moved});
  while (samples_.size() > 2 && now - samples_.front().time > kWindow) samples_.pop_front();
  const Sample& first = samples_.front();
  const double seconds = std::chrono::duration<double>(now - first.time).count();
  // A file that broke and starts over moves backwards.
  return seconds > 0 && moved > first.moved ? static_cast<double>(moved - first.moved) / seconds
                                            : 0;
}

std::string ProgressBar::Line(std::string_view label, uint64_t done, uint64_t total, uint64_t moved,
                              TimePoint now) {
  const double rate = Rate(moved, now);
  const std::string speed = rate > 0 ? "  " + report::FormatBytes(rate) + "/s" : "";
  const std::string head = std::string(label) + " ";
  if (total == 0) return head + Bytes(done) + speed;
  done = std::min(done, total);
  std::string line = head + Bar(static_cast<double>(done) / static_cast<double>(total)) + "  " +
                     Bytes(done) + " of " + Bytes(total) + speed;
  if (rate > 0 && done < total) {
    const std::chrono::duration<double> left(static_cast<double>(total - done) / rate);
    line += "  " + report::FormatDuration(std::chrono::duration_cast<Duration>(left)) + " left";
  }
  return line;
}

}  // namespace sluice::files
