// Receive memory of a simulated backend: lent, poisoned when it comes back, and looked at before it
// is lent again: whoever kept a pointer into it is found out.
#ifndef SLUICE_REACTOR_SIM_SIM_BUFFERS_H_
#define SLUICE_REACTOR_SIM_SIM_BUFFERS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "reactor/base/slab.h"

namespace sluice::sim {

class SimBuffers {
 public:
  SimBuffers(uint32_t count, size_t buffer_bytes)
      : buffer_bytes_(buffer_bytes),
        memory_(count * buffer_bytes),
        used_(count, 0),
        lent_(count),
        retained_(count) {
    for (uint32_t buffer = count; buffer > 0; --buffer) free_.push_back(buffer - 1);
  }

  bool empty() const { return free_.empty(); }
  size_t available() const { return free_.size(); }
  size_t lent() const { return lent_.size() - free_.size(); }
  size_t buffer_bytes() const { return buffer_bytes_; }

  // A free buffer; nullptr where bytes were written into it after its release.
  char* Take(uint32_t* buffer) {
    *buffer = free_.back();
    free_.pop_back();
    lent_[*buffer] = true;
    char* data = memory_.data() + *buffer * buffer_bytes_;
    for (size_t i = 0; i < used_[*buffer]; ++i) {
      if (data[i] != kPoison) return nullptr;
    }
    return data;
  }
  void SetUsed(uint32_t buffer, size_t bytes) { used_[buffer] = bytes; }

  // False: it was not lent.
  bool Release(uint32_t buffer) {
    if (buffer >= lent_.size() || !lent_[buffer]) return false;
    lent_[buffer] = false;
    if (retained_[buffer] == 0) Free(buffer);
    return true;
  }

  // Whether one more may be kept beyond its release: half of them stay for receiving.
  bool MayRetain() const { return retained_count_ < lent_.size() / 2; }
  // False: it was not lent.
  bool Retain(uint32_t buffer) {
    if (buffer >= lent_.size() || !lent_[buffer]) return false;
    if (retained_[buffer]++ == 0) ++retained_count_;
    return true;
  }
  bool ReleaseRetained(uint32_t buffer) {
    if (buffer >= lent_.size() || retained_[buffer] == 0) return false;
    if (--retained_[buffer] > 0) return true;
    --retained_count_;
    if (!lent_[buffer]) Free(buffer);
    return true;
  }

  // Sockets that found no buffer, first come, first served.
  std::deque<base::SlabKey> starved;

 private:
  void Free(uint32_t buffer) {
    char* data = memory_.data() + buffer * buffer_bytes_;
    for (size_t i = 0; i < used_[buffer]; ++i) data[i] = kPoison;
    free_.push_back(buffer);
  }

  static constexpr char kPoison = static_cast<char>(0xdd);
  const size_t buffer_bytes_;
  std::vector<char> memory_;
  std::vector<size_t> used_;
  std::vector<bool> lent_;
  std::vector<uint32_t> retained_;  // pieces, by buffer
  size_t retained_count_ = 0;       // buffers
  std::vector<uint32_t> free_;
};

}  // namespace sluice::sim

#endif  // SLUICE_REACTOR_SIM_SIM_BUFFERS_H_
