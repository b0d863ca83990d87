#include "reactor/backend/datagram_io.h"

#include <netinet/udp.h>
#include <poll.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "reactor/base/check.h"

namespace sluice::backend {

void ReadControl(msghdr& header, DatagramInfo& info) {
  for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr;
       control = CMSG_NXTHDR(&header, control)) {
    if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SO_RXQ_OVFL) {
      std::memcpy(&info.kernel_drops, CMSG_DATA(control), sizeof(info.kernel_drops));
    } else if (control->cmsg_level == IPPROTO_UDP && control->cmsg_type == UDP_GRO) {
      int segment = 0;
      std::memcpy(&segment, CMSG_DATA(control), sizeof(segment));
      info.segment_bytes = static_cast<uint32_t>(segment);
    }
  }
}

DatagramSlots::DatagramSlots(uint32_t slots, size_t slot_bytes)
    : slot_bytes_(slot_bytes), infos_(slots) {
  // Not malloc: pages no datagram reached must not become resident.
  void* memory = mmap(nullptr, slots * slot_bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  SLUICE_CHECK(memory != MAP_FAILED, "no address space for datagram buffers");
  memory_ = static_cast<char*>(memory);
}

DatagramSlots::~DatagramSlots() {
  munmap(memory_, infos_.size() * slot_bytes_);
}

namespace {

bool HasRoom(int fd, BackendStats& stats) {
  pollfd room{.fd = fd, .events = POLLOUT, .revents = 0};
  ++stats.kernel_entries;
  return poll(&room, 1, 0) > 0 && (room.revents & POLLOUT) != 0;
}

}  // namespace

bool DatagramSend::Continue(int fd, BackendStats& stats) {
  constexpr size_t kBatch = 64;
  std::array<mmsghdr, kBatch> headers;
  std::array<iovec, kBatch> spans;
  bool had_room = false;  // when the one in front was refused for want of it
  while (next_ < datagrams_.size()) {
    const size_t count = std::min(kBatch, datagrams_.size() - next_);
    for (size_t i = 0; i < count; ++i) {
      const OutgoingDatagram& datagram = datagrams_[next_ + i];
      spans[i] = {const_cast<char*>(datagram.data), datagram.size};
      headers[i] = {};
      headers[i].msg_hdr.msg_name = const_cast<sockaddr*>(datagram.peer->address());
      headers[i].msg_hdr.msg_namelen = datagram.peer->size();
      headers[i].msg_hdr.msg_iov = &spans[i];
      headers[i].msg_hdr.msg_iovlen = 1;
    }
    ++stats.kernel_entries;
    const int sent =
        sendmmsg(fd, headers.data(), static_cast<unsigned>(count), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
      next_ += sent;
      taken_ += sent;
      had_room = false;
      continue;
    }
    const int error = errno;
    if (error == EINTR) continue;
    if (error == EAGAIN && !had_room) {
      had_room = HasRoom(fd, stats);
      if (!had_room) return false;
      continue;
    }
    // EAGAIN with room on our side: the queue of a unix-domain peer is full (unix(7)). Nothing
    // tells when it has room again, and the other peers must not wait for it.
    had_room = false;
    // The error is that of the first one; the others still have their chance.
    if (first_error_ == 0) first_error_ = -error;
    ++next_;
  }
  return true;
}

}  // namespace sluice::backend
