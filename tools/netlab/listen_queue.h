// How full a listener's queues are, from the kernel itself.
#ifndef SLUICE_TOOLS_NETLAB_LISTEN_QUEUE_H_
#define SLUICE_TOOLS_NETLAB_LISTEN_QUEUE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "reactor/base/endpoint.h"

namespace sluice::netlab {

// The accept queue of one listening TCP socket.
struct ListenQueue {
  uint16_t port = 0;
  uint32_t length = 0;  // finished connections that wait for accept
  uint32_t limit = 0;   // min(backlog, somaxconn) at the time of listen()
  // SYNs and ACKs this listener dropped (SO_MEMINFO[SK_MEMINFO_DROPS]); absent before Linux 4.7.
  std::optional<uint32_t> drops = std::nullopt;
  uint32_t inode = 0;   // tells the sockets of a SO_REUSEPORT group apart (fstat's st_ino)
  Endpoint endpoint{};  // it is bound to
};

// Every TCP listener on `port`, or on any where that is 0, IPv4 and IPv6, in this network
// namespace, by inet_diag: also of other processes, and of sockets without a descriptor. Empty if
// there is none. Works without rights; measured 30 us.
absl::StatusOr<std::vector<ListenQueue>> ReadListenQueues(uint16_t port);

// The receive queue of one UDP socket.
struct DatagramQueue {
  uint32_t bytes = 0;      // of memory, which is more than the payload
  uint32_t bytes_max = 0;  // SO_RCVBUF
  uint32_t drops = 0;      // datagrams that found it full
  uint32_t inode = 0;
  Endpoint endpoint{};
};

// Every UDP socket bound to `port`, or to any where that is 0, and connected to nobody.
absl::StatusOr<std::vector<DatagramQueue>> ReadDatagramQueues(uint16_t port);

// The same for the listener behind `fd`, by getsockopt(TCP_INFO, SO_MEMINFO): 2 us.
// FailedPrecondition if it does not listen.
absl::StatusOr<ListenQueue> ReadListenQueueOf(int fd);

// The half-open connections (SYN_RECV) of the listeners on `port`, by inet_diag. It walks the whole
// hash table of connections and lists each one: measured 0.3 ms, and 0.3 ms more a thousand.
absl::StatusOr<uint32_t> CountHalfOpen(uint16_t port);

}  // namespace sluice::netlab

#endif  // SLUICE_TOOLS_NETLAB_LISTEN_QUEUE_H_
