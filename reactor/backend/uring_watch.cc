// UringBackend: descriptors of somebody else's.
#include <poll.h>

#include "reactor/backend/uring_backend.h"

namespace sluice::backend {

absl::StatusOr<Socket> UringBackend::AdoptWatched(int fd) {
  const auto [key, record] = records_.Emplace();
  record->fd = fd;
  record->kind = SocketKind::kWatched;
  return Socket{key.index};
}

void UringBackend::ArmWatch(uint32_t index, Record& record) {
  io_uring_sqe* sqe = ring_->NextSqe();
  io_uring_prep_poll_add(sqe, record.fd, POLLIN);
  io_uring_sqe_set_data64(sqe, UserData(Op::kReadable, index));
}

// Only now, and once for each report (multishot polls tell of news alone, not of what is left):
// what the last one told of has been read.
void UringBackend::ArmWatches() {
  for (const base::SlabKey key : watches_to_arm_) {
    if (Record* record = records_.Find(key)) Arm(key.index, *record);
  }
  watches_to_arm_.clear();
}

// Also with -errno, for a descriptor that was closed too early or cannot be polled: reading it says
// what is wrong.
void UringBackend::HandleReadable(uint32_t index, Record& record, const io_uring_cqe& cqe) {
  const bool stopped = record.cancelling || !record.interested;
  StandingEnded(record, cqe);
  if (record.closing) return;
  if (!stopped) Complete(record, Operation::kReadable, 0).more = true;
  watches_to_arm_.push_back(records_.KeyOf(index));  // where it is still wanted
}

void UringBackend::EndWatch(uint32_t index, Record& record) {
  Unwatch(record.fd);
  // By its name: when the kernel sees this the number may be that of another descriptor.
  Disarm(index, record);
  record.close_submitted = record.closed = true;
  CloseWhenQuiet(index, record);
}

}  // namespace sluice::backend
