// Provided buffers of one ring: the kernel picks one when bytes arrive, so that a waiting receive
// holds none (io_uring_register_buf_ring(3)).
//
// Incremental (Linux 6.12): a receive takes as much of a buffer as it needs and the next goes on
// behind it; the buffer is the kernel's until a completion comes without BUF_MORE, and goes back to
// it when, besides, every piece was released. Without that, a receive takes a whole buffer.
#ifndef SLUICE_REACTOR_BACKEND_URING_BUFFERS_H_
#define SLUICE_REACTOR_BACKEND_URING_BUFFERS_H_

#include <liburing.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"

namespace sluice::backend {

class UringBuffers {
 public:
  // `count` must be a power of two. Incremental where asked for and the kernel has it.
  static absl::StatusOr<std::unique_ptr<UringBuffers>> Create(io_uring* ring, uint16_t group,
                                                              uint32_t count, size_t buffer_bytes,
                                                              bool incremental);
  // After its ring, which holds the registration and may still be receiving.
  ~UringBuffers();
  UringBuffers(const UringBuffers&) = delete;
  UringBuffers& operator=(const UringBuffers&) = delete;

  struct Piece {
    uint32_t buffer;
    char* data;
  };
  // The bytes a completion with IORING_CQE_F_BUFFER brought; lent until Release.
  Piece Take(const io_uring_cqe& cqe);
  // A piece that is lent is to be released once more.
  void LendAgain(uint32_t buffer);
  void Release(uint32_t buffer);

  // Buffers the kernel has.
  uint32_t available() const { return available_; }
  uint32_t count() const { return static_cast<uint32_t>(buffers_.size()); }
  bool incremental() const { return incremental_; }
  uint16_t group() const { return group_; }

 private:
  struct Buffer {
    uint32_t taken = 0;  // bytes the kernel filled so far
    uint32_t lent = 0;   // pieces out
    bool with_kernel = false;
  };

  UringBuffers(io_uring* ring, uint16_t group, uint32_t count, size_t buffer_bytes);
  int Register(bool incremental);
  void GiveToKernel(uint32_t buffer);
  char* data(uint32_t buffer) { return memory_ + buffer * buffer_bytes_; }

  io_uring* const ring_;
  const uint16_t group_;
  const size_t buffer_bytes_;
  bool incremental_ = false;
  io_uring_buf_ring* entries_ = nullptr;
  char* memory_ = nullptr;
  std::vector<Buffer> buffers_;
  uint32_t available_ = 0;
};

}  // namespace sluice::backend

#endif  // SLUICE_REACTOR_BACKEND_URING_BUFFERS_H_
