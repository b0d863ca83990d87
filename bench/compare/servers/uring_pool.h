// A ring of provided buffers, consumed piece by piece where asked for (IOU_PBUF_RING_INC, Linux
// 6.12). A buffer goes back to the kernel when it is used up and nobody refers to it any more.
#ifndef SLUICE_BENCH_COMPARE_SERVERS_URING_POOL_H_
#define SLUICE_BENCH_COMPARE_SERVERS_URING_POOL_H_

#include <liburing.h>
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "bench/compare/servers/server.h"
#include "reactor/backend/uring_compat.h"

namespace sluice::compare {

class UringPool {
 public:
  static constexpr uint16_t kGroup = 0;
  enum class Consumption : bool { kWhole, kIncremental };

  UringPool(io_uring* ring, uint32_t count, size_t bytes, Consumption consumption)
      : incremental_(consumption == Consumption::kIncremental),
        bytes_(bytes),
        ring_(static_cast<io_uring_buf_ring*>(Map(count * sizeof(io_uring_buf)))),
        memory_(static_cast<char*>(Map(count * bytes))),
        buffers_(count) {
    io_uring_buf_ring_init(ring_);
    io_uring_buf_reg registration{};
    registration.ring_addr = reinterpret_cast<uintptr_t>(ring_);
    registration.ring_entries = count;
    registration.bgid = kGroup;
    if (incremental_) {
      backend::SetBufferRingFlags(registration, backend::kBufferRingIncremental);
    }
    const int result = io_uring_register_buf_ring(ring, &registration, 0);
    if (result != 0) Die("provided buffers of the kind wanted (Linux 6.12)", -result);
    for (uint32_t buffer = 0; buffer < count; ++buffer) Give(buffer);
  }

  struct Piece {
    uint32_t buffer;
    char* data;
  };
  // The bytes of a receive; one reference, for Release.
  Piece Take(const io_uring_cqe& cqe) {
    const uint32_t buffer = cqe.flags >> IORING_CQE_BUFFER_SHIFT;
    Buffer& state = buffers_[buffer];
    const Piece piece{buffer, memory_ + buffer * bytes_ + state.taken};
    if (incremental_ && cqe.res > 0) state.taken += static_cast<uint32_t>(cqe.res);
    ++state.references;
    if (!incremental_ || (cqe.flags & backend::kCqeBufferMore) == 0) {
      state.with_kernel = false;
      --available_;
    }
    return piece;
  }

  void Release(uint32_t buffer) {
    Buffer& state = buffers_[buffer];
    if (--state.references == 0 && !state.with_kernel) Give(buffer);
  }

  uint32_t available() const { return available_; }  // with the kernel
  uint32_t count() const { return static_cast<uint32_t>(buffers_.size()); }

 private:
  struct Buffer {
    uint32_t taken = 0;
    uint32_t references = 0;
    bool with_kernel = false;
  };

  static void* Map(size_t bytes) {
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) Die("mmap", errno);
    return memory;
  }

  void Give(uint32_t buffer) {
    buffers_[buffer] = {.taken = 0, .references = 0, .with_kernel = true};
    ++available_;
    io_uring_buf_ring_add(ring_, memory_ + buffer * bytes_, static_cast<unsigned>(bytes_),
                          static_cast<uint16_t>(buffer), io_uring_buf_ring_mask(count()), 0);
    io_uring_buf_ring_advance(ring_, 1);
  }

  bool incremental_;
  size_t bytes_;
  io_uring_buf_ring* ring_;
  char* memory_;
  std::vector<Buffer> buffers_;
  uint32_t available_ = 0;
};

// The best set-up measured: completions are run when asked for, in batches.
inline void SetUpRing(io_uring* ring) {
  io_uring_params parameters{};
  parameters.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                     IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE;
  parameters.cq_entries = 65536;
  const int result = io_uring_queue_init_params(1024, ring, &parameters);
  if (result != 0) Die("io_uring_setup", -result);
}

inline io_uring_sqe* NextSqe(io_uring* ring) {
  io_uring_sqe* sqe = io_uring_get_sqe(ring);
  while (sqe == nullptr) {
    io_uring_submit(ring);
    sqe = io_uring_get_sqe(ring);
  }
  return sqe;
}

// One system call a batch: submits everything, waits for one completion, hands all that are there
// to handle(const io_uring_cqe&).
template <class Handle>
void RunBatch(io_uring* ring, Handle handle) {
  const int result = io_uring_submit_and_wait(ring, 1);
  if (result < 0 && result != -EINTR && result != -EBUSY && result != -EAGAIN) {
    Die("io_uring_enter", -result);
  }
  io_uring_cqe* cqe = nullptr;
  unsigned head = 0;
  unsigned count = 0;
  io_uring_for_each_cqe(ring, head, cqe) {
    handle(*cqe);
    ++count;
  }
  io_uring_cq_advance(ring, count);
}

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_SERVERS_URING_POOL_H_
