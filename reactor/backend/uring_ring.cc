#include "reactor/backend/uring_ring.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <fstream>

#include "reactor/backend/socket_util.h"
#include "reactor/backend/uring_compat.h"
#include "reactor/base/check.h"

namespace sluice::backend {
namespace {

struct Setup {
  unsigned flags;
  const char* words;
};

// The best first. DEFER_TASKRUN (Linux 6.1) runs completions only when asked for them, so that they
// come in batches and not in the middle of a handler; without it they come in bursts.
constexpr std::array<Setup, 3> kSetups = {{
    {IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_SUBMIT_ALL,
     "SINGLE_ISSUER, DEFER_TASKRUN"},
    {IORING_SETUP_COOP_TASKRUN | IORING_SETUP_SUBMIT_ALL, "COOP_TASKRUN"},
    {0, "no set-up flags"},
}};

std::string_view SetupAdvice(int error) {
  switch (error) {
    case ENOSYS:
      return "this kernel is built without io_uring";
    case EPERM: {
      int disabled = 0;
      std::ifstream("/proc/sys/kernel/io_uring_disabled") >> disabled;
      return disabled != 0 ? "kernel.io_uring_disabled forbids it" : "blocked by seccomp";
    }
    case ENOMEM:
      return "the locked memory limit (ulimit -l) is too small";
    case EMFILE:
      return "the descriptor limit (ulimit -n) is too small";
    default:
      return "";
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<UringRing>> UringRing::Create(uint32_t submission_entries,
                                                             uint32_t completion_entries,
                                                             bool deferred_task_work) {
  std::unique_ptr<UringRing> ring(new UringRing);
  int result = -EINVAL;
  for (const Setup& setup : kSetups) {
    if (!deferred_task_work && (setup.flags & IORING_SETUP_DEFER_TASKRUN) != 0) continue;
    io_uring_params parameters{};
    parameters.flags = setup.flags | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP;
    parameters.cq_entries = completion_entries;
    result = io_uring_queue_init_params(submission_entries, &ring->ring_, &parameters);
    if (result == 0) {
      ring->setup_words_ = setup.words;
      io_uring_ring_dontfork(&ring->ring_);
      return ring;
    }
    if (result != -EINVAL) break;
  }
  ring->ring_.ring_fd = -1;
  return ErrnoStatus(-result, "io_uring_setup", SetupAdvice(-result));
}

UringRing::~UringRing() {
  if (ring_.ring_fd >= 0) io_uring_queue_exit(&ring_);
}

bool UringRing::Supports(int operation) {
  io_uring_probe* probe = io_uring_get_probe_ring(&ring_);
  if (probe == nullptr) return false;
  const bool supported = io_uring_opcode_supported(probe, operation) != 0;
  io_uring_free_probe(probe);
  return supported;
}

absl::Status UringRing::PollNic(Duration busy_poll) {
  if (busy_poll == Duration(0)) return absl::OkStatus();
  NapiSettings settings{
      .busy_poll_microseconds = static_cast<uint32_t>(
          std::chrono::duration_cast<std::chrono::microseconds>(busy_poll).count())};
  // By its number: liburing 2.3 has no function for it.
  if (syscall(__NR_io_uring_register, ring_.ring_fd, kRegisterNapi, &settings, 1) < 0) {
    return ErrnoStatus(errno, "io_uring: nic_busy_poll (IORING_REGISTER_NAPI)",
                       "needs Linux 6.9 with CONFIG_NET_RX_BUSY_POLL");
  }
  return absl::OkStatus();
}

io_uring_sqe* UringRing::NextSqe() {
  io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
  while (sqe == nullptr) {
    ++enters_;
    const int result = io_uring_submit(&ring_);
    // The completion queue overflowed, and the kernel takes nothing new before there is room for
    // what it holds back (io_uring_enter(2), EBUSY).
    if (result == -EBUSY || result == -EAGAIN) Spill();
    sqe = io_uring_get_sqe(&ring_);
  }
  return sqe;
}

void UringRing::Spill() {
  io_uring_cqe* cqe = nullptr;
  while (io_uring_cq_ready(&ring_) > 0 && io_uring_peek_cqe(&ring_, &cqe) == 0) {
    spilled_.push_back(*cqe);
    io_uring_cqe_seen(&ring_, cqe);
  }
  io_uring_get_events(&ring_);
}

void UringRing::Submit(Duration left) {
  ++enters_;
  int result = 0;
  if (left <= Duration(0) || !spilled_.empty()) {
    result = io_uring_submit_and_get_events(&ring_);
  } else if (left == kForEver) {
    result = io_uring_submit_and_wait(&ring_, 1);
  } else {
    __kernel_timespec timeout{.tv_sec = left.count() / 1'000'000'000,
                              .tv_nsec = left.count() % 1'000'000'000};
    io_uring_cqe* unused = nullptr;
    result = io_uring_submit_and_wait_timeout(&ring_, &unused, 1, &timeout, nullptr);
  }
  const bool passing = result == -ETIME || result == -EINTR || result == -EAGAIN ||
                       result == -EBUSY || result == -ENOMEM;
  if (result < 0 && !passing)
    std::fprintf(stderr, "io_uring_enter: %s\n", ErrnoText(-result).c_str());
  SLUICE_CHECK(result >= 0 || passing, "io_uring_enter refused its arguments");
}

}  // namespace sluice::backend
