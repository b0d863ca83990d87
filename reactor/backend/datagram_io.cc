#include "reactor/backend/datagram_io.h"

#include <netinet/udp.h>
#include <sys/mman.h>

#include <cstring>

#include "reactor/base/check.h"

namespace sluice::backend {

void ReadHeader(msghdr& header, size_t wire_bytes, DatagramInfo& info) {
  info.peer =
      Endpoint::FromSockaddr(static_cast<const sockaddr*>(header.msg_name), header.msg_namelen);
  info.wire_bytes = wire_bytes;
  info.truncated = (header.msg_flags & MSG_TRUNC) != 0;
  info.kernel_drops = 0;
  info.segment_bytes = 0;
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

DatagramHeaders::DatagramHeaders() {
  for (size_t i = 0; i < kMax; ++i) {
    msghdr& header = headers_[i].msg_hdr;
    header.msg_name = &peers_[i];
    header.msg_iov = &spans_[i];
    header.msg_iovlen = 1;
    header.msg_control = controls_[i].bytes;
  }
}

void DatagramHeaders::Offer(size_t i, char* data, size_t bytes) {
  spans_[i] = {data, bytes};
  msghdr& header = headers_[i].msg_hdr;
  header.msg_namelen = sizeof(peers_[i]);
  header.msg_controllen = kControlBytes;
}

}  // namespace sluice::backend
