#include "reactor/backend/uring_buffers.h"

#include <sys/mman.h>

#include <bit>
#include <cerrno>

#include "reactor/backend/socket_util.h"
#include "reactor/backend/uring_compat.h"
#include "reactor/base/check.h"

namespace sluice::backend {
namespace {

// Page-aligned, as the ring must be; pages nothing reached stay unmapped.
char* MapMemory(size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? nullptr : static_cast<char*>(memory);
}

size_t RingBytes(uint32_t count) {
  return count * sizeof(io_uring_buf);
}

}  // namespace

absl::StatusOr<std::unique_ptr<UringBuffers>> UringBuffers::Create(io_uring* ring, uint16_t group,
                                                                   uint32_t count,
                                                                   size_t buffer_bytes,
                                                                   bool incremental) {
  SLUICE_CHECK(std::has_single_bit(count) && count <= 32768, "the kernel wants a power of two");
  std::unique_ptr<UringBuffers> buffers(new UringBuffers(ring, group, count, buffer_bytes));
  if (buffers->entries_ == nullptr || buffers->memory_ == nullptr) {
    return absl::ResourceExhaustedError("no memory for io_uring receive buffers");
  }
  int result = buffers->Register(incremental);
  // Before 6.12 the flag is an unknown one.
  if (result == -EINVAL && incremental) result = buffers->Register(false);
  if (result != 0) {
    return ErrnoStatus(-result, "io_uring_register_buf_ring",
                       "provided buffer rings need Linux 5.19");
  }
  for (uint32_t buffer = 0; buffer < count; ++buffer) buffers->GiveToKernel(buffer);
  return buffers;
}

UringBuffers::UringBuffers(io_uring* ring, uint16_t group, uint32_t count, size_t buffer_bytes)
    : ring_(ring),
      group_(group),
      buffer_bytes_(buffer_bytes),
      entries_(reinterpret_cast<io_uring_buf_ring*>(MapMemory(RingBytes(count)))),
      memory_(MapMemory(count * buffer_bytes)),
      buffers_(count) {
  if (entries_ != nullptr) io_uring_buf_ring_init(entries_);
}

UringBuffers::~UringBuffers() {
  if (entries_ != nullptr) munmap(entries_, RingBytes(count()));
  if (memory_ != nullptr) munmap(memory_, buffers_.size() * buffer_bytes_);
}

int UringBuffers::Register(bool incremental) {
  io_uring_buf_reg registration{};
  registration.ring_addr = reinterpret_cast<uintptr_t>(entries_);
  registration.ring_entries = count();
  registration.bgid = group_;
  SetBufferRingFlags(registration, incremental ? kBufferRingIncremental : 0);
  const int result = io_uring_register_buf_ring(ring_, &registration, 0);
  if (result != 0) return result;
  incremental_ = incremental;
  return 0;
}

void UringBuffers::GiveToKernel(uint32_t buffer) {
  Buffer& state = buffers_[buffer];
  SLUICE_CHECK(!state.with_kernel && state.lent == 0, "a buffer in use cannot be given away");
  state.with_kernel = true;
  state.taken = 0;
  ++available_;
  io_uring_buf_ring_add(entries_, data(buffer), static_cast<unsigned>(buffer_bytes_),
                        static_cast<uint16_t>(buffer), io_uring_buf_ring_mask(count()), 0);
  io_uring_buf_ring_advance(entries_, 1);
}

UringBuffers::Piece UringBuffers::Take(const io_uring_cqe& cqe) {
  const uint32_t buffer = cqe.flags >> IORING_CQE_BUFFER_SHIFT;
  SLUICE_CHECK(buffer < buffers_.size() && buffers_[buffer].with_kernel,
               "the kernel filled a buffer it did not have");
  Buffer& state = buffers_[buffer];
  const Piece piece{buffer, data(buffer) + state.taken};
  if (cqe.res > 0) state.taken += static_cast<uint32_t>(cqe.res);
  SLUICE_CHECK(state.taken <= buffer_bytes_, "the kernel overran a buffer");
  ++state.lent;
  if (!incremental_ || (cqe.flags & kCqeBufferMore) == 0) {
    state.with_kernel = false;
    --available_;
  }
  return piece;
}

void UringBuffers::LendAgain(uint32_t buffer) {
  SLUICE_CHECK(buffer < buffers_.size() && buffers_[buffer].lent > 0,
               "only what is lent is lent again");
  ++buffers_[buffer].lent;
}

void UringBuffers::Release(uint32_t buffer) {
  SLUICE_CHECK(buffer < buffers_.size() && buffers_[buffer].lent > 0,
               "released more than was lent");
  Buffer& state = buffers_[buffer];
  if (--state.lent == 0 && !state.with_kernel) GiveToKernel(buffer);
}

}  // namespace sluice::backend
