#include "reactor/backend/datagram_send.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace sluice::backend {
namespace {

// UDP_MAX_SEGMENTS (include/linux/udp.h) of the first kernels with UDP_SEGMENT; newer ones take
// more.
constexpr size_t kTrainDatagramsMax = 64;
// 65,535 less the headers of IPv6 and UDP. IPv4 would take 20 more.
constexpr size_t kTrainBytesMax = 65487;

// -1 where the socket has no such option.
int UdpOption(int fd, int name) {
  int value = 0;
  socklen_t size = sizeof(value);
  return getsockopt(fd, IPPROTO_UDP, name, &value, &size) == 0 ? value : -1;
}

bool HasRoom(int fd, BackendStats& stats) {
  pollfd room{.fd = fd, .events = POLLOUT, .revents = 0};
  ++stats.kernel_entries;
  return poll(&room, 1, 0) > 0 && (room.revents & POLLOUT) != 0;
}

// How many of these leave as one message. A train is one piece of memory: what a turn sends lies
// there so already, and a train of pieces would save little.
size_t TrainLength(absl::Span<const OutgoingDatagram> datagrams, const Trains& trains) {
  const OutgoingDatagram& first = datagrams.front();
  if (first.size == 0 || first.size > trains.segment_bytes_max()) return 1;
  const size_t count_max = std::min(
      {datagrams.size(), kTrainDatagramsMax, std::max<size_t>(kTrainBytesMax / first.size, 1)});
  const char* end = first.data + first.size;
  for (size_t i = 1; i < count_max; ++i) {
    const OutgoingDatagram& next = datagrams[i];
    if (next.peer != first.peer || next.data != end) return i;
    if (next.size != first.size) return next.size > 0 && next.size < first.size ? i + 1 : i;
    end += next.size;
  }
  return count_max;
}

}  // namespace

Trains Trains::Probe(int fd) {
  Trains trains;
  // A kernel without it would take a train for one large datagram.
  if (UdpOption(fd, UDP_SEGMENT) == 0 && UdpOption(fd, UDP_CORK) == 0) {
    trains.segment_bytes_max_ = UINT16_MAX;
  }
  return trains;
}

void Trains::Refused(size_t segment_bytes, int error) {
  const size_t smaller = error == EIO ? 0 : segment_bytes - 1;
  segment_bytes_max_ = static_cast<uint16_t>(std::min<size_t>(segment_bytes_max_, smaller));
}

// What one sendmmsg(2) takes. Only as much of it is touched as there are messages.
struct DatagramSend::Messages {
  static constexpr size_t kMax = 64;
  struct alignas(cmsghdr) Control {
    char bytes[CMSG_SPACE(sizeof(uint16_t))];
  };

  void Set(size_t i, const OutgoingDatagram& first, size_t count, size_t bytes) {
    datagrams[i] = static_cast<uint8_t>(count);
    spans[i] = {const_cast<char*>(first.data), bytes};
    headers[i] = {};
    msghdr& header = headers[i].msg_hdr;
    header.msg_name = const_cast<sockaddr*>(first.peer->address());
    header.msg_namelen = first.peer->size();
    header.msg_iov = &spans[i];
    header.msg_iovlen = 1;
    if (count == 1) return;
    header.msg_control = controls[i].bytes;
    header.msg_controllen = sizeof(controls[i].bytes);
    cmsghdr* control = CMSG_FIRSTHDR(&header);
    control->cmsg_level = IPPROTO_UDP;
    control->cmsg_type = UDP_SEGMENT;
    control->cmsg_len = CMSG_LEN(sizeof(uint16_t));
    const auto segment_bytes = static_cast<uint16_t>(first.size);
    std::memcpy(CMSG_DATA(control), &segment_bytes, sizeof(segment_bytes));
  }

  std::array<mmsghdr, kMax> headers;
  std::array<iovec, kMax> spans;
  std::array<Control, kMax> controls;
  std::array<uint8_t, kMax> datagrams;  // of each message
};

size_t DatagramSend::Gather(Messages& messages, const Trains& trains) const {
  size_t count = 0;
  for (size_t next = 0; next < left_.size() && count < Messages::kMax; ++count) {
    const size_t length = next < alone_ ? 1 : TrainLength(left_.subspan(next), trains);
    const OutgoingDatagram& last = left_[next + length - 1];
    messages.Set(count, left_[next], length, left_[next].size * (length - 1) + last.size);
    next += length;
  }
  return count;
}

bool DatagramSend::Continue(int fd, Trains& trains, BackendStats& stats) {
  Messages messages;
  bool had_room = false;  // when the one in front was refused for want of it
  while (!left_.empty()) {
    const size_t count = Gather(messages, trains);
    ++stats.kernel_entries;
    const int sent = sendmmsg(fd, messages.headers.data(), static_cast<unsigned>(count),
                              MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
      Taken({messages.datagrams.data(), static_cast<size_t>(sent)}, trains, stats);
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
    Refused(error, messages.datagrams[0]);
  }
  return true;
}

void DatagramSend::Taken(absl::Span<const uint8_t> datagrams, Trains& trains, BackendStats& stats) {
  if (train_error_ != 0) trains.Refused(left_.front().size, train_error_);
  train_error_ = 0;
  size_t taken = 0;
  for (const uint8_t count : datagrams) {
    taken += count;
    if (count > 1) ++stats.datagram_trains;
  }
  taken_ += static_cast<int32_t>(taken);
  alone_ -= std::min(alone_, taken);
  left_.remove_prefix(taken);
}

// The message in front was refused, and with it the first of its datagrams, as it would have been
// alone; the others still have their chance. But one of these errors may be about the train: its
// segments are larger than the path MTU (EINVAL, EMSGSIZE), or the device or an IPsec policy leaves
// checksums to us (EIO) (udp_send_skb in net/ipv4/udp.c). Nothing of it was sent then, and its
// datagrams try one by one.
void DatagramSend::Refused(int error, size_t datagrams) {
  if (datagrams > 1 && (error == EINVAL || error == EMSGSIZE || error == EIO)) {
    train_error_ = error;
    alone_ = datagrams;
    return;
  }
  train_error_ = 0;
  if (first_error_ == 0) first_error_ = -error;
  alone_ -= std::min<size_t>(alone_, 1);
  left_.remove_prefix(1);
}

void DatagramSend::Keep() {
  kept_.assign(left_.begin(), left_.end());
  left_ = kept_;
}

}  // namespace sluice::backend
