#include "reactor/backend/file_send.h"

#include <fcntl.h>
#include <sys/sendfile.h>

#include <cerrno>
#include <csignal>

namespace sluice::backend {
namespace {

void BlockSigpipe() {
  thread_local const bool blocked = [] {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    return pthread_sigmask(SIG_BLOCK, &signals, nullptr) == 0;
  }();
  (void)blocked;
}

// sendfile(2) has no MSG_DONTWAIT either. io_uring operations look at O_NONBLOCK when they begin,
// and none begins inside this call.
class NonBlocking {
 public:
  NonBlocking(int fd, uint64_t& kernel_entries) : fd_(fd) {
    kernel_entries += 2;
    fcntl(fd_, F_SETFL, O_NONBLOCK);
  }
  ~NonBlocking() { fcntl(fd_, F_SETFL, 0); }
  NonBlocking(const NonBlocking&) = delete;
  NonBlocking& operator=(const NonBlocking&) = delete;

 private:
  const int fd_;
};

int32_t Sendfile(int fd, const FilePiece& piece, uint64_t& kernel_entries) {
  for (;;) {
    ++kernel_entries;
    auto offset = static_cast<off_t>(piece.offset);
    const ssize_t sent = sendfile(fd, piece.file, &offset, piece.bytes);
    if (sent >= 0) return static_cast<int32_t>(sent);
    if (errno == EAGAIN) return Backend::kUnderWay;
    if (errno != EINTR) return -errno;
  }
}

}  // namespace

int32_t SendPiece(int fd, const FilePiece& piece, Blocking blocking, uint64_t& kernel_entries) {
  BlockSigpipe();
  if (blocking == Blocking::kNo) return Sendfile(fd, piece, kernel_entries);
  const NonBlocking now(fd, kernel_entries);
  return Sendfile(fd, piece, kernel_entries);
}

}  // namespace sluice::backend
