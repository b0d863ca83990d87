// Which receive buffers a kernel backend's user retains beyond their completion, and how many that
// may be: however slowly the peers of a relay read, half of the receive memory is left to receive
// with.
#ifndef SLUICE_REACTOR_BACKEND_RETAINED_BUFFERS_H_
#define SLUICE_REACTOR_BACKEND_RETAINED_BUFFERS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "reactor/backend/backend.h"
#include "reactor/base/check.h"

namespace sluice::backend {

// Tells a retained piece of a buffer from one that a completion brought, in a BufferId.
inline constexpr BufferId kRetainedBufferBit = BufferId{1} << 29;

class RetainedBuffers {
 public:
  RetainedBuffers(uint32_t buffers, uint32_t bytes_min)
      : bytes_min_(bytes_min), pieces_(buffers), buffers_max_(buffers / 2) {}

  // False where `bytes` are too few to be worth it, or too many buffers are retained already. A
  // buffer may be retained any number of times, for a piece of it each.
  bool Retain(BufferId buffer, size_t bytes) {
    if (bytes < bytes_min_) return false;
    if (pieces_[buffer] == 0) {
      if (buffers_ == buffers_max_) return false;
      ++buffers_;
    }
    ++pieces_[buffer];
    return true;
  }
  // Once for every Retain that was true.
  void Release(BufferId buffer) {
    SLUICE_CHECK(buffer < pieces_.size() && pieces_[buffer] > 0, "released more than was retained");
    if (--pieces_[buffer] == 0) --buffers_;
  }

 private:
  const uint32_t bytes_min_;
  std::vector<uint32_t> pieces_;  // by buffer
  const uint32_t buffers_max_;
  uint32_t buffers_ = 0;
};

}  // namespace sluice::backend

#endif  // SLUICE_REACTOR_BACKEND_RETAINED_BUFFERS_H_
