#include "reactor/backend/kernel_backend.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>

namespace sluice::backend {
namespace {

// Who cuts or gathers datagrams by himself is left alone, from then on.
bool EndsTrains(const RawSocketOption& option) {
  return option.level == IPPROTO_UDP && (option.name == UDP_SEGMENT || option.name == UDP_CORK);
}

}  // namespace

KernelBackend::~KernelBackend() {
  for (const auto& [index, path] : unix_files_) unlink(path.c_str());
  close(wakeup_fd_);
}

absl::StatusOr<Socket> KernelBackend::Listen(const Endpoint& endpoint,
                                             const ListenOptions& options) {
  absl::StatusOr<int> fd = OpenListener(endpoint, options, blocking_);
  if (!fd.ok()) return fd.status();
  absl::StatusOr<Socket> socket = Adopt(*fd, SocketKind::kListener, {});
  if (socket.ok() && !endpoint.unix_file().empty()) {
    unix_files_[socket->index] = endpoint.unix_file();
  }
  return socket;
}

absl::StatusOr<Socket> KernelBackend::BindDatagram(const Endpoint& endpoint,
                                                   const DatagramOptions& options) {
  if (options.receive_bytes_max == 0 || options.receive_bytes_max > kDatagramBytesMax) {
    return absl::InvalidArgumentError("cannot bind datagram socket " + endpoint.ToString() +
                                      ": receive_bytes_max must be 1 to 65535");
  }
  absl::StatusOr<int> fd = OpenDatagram(endpoint, options, blocking_);
  if (!fd.ok()) return fd.status();
  absl::StatusOr<Socket> socket = Adopt(*fd, SocketKind::kDatagram, options);
  if (socket.ok() && !endpoint.unix_file().empty()) {
    unix_files_[socket->index] = endpoint.unix_file();
  }
  return socket;
}

absl::StatusOr<Socket> KernelBackend::Watch(int descriptor) {
  const std::string doing = "cannot watch descriptor " + std::to_string(descriptor);
  if (fcntl(descriptor, F_GETFD) < 0) return ErrnoStatus(errno, doing, "it is not open");
  // epoll would refuse a second one (EEXIST), io_uring would not.
  if (watched_.contains(descriptor)) {
    return absl::AlreadyExistsError(doing + ": it is watched already");
  }
  absl::StatusOr<Socket> socket = AdoptWatched(descriptor);
  if (socket.ok()) watched_.insert(descriptor);
  return socket;
}

absl::Status KernelBackend::SetOption(Socket socket, const RawSocketOption& option) {
  absl::Status status = SetSocketOption(Descriptor(socket), option);
  if (status.ok() && EndsTrains(option)) TrainsOf(socket) = Trains();
  return status;
}

absl::StatusOr<std::string> KernelBackend::GetOption(Socket socket, const RawSocketOption& option) {
  return GetSocketOption(Descriptor(socket), option);
}

Endpoint KernelBackend::LocalEndpoint(Socket socket) {
  return LocalEndpointOf(Descriptor(socket));
}

Endpoint KernelBackend::PeerEndpoint(Socket socket) {
  return PeerEndpointOf(Descriptor(socket));
}

void KernelBackend::ShutdownSend(Socket socket) {
  ++stats_.kernel_entries;
  // Fails only where the peer is gone already, which the next receive reports.
  (void)shutdown(Descriptor(socket), SHUT_WR);
}

TimePoint KernelBackend::Now() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return TimePoint(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

void KernelBackend::Wakeup() {
  const uint64_t one = 1;
  // Fails only when the counter is full, and then the loop is being woken up already (eventfd(2)).
  [[maybe_unused]] const ssize_t written = write(wakeup_fd_, &one, sizeof(one));
}

void KernelBackend::RemoveUnixFile(Socket listener) {
  const auto found = unix_files_.find(listener.index);
  if (found == unix_files_.end()) return;
  unlink(found->second.c_str());
  unix_files_.erase(found);
}

}  // namespace sluice::backend
