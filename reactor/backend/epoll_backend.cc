#include "reactor/backend/epoll_backend.h"

#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <chrono>
#include <climits>
#include <string>
#include <utility>

#include "reactor/base/check.h"

namespace sluice::backend {
namespace {

// Level-triggered while somebody wants to know; else edge-triggered for nothing, since a hang-up is
// reported all the same (epoll_ctl(2)) and must not be so again and again.
constexpr uint32_t kWatchedEvents = EPOLLIN;
constexpr uint32_t kUnwatchedEvents = EPOLLET;

// Not a slot number of the slab.
constexpr uint64_t kWakeupEvent = UINT64_MAX;

uint64_t ToEventData(base::SlabKey key) {
  return uint64_t{key.generation} << 32 | key.index;
}

base::SlabKey FromEventData(uint64_t data) {
  return {static_cast<uint32_t>(data), static_cast<uint32_t>(data >> 32)};
}

bool Contains(uint32_t events, uint32_t any_of) {
  return (events & any_of) != 0;
}

// A read there stops short behind descriptors that were passed along (unix(7)).
bool IsUnix(int fd) {
  int domain = 0;
  socklen_t size = sizeof(domain);
  return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX;
}

// ioctl_eventpoll(2), Linux 6.9; glibc has it from 2.40 on.
struct EpollParameters {
  uint32_t busy_poll_usecs = 0;
  uint16_t busy_poll_budget = 0;  // the kernel's
  uint8_t prefer_busy_poll = 0;
  uint8_t must_be_zero = 0;
};
constexpr unsigned long kSetEpollParameters = _IOW(0x8A, 0x01, EpollParameters);  // EPIOCSPARAMS

absl::Status PollNic(int epoll_fd, Duration busy_poll) {
  if (busy_poll == Duration(0)) return absl::OkStatus();
  const EpollParameters parameters{
      .busy_poll_usecs = static_cast<uint32_t>(
          std::chrono::duration_cast<std::chrono::microseconds>(busy_poll).count())};
  if (ioctl(epoll_fd, kSetEpollParameters, &parameters) == 0) return absl::OkStatus();
  return ErrnoStatus(errno, "epoll: nic_busy_poll (EPIOCSPARAMS)",
                     "needs Linux 6.9 with CONFIG_NET_RX_BUSY_POLL");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Backend>> EpollBackend::Create(const BackendOptions& options) {
  const int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_fd < 0) return ErrnoStatus(errno, "epoll_create1");
  const int wakeup_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wakeup_fd < 0) {
    const int error = errno;
    close(epoll_fd);
    return ErrnoStatus(error, "eventfd");
  }
  // Edge-triggered, so that the counter never needs reading: every write is an edge.
  epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.u64 = kWakeupEvent}};
  if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, wakeup_fd, &event) != 0) {
    const int error = errno;
    close(epoll_fd);
    close(wakeup_fd);
    return ErrnoStatus(error, "epoll_ctl");
  }
  std::unique_ptr<Backend> backend(new EpollBackend(epoll_fd, wakeup_fd, options));
  if (absl::Status status = PollNic(epoll_fd, options.nic_busy_poll); !status.ok()) return status;
  return backend;
}

EpollBackend::EpollBackend(int epoll_fd, int wakeup_fd, const BackendOptions& options)
    : KernelBackend(wakeup_fd, Blocking::kNo),
      epoll_fd_(epoll_fd),
      buffers_(std::bit_ceil(options.receive_buffers), options.receive_buffer_bytes),
      retained_(std::bit_ceil(options.receive_buffers), options.retained_bytes_min),
      datagram_buffers_(std::bit_ceil(options.datagram_buffers)) {}

EpollBackend::~EpollBackend() {
  records_.ForEach([](Record& record) {
    if (record.kind != SocketKind::kWatched) close(record.fd);
  });
  close(epoll_fd_);
}

