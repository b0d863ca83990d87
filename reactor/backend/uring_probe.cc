#include "reactor/backend/uring_probe.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <string_view>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "reactor/backend/socket_util.h"
#include "reactor/backend/uring_buffers.h"
#include "reactor/backend/uring_ring.h"

namespace sluice::backend {
namespace {

constexpr std::string_view kMessages[] = {"first message", "and the second"};

absl::Status Unsupported(std::string_view what) {
  return absl::UnimplementedError("io_uring: " + std::string(what));
}

// Waits for one completion and checks that it carries `expected` and that more will come.
absl::Status ExpectMessage(UringRing& ring, UringBuffers& buffers, std::string_view expected) {
  ring.Submit(std::chrono::seconds(1));
  absl::Status status = Unsupported("a multishot receive did not complete");
  ring.Reap([&](const io_uring_cqe& cqe) {
    if (cqe.res < 0) {
      status = ErrnoStatus(-cqe.res, "io_uring: multishot receive", "it needs Linux 6.0");
      return;
    }
    if ((cqe.flags & IORING_CQE_F_BUFFER) == 0) {
      status = Unsupported("a receive came without its buffer");
      return;
    }
    const UringBuffers::Piece piece = buffers.Take(cqe);
    const std::string_view received(piece.data, static_cast<size_t>(cqe.res));
    if (received != expected) {
      status = Unsupported("a receive brought other bytes than were sent");
    } else if ((cqe.flags & IORING_CQE_F_MORE) == 0) {
      status = Unsupported("a receive is not multishot (it needs Linux 6.0)");
    } else {
      status = absl::OkStatus();
    }
    buffers.Release(piece.buffer);
  });
  return status;
}

// Whether incremental buffers were in fact in use.
absl::StatusOr<bool> TryReceiving(bool incremental) {
  absl::StatusOr<std::unique_ptr<UringRing>> ring = UringRing::Create(8, 16);
  if (!ring.ok()) return ring.status();
  absl::StatusOr<std::unique_ptr<UringBuffers>> buffers =
      UringBuffers::Create((*ring)->raw(), 0, 2, 4096, incremental);
  if (!buffers.ok()) return buffers.status();
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
    return ErrnoStatus(errno, "io_uring: socketpair for the self-test");
  }
  const auto clean_up = absl::MakeCleanup([&pair, &ring] {
    ring->reset();
    close(pair[0]);
    close(pair[1]);
  });
  io_uring_sqe* sqe = (*ring)->NextSqe();
  io_uring_prep_recv_multishot(sqe, pair[0], nullptr, 0, 0);
  sqe->flags |= IOSQE_BUFFER_SELECT;
  sqe->buf_group = 0;
  for (const std::string_view message : kMessages) {
    if (write(pair[1], message.data(), message.size()) != static_cast<ssize_t>(message.size())) {
      return ErrnoStatus(errno, "io_uring: write for the self-test");
    }
    absl::Status status = ExpectMessage(**ring, **buffers, message);
    if (!status.ok()) return status;
  }
  return (*buffers)->incremental();
}

}  // namespace

absl::StatusOr<UringAbilities> ProbeUring() {
  UringAbilities abilities;
  absl::StatusOr<bool> incremental = TryReceiving(/*incremental=*/true);
  if (incremental.ok()) {
    abilities.incremental_buffers = *incremental;
    return abilities;
  }
  absl::StatusOr<bool> whole = TryReceiving(/*incremental=*/false);
  if (!whole.ok()) return whole.status();
  return abilities;
}

}  // namespace sluice::backend
