// Datagrams echoed on io_uring: multishot recvmsg, and a sendmsg for each out of the buffer it
// arrived in.
#ifndef SLUICE_BENCH_COMPARE_SERVERS_URING_DATAGRAMS_H_
#define SLUICE_BENCH_COMPARE_SERVERS_URING_DATAGRAMS_H_

#include <liburing.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstring>
#include <vector>

#include "bench/compare/servers/datagram_batch.h"
#include "bench/compare/servers/server.h"
#include "bench/compare/servers/uring_pool.h"

namespace sluice::compare {

class UringDatagrams {
 public:
  UringDatagrams(io_uring* ring, int fd, bool gro)
      : ring_(ring),
        fd_(fd),
        // A buffer begins with the header, the address and the control message.
        pool_(ring, kBuffers, DatagramBytes(gro) + 256, UringPool::Consumption::kWhole),
        sends_(kBuffers) {
    layout_.msg_namelen = sizeof(sockaddr_in);
    layout_.msg_controllen = gro ? CMSG_SPACE(sizeof(int)) : 0;
    ArmReceive();
  }

  [[noreturn]] void Run() {
    for (;;) {
      if (starved_ && pool_.available() > kBuffers / 2) {
        starved_ = false;
        ArmReceive();
      }
      RunBatch(ring_, [this](const io_uring_cqe& cqe) {
        if (cqe.user_data == kReceive) {
          Received(cqe);
        } else {
          pool_.Release(static_cast<uint32_t>(cqe.user_data));
        }
      });
    }
  }

 private:
  static constexpr uint32_t kBuffers = 256;
  static constexpr uint64_t kReceive = kBuffers;  // other user data is the buffer sent from

  // Kept until the send has completed.
  struct Outgoing {
    msghdr header{};
    iovec span{};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(uint16_t))];
  };

  void ArmReceive() {
    io_uring_sqe* sqe = NextSqe(ring_);
    io_uring_prep_recvmsg_multishot(sqe, fd_, &layout_, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = UringPool::kGroup;
    io_uring_sqe_set_data64(sqe, kReceive);
  }

  void Received(const io_uring_cqe& cqe) {
    if (cqe.flags & IORING_CQE_F_BUFFER) {
      const UringPool::Piece piece = pool_.Take(cqe);
      io_uring_recvmsg_out* out =
          cqe.res < 0 ? nullptr : io_uring_recvmsg_validate(piece.data, cqe.res, &layout_);
      if (out == nullptr) {
        pool_.Release(piece.buffer);
      } else {
        Echo(piece.buffer, out, cqe.res);
      }
    }
    if (cqe.flags & IORING_CQE_F_MORE) return;
    if (cqe.res == -ENOBUFS) {
      starved_ = true;
    } else {
      ArmReceive();
    }
  }

  void Echo(uint32_t buffer, io_uring_recvmsg_out* out, int result) {
    Outgoing& send = sends_[buffer];
    send.span = {.iov_base = io_uring_recvmsg_payload(out, &layout_),
                 .iov_len = io_uring_recvmsg_payload_length(out, result, &layout_)};
    send.header = {};
    send.header.msg_name = io_uring_recvmsg_name(out);
    send.header.msg_namelen = out->namelen;
    send.header.msg_iov = &send.span;
    send.header.msg_iovlen = 1;
    cmsghdr* control = io_uring_recvmsg_cmsg_firsthdr(out, &layout_);
    if (control != nullptr && control->cmsg_type == UDP_GRO) SplitAgain(send, control);
    io_uring_sqe* sqe = NextSqe(ring_);
    io_uring_prep_sendmsg(sqe, fd_, &send.header, MSG_NOSIGNAL);
    io_uring_sqe_set_data64(sqe, buffer);
  }

  // A train of datagrams leaves as one, to be cut by the kernel (UDP_SEGMENT, udp(7)).
  static void SplitAgain(Outgoing& send, const cmsghdr* received) {
    int segment = 0;
    std::memcpy(&segment, CMSG_DATA(received), sizeof(segment));
    if (segment <= 0 || static_cast<size_t>(segment) >= send.span.iov_len) return;
    const auto bytes = static_cast<uint16_t>(segment);
    send.header.msg_control = send.control;
    send.header.msg_controllen = sizeof(send.control);
    cmsghdr* control = CMSG_FIRSTHDR(&send.header);
    control->cmsg_level = IPPROTO_UDP;
    control->cmsg_type = UDP_SEGMENT;
    control->cmsg_len = CMSG_LEN(sizeof(bytes));
    std::memcpy(CMSG_DATA(control), &bytes, sizeof(bytes));
  }

  io_uring* ring_;
  int fd_;
  UringPool pool_;
  std::vector<Outgoing> sends_;  // by buffer
  msghdr layout_{};
  bool starved_ = false;
};

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_SERVERS_URING_DATAGRAMS_H_