absl::StatusOr<Socket> EpollBackend::Adopt(int fd, SocketKind kind,
                                           const DatagramOptions& options) {
  const Socket socket = Register(fd, kind, IsUnix(fd));
  if (!socket.valid()) {
    const int error = errno;
    close(fd);
    return ErrnoStatus(error, "epoll_ctl", "see fs.epoll.max_user_watches");
  }
  if (kind == SocketKind::kDatagram) {
    DatagramState& state = datagrams_[socket.index];
    state.receive_bytes_max = options.receive_bytes_max;
    if (options.trains) state.trains = Trains::Probe(fd);
    if (datagram_slots_ == nullptr) {
      datagram_slots_ = std::make_unique<DatagramSlots>(datagram_buffers_, kDatagramBytesMax + 1);
      datagram_headers_ = std::make_unique<DatagramHeaders>();
      for (uint32_t slot = datagram_buffers_; slot > 0; --slot) {
        free_datagram_slots_.push_back(slot - 1);
      }
    }
  }
  return socket;
}

Socket EpollBackend::Register(int fd, SocketKind kind, bool read_to_the_end) {
  const auto [key, record] = records_.Emplace();
  record->fd = fd;
  record->kind = kind;
  record->read_to_the_end = read_to_the_end;
  epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET,
                    .data = {.u64 = ToEventData(key)}};
  if (epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) == 0) return Socket{key.index};
  records_.Erase(key.index);
  return Socket{};
}

absl::StatusOr<Socket> EpollBackend::AdoptWatched(int fd) {
  const auto [key, record] = records_.Emplace();
  record->fd = fd;
  record->kind = SocketKind::kWatched;
  epoll_event event{.events = kUnwatchedEvents, .data = {.u64 = ToEventData(key)}};
  if (epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) == 0) return Socket{key.index};
  const int error = errno;
  record->unpollable = error == EPERM;  // a regular file or a directory
  if (record->unpollable) return Socket{key.index};
  records_.Erase(key.index);
  return ErrnoStatus(error, "cannot watch descriptor " + std::to_string(fd) + ": epoll_ctl",
                     "see fs.epoll.max_user_watches");
}

void EpollBackend::SetWatched(uint32_t index, Record& record, uint32_t events) {
  record.readable = record.unpollable;  // what was reported before may be read by now
  if (record.unpollable) return;
  epoll_event event{.events = events, .data = {.u64 = ToEventData(records_.KeyOf(index))}};
  ++stats_.kernel_entries;
  // Fails only for a descriptor that its owner closed too early.
  (void)epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, record.fd, &event);
}

void EpollBackend::EndWatch(Record& record) {
  Unwatch(record.fd);
  if (record.unpollable) return;
  ++stats_.kernel_entries;
  (void)epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, record.fd, nullptr);
}

Completion& EpollBackend::Complete(const Record& record, Operation operation, int32_t result) {
  Completion completion;
  completion.token = record.token;
  completion.operation = operation;
  completion.result = result;
  return gathering_.emplace_back(completion);
}

void EpollBackend::StartAccept(Socket listener, Token token, AcceptCount count) {
  Record& record = At(listener);
  record.accept_count = count;
  record.token = token;
  record.interested = true;
  MarkReady(listener.index, record);
}

void EpollBackend::StopAccept(Socket listener) {
  At(listener).interested = false;
}

void EpollBackend::StartReceive(Socket socket, Token token) {
  Record& record = At(socket);
  record.token = token;
  record.interested = true;
  if (record.kind == SocketKind::kWatched) SetWatched(socket.index, record, kWatchedEvents);
  MarkReady(socket.index, record);
}

void EpollBackend::StopReceive(Socket socket) {
  Record& record = At(socket);
  record.interested = false;
  if (record.kind == SocketKind::kWatched) SetWatched(socket.index, record, kUnwatchedEvents);
}

void EpollBackend::ReleaseBuffer(BufferId buffer) {
  if (buffer & kDatagramBufferBit) {
    free_datagram_slots_.push_back(buffer & ~kDatagramBufferBit);
  } else {
    const BufferId number = buffer & ~kRetainedBufferBit;
    if (number != buffer) retained_.Release(number);
    buffers_.Release(number);
  }
  out_of_buffers_ = false;
}

