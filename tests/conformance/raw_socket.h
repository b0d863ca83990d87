// A blocking-world peer: one POSIX socket without the reactor, for what only a kernel socket can do
// to a server (RST, never reading, SHUT_WR at an awkward moment).
#ifndef SLUICE_TESTS_CONFORMANCE_RAW_SOCKET_H_
#define SLUICE_TESTS_CONFORMANCE_RAW_SOCKET_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "reactor/base/endpoint.h"

namespace sluice::test {

class RawSocket {
 public:
  RawSocket() = default;
  explicit RawSocket(int fd) : fd_(fd) {}
  ~RawSocket() { Close(); }
  RawSocket(RawSocket&& other) noexcept
      : received(std::move(other.received)),
        ended(other.ended),
        error(other.error),
        fd_(std::exchange(other.fd_, -1)) {}
  RawSocket& operator=(RawSocket&& other) noexcept;

  // Connected, and non-blocking from then on. On loopback the kernel completes a connection before
  // the server accepts it, so one thread can play both.
  static RawSocket Connect(const Endpoint& endpoint, int receive_buffer_bytes = 0);
  // Connecting: the kernel was asked and not waited for.
  static RawSocket StartConnect(const Endpoint& endpoint);
  static RawSocket Listening(const Endpoint& endpoint, int backlog);
  static RawSocket Datagram(const Endpoint& endpoint);

  int fd() const { return fd_; }
  Endpoint local_endpoint() const;

  // As much as the kernel takes now; returns how much that was.
  size_t Write(std::string_view bytes);
  // Everything there is now is appended to `received`; sets `ended` at FIN and `error` at an error.
  // True when nothing more will come.
  bool Read(size_t bytes_max = SIZE_MAX);
  // TCP_ESTABLISHED and the like (netinet/tcp.h).
  int tcp_state() const;

  void ShutdownWrite();
  void Close();
  // SO_LINGER 0: the peer gets RST.
  void Reset();

  std::string received;
  bool ended = false;
  int error = 0;

 private:
  int fd_ = -1;
};

}  // namespace sluice::test

#endif  // SLUICE_TESTS_CONFORMANCE_RAW_SOCKET_H_
