// Plain sockets on 127.0.0.1 for the tests that hold the kernel against its rules.
#ifndef SLUICE_TESTS_NETLAB_PLAIN_SOCKET_H_
#define SLUICE_TESTS_NETLAB_PLAIN_SOCKET_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "tools/netlab/errno_status.h"
#include "tools/netlab/unique_fd.h"

namespace sluice::netlab {

inline sockaddr_in Loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

struct PlainListener {
  UniqueFd fd;
  uint16_t port = 0;
};

// Listens on a port of the kernel's choice and never accepts.
inline absl::StatusOr<PlainListener> ListenPlain(int backlog) {
  PlainListener listener{UniqueFd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))};
  sockaddr_in address = Loopback(0);
  socklen_t bytes = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (!listener.fd.ok() || bind(listener.fd.get(), generic, bytes) != 0 ||
      listen(listener.fd.get(), backlog) != 0 ||
      getsockname(listener.fd.get(), generic, &bytes) != 0) {
    return ErrnoStatus(errno, "cannot listen");
  }
  listener.port = ntohs(address.sin_port);
  return listener;
}

// Starts `count` non-blocking connects. On loopback without delay a handshake is mostly over when
// connect returns: its packets are handled in the sender's own softirq, on a busy machine in
// ksoftirqd's. So wait for what is expected.
inline absl::StatusOr<std::vector<UniqueFd>> ConnectMany(uint16_t port, int count) {
  std::vector<UniqueFd> clients;
  const sockaddr_in address = Loopback(port);
  for (int i = 0; i < count; ++i) {
    UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd.ok()) return ErrnoStatus(errno, "cannot make a client");
    if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 &&
        errno != EINPROGRESS) {
      return ErrnoStatus(errno, "cannot connect");
    }
    clients.push_back(std::move(fd));
  }
  return clients;
}

// How many of `clients` are in the TCP state `state` (TCP_ESTABLISHED, TCP_SYN_SENT).
inline int CountInState(const std::vector<UniqueFd>& clients, int state) {
  int count = 0;
  for (const UniqueFd& fd : clients) {
    tcp_info info{};
    socklen_t bytes = sizeof(info);
    if (getsockopt(fd.get(), IPPROTO_TCP, TCP_INFO, &info, &bytes) == 0) {
      count += info.tcpi_state == state;
    }
  }
  return count;
}

// Waits until `condition` holds, at most 5 s; whether it holds is for the caller to look at again.
inline void WaitFor(absl::FunctionRef<bool()> condition) {
  for (int millisecond = 0; millisecond < 5000 && !condition(); ++millisecond) usleep(1000);
}

}  // namespace sluice::netlab

#endif  // SLUICE_TESTS_NETLAB_PLAIN_SOCKET_H_
