// Kernel constants newer than the liburing of Debian 12 (2.3). Each is probed at run time before it
// is relied on.
#ifndef SLUICE_REACTOR_BACKEND_URING_COMPAT_H_
#define SLUICE_REACTOR_BACKEND_URING_COMPAT_H_

#include <liburing.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace sluice::backend {

// include/uapi/linux/io_uring.h, Linux 6.12: a provided buffer is consumed piece by piece.
inline constexpr uint16_t kBufferRingIncremental = 2;  // IOU_PBUF_RING_INC
inline constexpr uint32_t kCqeBufferMore = 1U << 4;    // IORING_CQE_F_BUF_MORE

// Linux 6.9: how long a wait polls network cards (IORING_REGISTER_NAPI).
inline constexpr unsigned kRegisterNapi = 27;
struct NapiSettings {  // io_uring_napi
  uint32_t busy_poll_microseconds = 0;
  uint8_t prefer_busy_poll = 0;
  uint8_t reserved[11] = {};
};
static_assert(sizeof(NapiSettings) == 16);

// io_uring_buf_reg::flags, which liburing 2.3 still calls `pad`. The kernel's layout is fixed: the
// field follows `bgid`.
inline void SetBufferRingFlags(io_uring_buf_reg& registration, uint16_t flags) {
  std::memcpy(reinterpret_cast<char*>(&registration) + offsetof(io_uring_buf_reg, bgid) +
                  sizeof(registration.bgid),
              &flags, sizeof(flags));
}

}  // namespace sluice::backend

#endif  // SLUICE_REACTOR_BACKEND_URING_COMPAT_H_
