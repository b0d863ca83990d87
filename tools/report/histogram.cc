#include "tools/report/histogram.h"

#include <algorithm>
#include <cmath>

#include "reactor/base/check.h"

namespace sluice::report {

void Histogram::RecordMany(uint64_t value, uint64_t times) {
  if (times == 0) return;
  buckets_[IndexOf(value)] += times;
  count_ += times;
  sum_ += static_cast<long double>(value) * static_cast<long double>(times);
  min_ = std::min(min_, value);
  max_ = std::max(max_, value);
}

void Histogram::Merge(const Histogram& other) {
  for (size_t index = 0; index < buckets_.size(); ++index) buckets_[index] += other.buckets_[index];
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

void Histogram::Clear() {
  *this = Histogram();
}

double Histogram::mean() const {
  return count_ == 0 ? 0 : static_cast<double>(sum_ / static_cast<long double>(count_));
}

uint64_t Histogram::Percentile(double percent) const {
  SLUICE_CHECK(percent >= 0 && percent <= 100, "a percentile lies between 0 and 100");
  if (count_ == 0) return 0;
  const auto rank = static_cast<uint64_t>(
      std::ceil(static_cast<long double>(percent) / 100 * static_cast<long double>(count_)));
  const uint64_t wanted = std::clamp<uint64_t>(rank, 1, count_);
  uint64_t seen = 0;
  for (size_t index = 0; index < buckets_.size(); ++index) {
    seen += buckets_[index];
    if (seen >= wanted) return std::clamp(High(index), min_, max_);
  }
  return max_;
}

// Indices from 2^kBits on: the doubling is index >> kBits, less one for the exact part below.
uint64_t Histogram::Low(size_t index) {
  if (index < 2 * kLinear) return index;
  const int shift = static_cast<int>(index >> kBits) - 1;
  return (static_cast<uint64_t>(index & (kLinear - 1)) + kLinear) << shift;
}

uint64_t Histogram::High(size_t index) {
  if (index < 2 * kLinear) return index;
  const int shift = static_cast<int>(index >> kBits) - 1;
  return Low(index) + ((uint64_t{1} << shift) - 1);
}

}  // namespace sluice::report
