// Datagrams in and out of a descriptor, many a system call: what both kernel backends share.
#ifndef SLUICE_REACTOR_BACKEND_DATAGRAM_IO_H_
#define SLUICE_REACTOR_BACKEND_DATAGRAM_IO_H_

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "reactor/backend/backend.h"

namespace sluice::backend {

// Room for what recvmsg(2) says beside the bytes: SO_RXQ_OVFL and UDP_GRO, an int each.
inline constexpr size_t kControlBytes = 2 * CMSG_SPACE(sizeof(int));

// Tells the number of a datagram slot from that of a stream buffer in a BufferId.
inline constexpr BufferId kDatagramBufferBit = BufferId{1} << 30;

// Fills kernel_drops and segment_bytes from the control messages.
void ReadControl(msghdr& header, DatagramInfo& info);

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

// One SendTo on its way: what is left, and what became of the rest.
class DatagramSend {
 public:
  explicit DatagramSend(absl::Span<const OutgoingDatagram> datagrams)
      : datagrams_(datagrams.begin(), datagrams.end()) {}

  // Sends on with sendmmsg(2). True when done; false when the socket's buffer is full.
  bool Continue(int fd, BackendStats& stats);

  int32_t taken() const { return taken_; }
  int32_t first_error() const { return first_error_; }  // -errno

 private:
  std::vector<OutgoingDatagram> datagrams_;
  size_t next_ = 0;
  int32_t taken_ = 0;
  int32_t first_error_ = 0;
};

}  // namespace sluice::backend

#endif  // SLUICE_REACTOR_BACKEND_DATAGRAM_IO_H_
