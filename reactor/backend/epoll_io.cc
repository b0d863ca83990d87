// EpollBackend: the system calls that move connections and bytes.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "reactor/backend/epoll_backend.h"
#include "reactor/backend/file_send.h"
#include "reactor/base/check.h"

namespace sluice::backend {

void EpollBackend::AcceptSome(Record& record) {
  // Connections waiting behind these are served in the next Poll, after those that have data.
  constexpr int kAcceptsPerPoll = 64;
  for (int i = 0; i < kAcceptsPerPoll && record.interested; ++i) {
    ++stats_.kernel_entries;
    const int fd = accept4(record.fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (AcceptEnded(record, errno)) return;
      continue;
    }
    ++stats_.kernel_entries;
    const Socket accepted = Register(fd, SocketKind::kStream, record.read_to_the_end);
    if (!accepted.valid()) {
      const int error = errno;
      close(fd);
      record.interested = false;
      Complete(record, Operation::kAccept, -error);
      return;
    }
    record.interested = record.accept_count == AcceptCount::kUnlimited;
    Completion& completion = Complete(record, Operation::kAccept, 0);
    completion.accepted = accepted;
    completion.more = record.interested;
  }
}

// False for an error of one connection that is already gone: the next may be fine (accept(2)).
bool EpollBackend::AcceptEnded(Record& record, int error) {
  switch (error) {
    case EAGAIN:
      record.readable = false;
      return true;
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
      return false;
    default:
      record.interested = false;
      Complete(record, Operation::kAccept, -error);
      return true;
  }
}

bool EpollBackend::ReceiveStream(Record& record) {
  const absl::Span<char> room = buffers_.Room();
  if (room.empty()) return false;
  ++stats_.kernel_entries;
  const ssize_t received = recv(record.fd, room.data(), room.size(), 0);
  if (received > 0) {
    received_bytes_ += static_cast<size_t>(received);
    // A short read empties a stream, and the next byte is an edge (epoll(7), Q&A 9). What may stand
    // behind it all the same was reported with these bytes already, and is not reported again.
    const bool short_read = static_cast<size_t>(received) < room.size();
    if (short_read && !record.read_to_the_end) record.readable = false;
    Completion& completion = Complete(record, Operation::kReceive, static_cast<int32_t>(received));
    completion.more = true;
    completion.data = room.data();
    completion.buffer = buffers_.Lend(static_cast<size_t>(received));
    return true;
  }
  const int error = received == 0 ? 0 : errno;
  if (error == EAGAIN) {
    record.readable = false;
  } else if (error != EINTR) {
    record.interested = false;
    Complete(record, Operation::kReceive, -error);
  }
  return true;
}

bool EpollBackend::ReceiveDatagrams(Record& record, const DatagramState& state) {
  const size_t count = std::min(DatagramHeaders::kMax, free_datagram_slots_.size());
  if (count == 0) return false;
  DatagramHeaders& headers = *datagram_headers_;
  for (size_t i = 0; i < count; ++i) {
    const uint32_t slot = free_datagram_slots_[free_datagram_slots_.size() - 1 - i];
    headers.Offer(i, datagram_slots_->data(slot), state.receive_bytes_max);
  }
  ++stats_.kernel_entries;
  // MSG_TRUNC: the length as it was sent, also where it did not fit (recv(2)).
  const int received = recvmmsg(record.fd, headers.data(), static_cast<unsigned>(count),
                                MSG_DONTWAIT | MSG_TRUNC, nullptr);
  if (received < 0) {
    if (errno == EAGAIN) {
      record.readable = false;
    } else if (errno != EINTR) {
      Complete(record, Operation::kReceive, -errno).more = true;
    }
    return true;
  }
  // Fewer than it had room for: then the queue is empty, or an error ended it, and both the next
  // datagram and the error are an edge (do_recvmmsg in net/socket.c).
  if (static_cast<size_t>(received) < count) record.readable = false;
  for (int i = 0; i < received; ++i)
    DatagramReceived(record, state, headers[static_cast<size_t>(i)]);
  return true;
}

// Into the slot on top of the free ones.
void EpollBackend::DatagramReceived(const Record& record, const DatagramState& state,
                                    mmsghdr& header) {
  const uint32_t slot = free_datagram_slots_.back();
  free_datagram_slots_.pop_back();
  DatagramInfo& info = datagram_slots_->info(slot);
  ReadHeader(header.msg_hdr, header.msg_len, info);
  const size_t kept = std::min<size_t>(header.msg_len, state.receive_bytes_max);
  Completion& completion = Complete(record, Operation::kReceive, static_cast<int32_t>(kept));
  completion.more = true;
  completion.data = datagram_slots_->data(slot);
  completion.buffer = slot | kDatagramBufferBit;
  completion.datagram = &info;
}

void EpollBackend::ContinueOutput(uint32_t index, Record& record) {
  if (record.connecting) {
    CompleteConnect(record);
    return;
  }
  if (record.kind == SocketKind::kDatagram) {
    return ContinueSendTo(record, datagrams_.at(index));
  }
  if (record.blocked_send == nullptr) return;
  const int32_t result = TryAgain(record, *record.blocked_send);
  if (result == kUnderWay) return;
  record.blocked_send.reset();
  Complete(record, Operation::kSend, result);
}

int32_t EpollBackend::Send(Socket socket, absl::Span<const iovec> spans, MoreFollows more,
                           Token token) {
  Record& record = At(socket);
  SLUICE_CHECK(record.blocked_send == nullptr, "one send a socket may be outstanding");
  SLUICE_CHECK(!spans.empty() && spans.size() <= kSendSpansMax, "a send has 1 to 16 spans");
  record.token = token;
  const int32_t result = TrySend(record, spans, more);
  if (result != kUnderWay) return result;
  record.blocked_send = std::make_unique<BlockedSend>();
  std::copy(spans.begin(), spans.end(), record.blocked_send->spans.begin());
  record.blocked_send->count = spans.size();
  record.blocked_send->more = more;
  return kUnderWay;
}

int32_t EpollBackend::SendFile(Socket socket, const FilePiece& piece, Token token) {
  Record& record = At(socket);
  SLUICE_CHECK(record.blocked_send == nullptr, "one send a socket may be outstanding");
  record.token = token;
  const int32_t result = SendPiece(record.fd, piece, blocking(), stats_.kernel_entries);
  if (result != kUnderWay) return result;
  record.blocked_send = std::make_unique<BlockedSend>();
  record.blocked_send->file = piece;
  return kUnderWay;
}

int32_t EpollBackend::TryAgain(const Record& record, const BlockedSend& send) {
  if (send.count == 0) return SendPiece(record.fd, send.file, blocking(), stats_.kernel_entries);
  return TrySend(record, absl::MakeConstSpan(send.spans.data(), send.count), send.more);
}

// kUnderWay when the socket is full.
int32_t EpollBackend::TrySend(const Record& record, absl::Span<const iovec> spans,
                              MoreFollows more) {
  const int flags = MSG_NOSIGNAL | (more == MoreFollows::kYes ? MSG_MORE : 0);
  for (;;) {
    ++stats_.kernel_entries;
    ssize_t sent = 0;
    if (spans.size() == 1) {
      sent = send(record.fd, spans[0].iov_base, spans[0].iov_len, flags);
    } else {
      msghdr header{};
      header.msg_iov = const_cast<iovec*>(spans.data());
      header.msg_iovlen = spans.size();
      sent = sendmsg(record.fd, &header, flags);
    }
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) return kUnderWay;
    return sent >= 0 ? static_cast<int32_t>(sent) : -errno;
  }
}

void EpollBackend::SendTo(Socket socket, absl::Span<const OutgoingDatagram> datagrams,
                          Token token) {
  Record& record = At(socket);
  DatagramState& state = datagrams_.at(socket.index);
  SLUICE_CHECK(state.blocked_send == nullptr, "one SendTo a socket may be outstanding");
  SLUICE_CHECK(!datagrams.empty() && datagrams.size() <= kSendDatagramsMax,
               "a batch has 1 to 256 datagrams");
  record.token = token;
  DatagramSend send(datagrams);
  if (send.Continue(record.fd, state.trains, stats_)) {
    CompleteSendTo(record, send);
  } else {
    send.Keep();
    state.blocked_send = std::make_unique<DatagramSend>(std::move(send));
  }
}

void EpollBackend::ContinueSendTo(const Record& record, DatagramState& state) {
  if (state.blocked_send == nullptr) return;
  if (!state.blocked_send->Continue(record.fd, state.trains, stats_)) return;
  CompleteSendTo(record, *state.blocked_send);
  state.blocked_send.reset();
}

void EpollBackend::CompleteSendTo(const Record& record, const DatagramSend& send) {
  Complete(record, Operation::kSendTo, send.taken()).first_error = send.first_error();
}

}  // namespace sluice::backend
