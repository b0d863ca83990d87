// Received datagrams: where they are kept and what the kernel says of them. Both kernel backends
// share it; datagram_send.h is the other direction.
#ifndef SLUICE_REACTOR_BACKEND_DATAGRAM_IO_H_
#define SLUICE_REACTOR_BACKEND_DATAGRAM_IO_H_

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "reactor/backend/backend.h"

namespace sluice::backend {

// Room for what recvmsg(2) says beside the bytes: SO_RXQ_OVFL and UDP_GRO, an int each.
inline constexpr size_t kControlBytes = 2 * CMSG_SPACE(sizeof(int));

// Tells the number of a datagram slot from that of a stream buffer in a BufferId.
inline constexpr BufferId kDatagramBufferBit = BufferId{1} << 30;

// What the kernel said of a datagram beside its bytes: address, flags and control messages.
// `wire_bytes`: its size as sent.
void ReadHeader(msghdr& header, size_t wire_bytes, DatagramInfo& info);

// Fixed-size slots of untouched memory: one datagram each, taken and given back in any order.
class DatagramSlots {
 public:
  explicit DatagramSlots(uint32_t slots, size_t slot_bytes);
  ~DatagramSlots();
  DatagramSlots(const DatagramSlots&) = delete;
  DatagramSlots& operator=(const DatagramSlots&) = delete;

  char* data(uint32_t slot) { return memory_ + slot * slot_bytes_; }
  DatagramInfo& info(uint32_t slot) { return infos_[slot]; }

 private:
  const size_t slot_bytes_;
  char* memory_;
  std::vector<DatagramInfo> infos_;
};

// What one recvmmsg(2) fills. Kept between calls: most of it never changes.
class DatagramHeaders {
 public:
  static constexpr size_t kMax = 32;

  DatagramHeaders();

  // Room for a datagram; due anew before every call.
  void Offer(size_t i, char* data, size_t bytes);
  mmsghdr* data() { return headers_.data(); }
  mmsghdr& operator[](size_t i) { return headers_[i]; }

 private:
  struct alignas(cmsghdr) Control {
    char bytes[kControlBytes];
  };

  std::array<mmsghdr, kMax> headers_{};
  std::array<iovec, kMax> spans_;
  std::array<sockaddr_storage, kMax> peers_;
  std::array<Control, kMax> controls_;
};

}  // namespace sluice::backend

#endif  // SLUICE_REACTOR_BACKEND_DATAGRAM_IO_H_
