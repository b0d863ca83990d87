// How often which value came: a log-linear histogram (as HdrHistogram) of integers in fixed memory,
// 58 KiB, whatever the range. Every value is known to within 1 %; below 256 exactly.
//
//   Histogram latency;            // the unit is the caller's: say it in the name
//   latency.Record(nanoseconds);
//   uint64_t p99 = latency.Percentile(99);
//
// Not thread-safe: record on one a thread and Merge.
#ifndef SLUICE_TOOLS_REPORT_HISTOGRAM_H_
#define SLUICE_TOOLS_REPORT_HISTOGRAM_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sluice::report {

class Histogram {
 public:
  Histogram() : buckets_(kBuckets) {}

  void Record(uint64_t value) { RecordMany(value, 1); }
  void RecordMany(uint64_t value, uint64_t times);
  void Merge(const Histogram& other);
  void Clear();

  uint64_t count() const { return count_; }
  uint64_t min() const { return count_ == 0 ? 0 : min_; }
  uint64_t max() const { return max_; }
  double mean() const;  // exact; 0 when empty

  // The smallest value that `percent` (0 to 100) of all values do not exceed, at most 1 % above the
  // true one and never above max(); 0 when empty.
  uint64_t Percentile(double percent) const;

  // Calls visit(low, high, count) for every range of values that came, rising; both ends included.
  template <class Visit>
  void ForEachRange(Visit visit) const {
    for (size_t index = 0; index < buckets_.size(); ++index) {
      if (buckets_[index] != 0) visit(Low(index), High(index), buckets_[index]);
    }
  }

 private:
  // 2^kBits ranges a doubling: a range is at most 1/128 of its lowest value wide.
  static constexpr int kBits = 7;
  static constexpr size_t kLinear = size_t{1} << kBits;
  static constexpr size_t kBuckets = (64 - kBits + 1) * kLinear;

  static size_t IndexOf(uint64_t value) {
    const int width = std::bit_width(value);
    if (width <= kBits) return static_cast<size_t>(value);
    const int shift = width - kBits - 1;
    return (static_cast<size_t>(shift) << kBits) + static_cast<size_t>(value >> shift);
  }
  static uint64_t Low(size_t index);
  static uint64_t High(size_t index);

  std::vector<uint64_t> buckets_;
  uint64_t count_ = 0;
  uint64_t min_ = UINT64_MAX;
  uint64_t max_ = 0;
  long double sum_ = 0;
};

}  // namespace sluice::report

#endif  // SLUICE_TOOLS_REPORT_HISTOGRAM_H_
