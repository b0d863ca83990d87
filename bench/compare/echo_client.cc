#include "bench/compare/echo_client.h"

#include <fcntl.h>
#include <netinet/udp.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "bench/compare/client_socket.h"
#include "tools/report/format.h"

namespace sluice::compare {
namespace {

// A server that has not moved for so long waits for its peers.
constexpr int kStillMs = 100;

// What a burst leaves with the server, the kernel must not take: the client's receive buffer is
// small, and small segments keep what the kernel gives the server to send into small, which it
// counts in segments (tcp_sndbuf_expand in net/ipv4/tcp_input.c).
void KeepKernelBuffersSmall(int fd) {
  SetIntOption(fd, SOL_SOCKET, SO_RCVBUF, 4096);
  SetIntOption(fd, IPPROTO_TCP, TCP_MAXSEG, 536);
}

}  // namespace

EchoClient::EchoClient(const Workload& workload)
    : workload_(workload), connections_(workload.connections) {
  for (uint32_t i = 0; datagrams() && i < workload_.depth; ++i) {
    datagrams_.append(pattern_.At(0, 0), workload_.message_bytes);
  }
}

EchoClient::~EchoClient() {
  for (const Connection& connection : connections_) {
    if (connection.fd >= 0) close(connection.fd);
  }
  if (epoll_ >= 0) close(epoll_);
}

absl::Status EchoClient::Connect(uint16_t port) {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  for (uint32_t index = 0; index < connections_.size(); ++index) {
    if (absl::Status status = ConnectOne(connections_[index], index, port); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

// Blocking until it is connected: so many on their way at once would overrun the accept queue.
absl::Status EchoClient::ConnectOne(Connection& connection, uint32_t index, uint16_t port) {
  connection.fd = socket(AF_INET, (datagrams() ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
  if (connection.fd < 0) return absl::ErrnoToStatus(errno, "socket");
  if (workload_.kind == WorkKind::kBurst) KeepKernelBuffersSmall(connection.fd);
  const sockaddr_in server = LoopbackAddress(1, port);
  if (connect(connection.fd, reinterpret_cast<const sockaddr*>(&server), sizeof(server)) != 0) {
    return absl::ErrnoToStatus(errno, "connect");
  }
  fcntl(connection.fd, F_SETFL, O_NONBLOCK);
  if (datagrams()) {
    if (workload_.coalesced) {
      const auto bytes = static_cast<int>(workload_.message_bytes);
      SetIntOption(connection.fd, IPPROTO_UDP, UDP_SEGMENT, bytes);
      SetIntOption(connection.fd, IPPROTO_UDP, UDP_GRO, 1);
    }
  } else {
    SetIntOption(connection.fd, IPPROTO_TCP, TCP_NODELAY, 1);
    const linger reset{.l_onoff = 1, .l_linger = 0};  // leaves no TIME_WAIT behind
    setsockopt(connection.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
  }
  if (!AddToEpoll(epoll_, connection.fd, EPOLLIN | EPOLLOUT | EPOLLET, index)) {
    return absl::ErrnoToStatus(errno, "epoll_ctl");
  }
  return absl::OkStatus();
}

absl::StatusOr<Slice> EchoClient::Run(Duration duration) {
  slice_ = Slice();
  stopping_ = false;
  const TimePoint begin = NowOnClient();
  // The last round of a slice is cut short: not for the same ones every time.
  const auto count = static_cast<uint32_t>(connections_.size());
  first_ = (first_ + count * 5 / 8 + 1) % count;
  for (Connection& connection : connections_) connection.messages = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t index = (first_ + i) % count;
    if (absl::Status status = Ask(connections_[index], index); !status.ok()) return status;
  }
  if (absl::Status status = ServeAll(begin, duration); !status.ok()) return status;
  slice_.elapsed = NowOnClient() - begin;
  for (const Connection& connection : connections_) {
    slice_.connection_messages.push_back(connection.messages);
  }
  return std::move(slice_);
}

absl::Status EchoClient::ServeAll(TimePoint begin, Duration duration) {
  std::array<epoll_event, 512> events;
  while (asking_ > 0) {
    const int patience = datagrams() ? kDatagramPatienceMs : kPatienceMs;
    const int ready = epoll_wait(epoll_, events.data(), events.size(), patience);
    stopping_ = NowOnClient() - begin >= duration;
    if (ready == 0) {
      if (absl::Status status = NoProgress(); !status.ok()) return status;
    }
    for (int i = 0; i < ready; ++i) {
      const uint32_t index = events[static_cast<size_t>(i)].data.u32;
      if (absl::Status status = Serve(index); !status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

absl::Status EchoClient::Pour(size_t bytes) {
  for (uint32_t index = 0; index < connections_.size(); ++index) {
    if (absl::Status status = Ask(connections_[index], index, bytes); !status.ok()) return status;
  }
  // What the kernel did not take goes when there is room, as long as the server takes more.
  std::array<epoll_event, 512> events;
  for (;;) {
    const int ready = epoll_wait(epoll_, events.data(), events.size(), kStillMs);
    if (ready == 0) return absl::OkStatus();
    for (int i = 0; i < ready; ++i) {
      const uint32_t index = events[static_cast<size_t>(i)].data.u32;
      if (absl::Status status = Push(connections_[index], index); !status.ok()) return status;
    }
  }
}

absl::Status EchoClient::Drain() {
  stopping_ = true;
  // What arrived meanwhile is not reported again.
  for (uint32_t index = 0; index < connections_.size(); ++index) {
    if (absl::Status status = Serve(index); !status.ok()) return status;
  }
  return ServeAll(NowOnClient(), Duration(0));
}

absl::Status EchoClient::Ask(Connection& connection, uint32_t index) {
  return Ask(connection, index, workload_.depth * workload_.message_bytes);
}

absl::Status EchoClient::Ask(Connection& connection, uint32_t index, size_t bytes) {
  ++asking_;
  connection.asked_for += bytes;
  connection.wanted += hello() ? bytes / kHelloRequest.size() * kHelloAnswer.size() : bytes;
  connection.asked = NowOnClient();
  return Push(connection, index);
}

const char* EchoClient::BytesAt(const Connection& connection, uint32_t index) const {
  if (datagrams()) return datagrams_.data();
  return hello() ? hello_.RequestsAt(connection.sent) : pattern_.At(index, connection.sent);
}

// What the kernel does not take waits for the socket to be writable.
absl::Status EchoClient::Push(Connection& connection, uint32_t index) {
  while (connection.sent < connection.asked_for) {
    const size_t left = connection.asked_for - connection.sent;
    const size_t chunk = workload_.coalesced ? left
                         : datagrams()       ? workload_.message_bytes
                                             : std::min(left, Pattern::kChunkMax);
    const ssize_t sent = send(connection.fd, BytesAt(connection, index), chunk, MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) return absl::OkStatus();
    if (sent < 0) return absl::ErrnoToStatus(errno, "send");
    connection.sent += static_cast<uint64_t>(sent);
  }
  return absl::OkStatus();
}

absl::Status EchoClient::Serve(uint32_t index) {
  Connection& connection = connections_[index];
  if (connection.sent < connection.asked_for) {
    if (absl::Status status = Push(connection, index); !status.ok()) return status;
  }
  for (;;) {
    const ssize_t result = recv(connection.fd, buffer_.data(), buffer_.size(), 0);
    if (result < 0 && errno == EAGAIN) return absl::OkStatus();
    if (result < 0) return absl::ErrnoToStatus(errno, "recv");
    if (result == 0) return absl::UnavailableError("the server closed a connection");
    const auto size = static_cast<size_t>(result);
    // The answer to a datagram that was given up.
    if (datagrams() && connection.received + size > connection.wanted) continue;
    if (absl::Status status = Check(connection, index, size); !status.ok()) return status;
    connection.received += size;
    if (connection.received == connection.wanted) return Answered(connection, index);
    // A short receive emptied the socket (epoll(7)); of datagrams each is short.
    if (!datagrams() && size < buffer_.size()) return absl::OkStatus();
  }
}

absl::Status EchoClient::Check(const Connection& connection, uint32_t index, size_t size) const {
  if (connection.received + size > connection.wanted) {
    return absl::DataLossError("more came back than was sent");
  }
  if (datagrams() && size % workload_.message_bytes != 0) {
    return absl::DataLossError("a datagram of another size came back");
  }
  if (hello()) {
    return HelloTraffic::IsAnswer(connection.received, buffer_.data(), size)
               ? absl::OkStatus()
               : absl::DataLossError("another answer came than the one expected");
  }
  const bool right = datagrams()
                         ? std::equal(buffer_.data(), buffer_.data() + size, datagrams_.data())
                         : pattern_.Matches(index, connection.received, buffer_.data(), size);
  return right ? absl::OkStatus() : absl::DataLossError("other bytes came back than were sent");
}

absl::Status EchoClient::Answered(Connection& connection, uint32_t index) {
  const Duration latency = NowOnClient() - connection.asked;
  slice_.latency_ns.RecordMany(static_cast<uint64_t>(latency.count()), workload_.depth);
  slice_.messages += workload_.depth;
  connection.messages += workload_.depth;
  --asking_;
  return stopping_ ? absl::OkStatus() : Ask(connection, index);
}

// Nothing came for a long time. Datagrams may be lost: those asked for are given up, and asked for
// again.
absl::Status EchoClient::NoProgress() {
  if (!datagrams()) {
    return absl::DeadlineExceededError(report::FormatExact(asking_) + " of " +
                                       report::FormatExact(connections_.size()) +
                                       " connections got no answer");
  }
  for (uint32_t index = 0; index < connections_.size(); ++index) {
    Connection& connection = connections_[index];
    if (connection.received == connection.wanted) continue;
    slice_.lost += (connection.wanted - connection.received) / workload_.message_bytes;
    connection.received = connection.sent = connection.wanted;
    connection.asked_for = connection.sent;
    --asking_;
    if (stopping_) continue;
    if (absl::Status status = Ask(connection, index); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace sluice::compare