BufferId EpollBackend::RetainBuffer(BufferId buffer, size_t bytes) {
  if (!retained_.Retain(buffer, bytes)) return kNoBuffer;
  buffers_.LendAgain(buffer);
  return buffer | kRetainedBufferBit;
}

Socket EpollBackend::Connect(const Endpoint& endpoint, const SocketOptions& options, Token token) {
  const auto fail = [&](int32_t result) {
    Completion& completion = gathering_.emplace_back();
    completion.token = token;
    completion.operation = Operation::kConnect;
    completion.result = result;
    return Socket{};
  };
  const int fd = OpenStream(endpoint, options, blocking());
  if (fd < 0) return fail(fd);
  stats_.kernel_entries += 3;  // socket, connect, epoll_ctl
  const int result = connect(fd, endpoint.address(), endpoint.size());
  if (result != 0 && errno != EINPROGRESS) {
    const int error = errno;
    close(fd);
    return fail(-error);
  }
  const bool connected = result == 0;  // unix-domain
  // Only now: an unconnected socket would report a hang-up at once.
  const Socket socket = Register(fd, SocketKind::kStream, endpoint.is_unix());
  if (!socket.valid()) {
    const int error = errno;
    close(fd);
    return fail(-error);
  }
  Record& record = At(socket);
  record.token = token;
  record.connecting = !connected;
  if (connected) Complete(record, Operation::kConnect, 0);
  return socket;
}

