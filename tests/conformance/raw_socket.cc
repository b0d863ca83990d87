#include "tests/conformance/raw_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "reactor/base/check.h"

namespace sluice::test {
namespace {

int MakeSocket(const Endpoint& endpoint, int type) {
  const int fd = socket(endpoint.family(), type | SOCK_CLOEXEC, 0);
  SLUICE_CHECK(fd >= 0, "a test has descriptors for its raw sockets");
  return fd;
}

void SetNonBlocking(int fd) {
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

}  // namespace

RawSocket& RawSocket::operator=(RawSocket&& other) noexcept {
  Close();
  received = std::move(other.received);
  ended = other.ended;
  error = other.error;
  fd_ = std::exchange(other.fd_, -1);
  return *this;
}

RawSocket RawSocket::Connect(const Endpoint& endpoint, int receive_buffer_bytes) {
  RawSocket socket(MakeSocket(endpoint, SOCK_STREAM));
  if (receive_buffer_bytes > 0) {
    setsockopt(socket.fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes,
               sizeof(receive_buffer_bytes));
  }
  if (connect(socket.fd_, endpoint.address(), endpoint.size()) != 0) socket.error = errno;
  SetNonBlocking(socket.fd_);
  return socket;
}

RawSocket RawSocket::StartConnect(const Endpoint& endpoint) {
  RawSocket socket(MakeSocket(endpoint, SOCK_STREAM));
  SetNonBlocking(socket.fd_);
  if (connect(socket.fd_, endpoint.address(), endpoint.size()) != 0 && errno != EINPROGRESS) {
    socket.error = errno;
  }
  return socket;
}

RawSocket RawSocket::Listening(const Endpoint& endpoint, int backlog) {
  RawSocket socket(MakeSocket(endpoint, SOCK_STREAM));
  SLUICE_CHECK(bind(socket.fd_, endpoint.address(), endpoint.size()) == 0, "a free port binds");
  SLUICE_CHECK(listen(socket.fd_, backlog) == 0, "a bound socket listens");
  SetNonBlocking(socket.fd_);
  return socket;
}

RawSocket RawSocket::Datagram(const Endpoint& endpoint) {
  RawSocket socket(MakeSocket(endpoint, SOCK_DGRAM));
  SLUICE_CHECK(bind(socket.fd_, endpoint.address(), endpoint.size()) == 0, "a free port binds");
  SetNonBlocking(socket.fd_);
  return socket;
}

Endpoint RawSocket::local_endpoint() const {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
  return Endpoint::FromSockaddr(reinterpret_cast<sockaddr*>(&address), size);
}

size_t RawSocket::Write(std::string_view bytes) {
  size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t result =
        send(fd_, bytes.data() + written, bytes.size() - written, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (result < 0) {
      if (errno != EAGAIN) error = errno;
      break;
    }
    written += static_cast<size_t>(result);
  }
  return written;
}

bool RawSocket::Read(size_t bytes_max) {
  std::vector<char> buffer(64 << 10);
  while (!ended && error == 0 && bytes_max > 0) {
    const ssize_t result =
        recv(fd_, buffer.data(), std::min(buffer.size(), bytes_max), MSG_DONTWAIT);
    if (result < 0) {
      if (errno == EAGAIN) return false;
      error = errno;
    } else if (result == 0) {
      ended = true;
    } else {
      received.append(buffer.data(), static_cast<size_t>(result));
      bytes_max -= static_cast<size_t>(result);
    }
  }
  return ended || error != 0;
}

int RawSocket::tcp_state() const {
  tcp_info info{};
  socklen_t size = sizeof(info);
  getsockopt(fd_, IPPROTO_TCP, TCP_INFO, &info, &size);
  return info.tcpi_state;
}

void RawSocket::ShutdownWrite() {
  shutdown(fd_, SHUT_WR);
}

void RawSocket::Close() {
  if (fd_ >= 0) close(std::exchange(fd_, -1));
}

void RawSocket::Reset() {
  const linger at_once{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  Close();
}

}  // namespace sluice::test
