// UringBackend: what each completion of the kernel means.
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "reactor/backend/file_send.h"
#include "reactor/backend/uring_backend.h"
#include "reactor/base/check.h"

namespace sluice::backend {

// Bookkeeping of a standing operation: without F_MORE this was its last completion.
void UringBackend::StandingEnded(Record& record, const io_uring_cqe& cqe) {
  if (cqe.flags & IORING_CQE_F_MORE) return;
  record.armed = false;
  record.cancelling = false;
  --record.outstanding;
}

void UringBackend::HandleReceive(uint32_t index, Record& record, const io_uring_cqe& cqe) {
  StandingEnded(record, cqe);
  if (cqe.flags & IORING_CQE_F_BUFFER) {
    const UringBuffers::Piece piece = buffers_->Take(cqe);
    if (cqe.res <= 0 || record.closing) {
      buffers_->Release(piece.buffer);
    } else {
      record.fed = true;
      Completion& completion = Complete(record, Operation::kReceive, cqe.res);
      completion.more = true;
      completion.data = piece.data;
      completion.buffer = piece.buffer;
    }
  }
  if (!record.armed) ReceiveStopped(index, record, cqe.res);
}

// The receive ended; `result` says why, or is positive where the kernel merely wants it anew.
void UringBackend::ReceiveStopped(uint32_t index, Record& record, int32_t result) {
  if (record.closing) return;
  if (result == -ENOBUFS) {
    ++stats_.buffer_exhaustions;
    record.starved = true;
    const base::SlabKey key = records_.KeyOf(index);
    if (record.fed) {
      starved_.push_back(key);
    } else {
      passed_over_.push_back(key);
    }
    return;
  }
  const bool again = result > 0 || result == -ECANCELED || result == -EINTR || result == -EAGAIN;
  // The end of a stream is met again by the next receive; an error is told only once.
  if (!again && !record.interested && result < 0) record.kept_error = static_cast<int16_t>(result);
  if (!again && record.interested) {
    record.interested = false;
    Complete(record, Operation::kReceive, result);
  }
  Arm(index, record);  // where it is still wanted
}

void UringBackend::HandleReceiveDatagram(uint32_t index, Record& record, const io_uring_cqe& cqe) {
  StandingEnded(record, cqe);
  if (cqe.flags & IORING_CQE_F_BUFFER) {
    const UringBuffers::Piece piece = datagram_buffers_->Take(cqe);
    msghdr& layout = DatagramOf(record).header;
    io_uring_recvmsg_out* out =
        cqe.res < 0 ? nullptr : io_uring_recvmsg_validate(piece.data, cqe.res, &layout);
    if (out == nullptr || record.closing) {
      datagram_buffers_->Release(piece.buffer);
    } else {
      const unsigned kept = io_uring_recvmsg_payload_length(out, cqe.res, &layout);
      record.fed = true;
      DatagramInfo& info = datagram_infos_[piece.buffer];
      msghdr header{};
      header.msg_name = io_uring_recvmsg_name(out);
      header.msg_namelen = out->namelen;
      header.msg_control = static_cast<char*>(header.msg_name) + layout.msg_namelen;
      header.msg_controllen = out->controllen;
      header.msg_flags = static_cast<int>(out->flags);
      ReadHeader(header, out->payloadlen, info);
      Completion& completion = Complete(record, Operation::kReceive, static_cast<int32_t>(kept));
      completion.more = true;
      completion.data = static_cast<char*>(io_uring_recvmsg_payload(out, &layout));
      completion.buffer = piece.buffer | kDatagramBufferBit;
      completion.datagram = &info;
    }
  }
  if (record.armed) return;
  const bool socket_error = cqe.res < 0 && cqe.res != -ENOBUFS && cqe.res != -ECANCELED &&
                            cqe.res != -EINTR && cqe.res != -EAGAIN;
  if (socket_error && record.interested && !record.closing) {
    // An error queued by an earlier datagram (udp(7)): told, and the socket goes on.
    Complete(record, Operation::kReceive, cqe.res).more = true;
  }
  ReceiveStopped(index, record, cqe.res == -ENOBUFS ? -ENOBUFS : -ECANCELED);
}

void UringBackend::HandleAccept(uint32_t index, Record& record, const io_uring_cqe& cqe) {
  StandingEnded(record, cqe);
  if (cqe.res >= 0) {
    const bool last = record.accept_count == AcceptCount::kOne;
    if (last) record.interested = false;
    // First, since it may move the records' bookkeeping; the slab keeps `record` where it is.
    const auto [key, accepted] = records_.Emplace();
    accepted->fd = cqe.res;
    Completion& completion = Complete(record, Operation::kAccept, 0);
    completion.accepted = Socket{key.index};
    completion.more = record.interested;
  }
  if (record.armed || record.closing) return;
  const bool passing = cqe.res >= 0 || cqe.res == -ECANCELED || cqe.res == -EINTR ||
                       cqe.res == -EAGAIN || cqe.res == -ECONNABORTED || cqe.res == -EPROTO;
  if (!passing && record.interested) {
    record.interested = false;
    Complete(record, Operation::kAccept, cqe.res);
  }
  Arm(index, record);
}

Completion& UringBackend::SendCompleted(Record& record, int32_t result) {
  record.sending = false;
  if (record.send_op != base::SlabKey::kNoIndex) {
    send_ops_.Erase(std::exchange(record.send_op, base::SlabKey::kNoIndex));
  }
  return Complete(record, Operation::kSend, result);
}

void UringBackend::HandleSendFileRoom(uint32_t index, Record& record, int32_t poll_result) {
  int32_t result = poll_result;  // -errno: closing
  if (poll_result >= 0 && !record.closing) {
    const FilePiece& piece = send_ops_.Live(record.send_op).file;
    result = SendPiece(record.fd, piece, blocking(), stats_.kernel_entries);
    if (result == kUnderWay) return WaitForRoom(Op::kSendFileRoom, index, record);
  }
  SendCompleted(record, record.closing ? -ECANCELED : result);
}

// Its result, and later, where that has F_MORE, the notification that its memory is free.
void UringBackend::HandleSendZeroCopy(Record& record, const io_uring_cqe& cqe, uint8_t number) {
  if (cqe.flags & IORING_CQE_F_NOTIF) {
    for (int released = record.lent_sends.Release(number); released > 0; --released) {
      Complete(record, Operation::kRelease, 0);
    }
    return;
  }
  const bool lent = (cqe.flags & IORING_CQE_F_MORE) != 0;
  if (!lent) record.lent_sends.Withdraw();
  --record.outstanding;
  Completion& completion = SendCompleted(record, cqe.res);
  completion.more = lent;
  if (lent) ++stats_.zero_copy_sends;
  // A unix socket, or no room for the kernel's notes of what is lent: nothing was sent, and the
  // next try copies.
  if (cqe.res == -EOPNOTSUPP || cqe.res == -ENOBUFS || cqe.res == -ENOMEM) {
    record.must_copy = true;
    completion.result = 0;
  }
}

void UringBackend::CompleteSendTo(const Record& record, const DatagramSend& send) {
  Complete(record, Operation::kSendTo, send.taken()).first_error = send.first_error();
}

void UringBackend::HandleSendToRoom(uint32_t index, Record& record) {
  DatagramSend& send = *DatagramOf(record).blocked_send;
  if (!record.closing && !send.Continue(record.fd, DatagramOf(record).trains, stats_)) {
    return WaitForRoom(Op::kSendToRoom, index, record);
  }
  CompleteSendTo(record, send);
  DatagramOf(record).blocked_send.reset();
}

void UringBackend::WaitForRoom(Op then, uint32_t index, Record& record) {
  ++record.outstanding;
  io_uring_sqe* sqe = ring_->NextSqe();
  io_uring_prep_poll_add(sqe, record.fd, POLLOUT);
  io_uring_sqe_set_data64(sqe, UserData(then, index));
}

void UringBackend::HandleConnect(Record& record, const io_uring_cqe& cqe) {
  --record.outstanding;
  send_ops_.Erase(std::exchange(record.send_op, base::SlabKey::kNoIndex));
  Complete(record, Operation::kConnect, cqe.res);
}

void UringBackend::HandleCancelAll(Record& record, const io_uring_cqe& cqe) {
  --record.outstanding;
  // Nothing was found to cancel and yet something is outstanding: it is on its way, or between two
  // attempts. Shutting the socket down makes every attempt end.
  if (cqe.res <= 0 && record.outstanding > 0) shutdown(record.fd, SHUT_RDWR);
}

}  // namespace sluice::backend
