// A batch of datagrams received and sent back with one system call each (recvmmsg, sendmmsg).
#ifndef SLUICE_BENCH_COMPARE_SERVERS_DATAGRAM_BATCH_H_
#define SLUICE_BENCH_COMPARE_SERVERS_DATAGRAM_BATCH_H_

#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace sluice::compare {

class DatagramBatch {
 public:
  static constexpr size_t kCount = 64;

  // `bytes_max`: of one datagram, or of one train of them where they arrive coalesced.
  explicit DatagramBatch(size_t bytes_max) : bytes_max_(bytes_max), memory_(kCount * bytes_max) {}

  // Echoes what is there, at most kCount; returns how many there were, so that fewer than kCount
  // means the socket is empty.
  size_t Echo(int fd) {
    for (size_t i = 0; i < kCount; ++i) Prepare(i);
    const int received = recvmmsg(fd, headers_.data(), kCount, MSG_DONTWAIT, nullptr);
    if (received <= 0) return 0;
    for (int i = 0; i < received; ++i) TurnAround(static_cast<size_t>(i));
    SendAll(fd, static_cast<size_t>(received));
    return static_cast<size_t>(received);
  }

 private:
  static constexpr size_t kControlBytes = CMSG_SPACE(sizeof(int));

  void Prepare(size_t i) {
    spans_[i] = {.iov_base = &memory_[i * bytes_max_], .iov_len = bytes_max_};
    msghdr& header = headers_[i].msg_hdr;
    header.msg_name = &peers_[i];
    header.msg_namelen = sizeof(peers_[i]);
    header.msg_iov = &spans_[i];
    header.msg_iovlen = 1;
    header.msg_control = controls_[i].data();
    header.msg_controllen = kControlBytes;
    header.msg_flags = 0;
  }

  // The size of the datagrams in a train comes as UDP_GRO, an int, and goes as UDP_SEGMENT, a
  // uint16_t (udp(7)).
  void TurnAround(size_t i) {
    spans_[i].iov_len = headers_[i].msg_len;
    msghdr& header = headers_[i].msg_hdr;
    cmsghdr* control = header.msg_controllen == 0 ? nullptr : CMSG_FIRSTHDR(&header);
    int segment = 0;
    if (control != nullptr && control->cmsg_type == UDP_GRO) {
      std::memcpy(&segment, CMSG_DATA(control), sizeof(segment));
    }
    if (segment == 0 || static_cast<size_t>(segment) >= spans_[i].iov_len) {
      header.msg_control = nullptr;
      header.msg_controllen = 0;
      return;
    }
    const auto segment_bytes = static_cast<uint16_t>(segment);
    control->cmsg_level = IPPROTO_UDP;
    control->cmsg_type = UDP_SEGMENT;
    control->cmsg_len = CMSG_LEN(sizeof(segment_bytes));
    std::memcpy(CMSG_DATA(control), &segment_bytes, sizeof(segment_bytes));
    header.msg_controllen = CMSG_SPACE(sizeof(segment_bytes));
  }

  void SendAll(int fd, size_t count) {
    for (size_t sent = 0; sent < count;) {
      const int taken =
          sendmmsg(fd, &headers_[sent], static_cast<unsigned>(count - sent), MSG_DONTWAIT);
      if (taken > 0) {
        sent += static_cast<size_t>(taken);
      } else if (errno == EAGAIN) {
        pollfd room{.fd = fd, .events = POLLOUT, .revents = 0};
        poll(&room, 1, -1);
      } else {
        ++sent;  // this one is refused: its peer is gone
      }
    }
  }

  size_t bytes_max_;
  std::vector<char> memory_;
  std::array<mmsghdr, kCount> headers_{};
  std::array<iovec, kCount> spans_{};
  std::array<sockaddr_in, kCount> peers_{};
  struct alignas(cmsghdr) Control : std::array<char, kControlBytes> {};
  std::array<Control, kCount> controls_{};
};

// Receive memory of one entry.
inline size_t DatagramBytes(bool gro) {
  return gro ? size_t{64} << 10 : 2048;
}

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_SERVERS_DATAGRAM_BATCH_H_