void EpollBackend::CompleteConnect(Record& record) {
  int error = 0;
  socklen_t size = sizeof(error);
  ++stats_.kernel_entries;
  if (getsockopt(record.fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  record.connecting = false;
  Complete(record, Operation::kConnect, -error);
}

void EpollBackend::Close(Socket socket, CloseMode mode, Token token) {
  Record& record = At(socket);
  record.token = token;
  CancelOutput(socket.index, record);
  if (record.kind == SocketKind::kWatched) {
    EndWatch(record);
  } else {
    if (mode == CloseMode::kReset) MakeCloseReset(record.fd);
    RemoveUnixFile(socket);
    ++stats_.kernel_entries;
    close(record.fd);  // takes the registration with it: nobody else has this descriptor (epoll(7))
  }
  Complete(record, Operation::kClose, 0);
  records_.Erase(socket.index);
}

void EpollBackend::CancelOutput(uint32_t index, Record& record) {
  if (record.connecting) Complete(record, Operation::kConnect, -ECANCELED);
  if (record.blocked_send != nullptr) Complete(record, Operation::kSend, -ECANCELED);
  if (record.kind != SocketKind::kDatagram) return;
  const DatagramState& state = datagrams_.at(index);
  if (state.blocked_send != nullptr) {
    Complete(record, Operation::kSendTo, state.blocked_send->taken()).first_error = -ECANCELED;
  }
  datagrams_.erase(index);
}

bool EpollBackend::CanReceive() const {
  return !out_of_buffers_;
}

absl::Span<const Completion> EpollBackend::Poll(TimePoint deadline) {
  ++stats_.polls;
  batch_.clear();
  // What submitting completed goes back without asking the kernel, but never twice in a row: a
  // connection that always has more to send must not keep the others from being heard.
  if (!gathering_.empty() && waited_) {
    waited_ = false;
    batch_.swap(gathering_);
    return batch_;
  }
  waited_ = true;
  // Those passed over for others of the same wait come before anything new is asked for.
  if (passed_over_ == 0) {
    const bool work_waits = !gathering_.empty() || (!ready_.empty() && CanReceive());
    const int count = Wait(work_waits ? TimePoint::min() : deadline);
    for (int i = 0; i < count; ++i) HandleEvent(events_[i]);
  }
  passed_over_ = 0;
  ServeReady();
  batch_.swap(gathering_);
  return batch_;
}

int EpollBackend::Wait(TimePoint deadline) {
  timespec timeout{};
  if (deadline != kNever && deadline != TimePoint::min()) {
    const Duration left = std::max(deadline - Now(), Duration(0));
    timeout.tv_sec = left.count() / 1'000'000'000;
    timeout.tv_nsec = left.count() % 1'000'000'000;
  }
  ++stats_.kernel_entries;
  if (pwait2_works_) {
    const int count = epoll_pwait2(epoll_fd_, events_.data(), static_cast<int>(events_.size()),
                                   deadline == kNever ? nullptr : &timeout, nullptr);
    if (count >= 0 || errno == EINTR) return std::max(count, 0);
    SLUICE_CHECK(errno == ENOSYS || errno == EPERM, "epoll_pwait2 refused its arguments");
    pwait2_works_ = false;  // before Linux 5.11, or a seccomp filter that does not know it
  }
  // Rounded up: waking up early would make timers spin.
  const int64_t milliseconds = timeout.tv_sec * 1000 + (timeout.tv_nsec + 999'999) / 1'000'000;
  const int timeout_ms =
      deadline == kNever ? -1 : static_cast<int>(std::min<int64_t>(milliseconds, INT_MAX));
  const int count =
      epoll_wait(epoll_fd_, events_.data(), static_cast<int>(events_.size()), timeout_ms);
  SLUICE_CHECK(count >= 0 || errno == EINTR, "epoll_wait refused its arguments");
  return std::max(count, 0);
}

void EpollBackend::HandleEvent(const epoll_event& event) {
  if (event.data.u64 == kWakeupEvent) return;
  const base::SlabKey key = FromEventData(event.data.u64);
  Record* record = records_.Find(key);
  if (record == nullptr) {
    ++stats_.stale_events;
    return;
  }
  if (Contains(event.events, EPOLLOUT | EPOLLHUP | EPOLLERR)) ContinueOutput(key.index, *record);
  // The peer's end is in the queue, or urgent data, before which a read stops short (tcp(7)).
  if (Contains(event.events, EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLPRI)) {
    record->read_to_the_end = true;
  }
  if (Contains(event.events, EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLPRI)) {
    record->readable = true;
    MarkReady(key.index, *record);
  }
}

void EpollBackend::MarkReady(uint32_t index, Record& record) {
  if (record.queued || !record.readable || !record.interested || record.connecting) return;
  record.queued = true;
  ready_.push_back(records_.KeyOf(index));
}

// First in, first out: whom no buffer was left for comes before those that were served, or a few
// sockets that always have more would take every buffer every time.
//
// What one Poll receives is bounded, so that it is still in the processor's cache when the loop has
// handled it and sends the answers.
void EpollBackend::ServeReady() {
  constexpr size_t kReceiveBytesMax = 64 << 10;
  serving_.swap(ready_);
  received_bytes_ = 0;
  size_t served = 0;
  for (const base::SlabKey key : serving_) {
    Record* record = records_.Find(key);
    if (record == nullptr) continue;
    record->queued = false;
    if (!record->interested) continue;  // stopped meanwhile; Start queues it again
    if (record->kind == SocketKind::kListener) {
      AcceptSome(*record);
    } else if (record->kind == SocketKind::kWatched) {
      Complete(*record, Operation::kReadable, 0).more = true;
      record->readable = record->unpollable;  // the next wait reports it again
    } else if (received_bytes_ >= kReceiveBytesMax) {
      ++passed_over_;
      MarkReady(key.index, *record);
      continue;
    } else if (!CanReceive() || !ServeOnce(key.index, *record)) {
      out_of_buffers_ = true;
      MarkReady(key.index, *record);
      continue;
    }
    serving_[served++] = key;
  }
  serving_.resize(served);
  for (const base::SlabKey key : serving_) MarkReady(key.index, *records_.Find(key));
  serving_.clear();
}

// False when there was no buffer for it.
bool EpollBackend::ServeOnce(uint32_t index, Record& record) {
  const bool served = record.kind == SocketKind::kStream
                          ? ReceiveStream(record)
                          : ReceiveDatagrams(record, datagrams_.at(index));
  if (!served) ++stats_.buffer_exhaustions;
  return served;
}

}  // namespace sluice::backend
