// Datagrams on their way out of a descriptor, many a system call. Where the kernel cuts for us
// (UDP_SEGMENT, udp(7)) they are many a message besides: a train is several datagrams of one size,
// the last may be shorter, to one peer, that pass the network stack as one and are taken apart at
// its end. On the wire, and to a receiver that did not ask for UDP_GRO, nothing differs.
#ifndef SLUICE_REACTOR_BACKEND_DATAGRAM_SEND_H_
#define SLUICE_REACTOR_BACKEND_DATAGRAM_SEND_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "reactor/backend/backend.h"

namespace sluice::backend {

// Which trains one socket sends. Small, since a backend keeps one for each of its sockets.
class Trains {
 public:
  Trains() = default;  // none

  // As large as the kernel will take them; none where it has no UDP_SEGMENT, on a socket that is
  // not UDP, and on one whose user cuts or gathers by himself (UDP_SEGMENT, UDP_CORK).
  static Trains Probe(int fd);

  // Of each datagram; 0: there are no trains.
  size_t segment_bytes_max() const { return segment_bytes_max_; }

  // The kernel refused to cut datagrams of this size and took them one by one. Neither these nor
  // larger ones are tried again, and none at all where it cannot compute their checksums (EIO).
  void Refused(size_t segment_bytes, int error);

 private:
  uint16_t segment_bytes_max_ = 0;
};

// One SendTo on its way: what is left, and what became of the rest.
class DatagramSend {
 public:
  // The array is the caller's until Keep.
  explicit DatagramSend(absl::Span<const OutgoingDatagram> datagrams) : left_(datagrams) {}
  DatagramSend(DatagramSend&&) = default;
  DatagramSend& operator=(DatagramSend&&) = default;

  // Sends on. True when done; false when the socket's buffer is full.
  bool Continue(int fd, Trains& trains, BackendStats& stats);
  // Copies what is left of the array, which the caller is about to let go.
  void Keep();

  int32_t taken() const { return taken_; }
  int32_t first_error() const { return first_error_; }  // -errno

 private:
  struct Messages;

  size_t Gather(Messages& messages, const Trains& trains) const;
  void Taken(absl::Span<const uint8_t> datagrams, Trains& trains, BackendStats& stats);
  void Refused(int error, size_t datagrams);

  absl::Span<const OutgoingDatagram> left_;
  std::vector<OutgoingDatagram> kept_;
  int32_t taken_ = 0;
  int32_t first_error_ = 0;
  // After a refused train: its error, until the first of its datagrams has told whose fault it was,
  // and how many of those in front go one by one.
  int train_error_ = 0;
  size_t alone_ = 0;
};

}  // namespace sluice::backend

#endif  // SLUICE_REACTOR_BACKEND_DATAGRAM_SEND_H_
