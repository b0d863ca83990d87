#include "tools/netlab/listen_queue.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "tools/netlab/errno_status.h"
#include "tools/netlab/netlink.h"

#ifndef SO_MEMINFO
#define SO_MEMINFO 55  // asm-generic/socket.h; glibc 2.36 does not pass it on everywhere
#endif

namespace sluice::netlab {
namespace {

// Dumps the sockets of both families with local port `port` (0: any) in one of `states`.
absl::Status DumpSockets(uint8_t protocol, uint16_t port, uint32_t states, uint8_t extensions,
                         absl::FunctionRef<void(const nlmsghdr&, const inet_diag_msg&)> on_socket) {
  for (const uint8_t family : {AF_INET, AF_INET6}) {
    alignas(NLMSG_ALIGNTO) char buffer[256];
    nlmsghdr* message = mnl_nlmsg_put_header(buffer);
    message->nlmsg_type = SOCK_DIAG_BY_FAMILY;
    message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    auto* request = static_cast<inet_diag_req_v2*>(
        mnl_nlmsg_put_extra_header(message, sizeof(inet_diag_req_v2)));
    request->sdiag_family = family;
    request->sdiag_protocol = protocol;
    request->idiag_ext = extensions;
    request->idiag_states = states;
    request->id.idiag_sport = htons(port);  // the kernel's own filter
    absl::Status status = NetlinkRequest(
        NETLINK_SOCK_DIAG, message, "cannot list the sockets (inet_diag)",
        [&](const nlmsghdr& answer) {
          if (answer.nlmsg_len < mnl_nlmsg_size(sizeof(inet_diag_msg))) return;
          const auto* socket = static_cast<const inet_diag_msg*>(mnl_nlmsg_get_payload(&answer));
          // The IPv6 dump shows dual-stack sockets once, and nothing of AF_INET.
          if (socket->idiag_family == family) on_socket(answer, *socket);
        });
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

using Memory = std::array<uint32_t, SK_MEMINFO_VARS>;

int TakeMemory(const nlattr* attribute, void* into) {
  if (mnl_attr_get_type(attribute) == INET_DIAG_SKMEMINFO &&
      mnl_attr_get_payload_len(attribute) >= sizeof(Memory)) {
    Memory memory;
    memcpy(memory.data(), mnl_attr_get_payload(attribute), sizeof(memory));
    *static_cast<std::optional<Memory>*>(into) = memory;
  }
  return MNL_CB_OK;
}

std::optional<Memory> MemoryOf(const nlmsghdr& answer) {
  std::optional<Memory> memory;
  mnl_attr_parse(&answer, sizeof(inet_diag_msg), TakeMemory, &memory);
  return memory;
}

Endpoint LocalEndpointOf(const inet_diag_msg& socket) {
  if (socket.idiag_family == AF_INET) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = socket.id.idiag_sport;
    memcpy(&address.sin_addr, socket.id.idiag_src, sizeof(address.sin_addr));
    return Endpoint::FromSockaddr(reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  }
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = socket.id.idiag_sport;
  memcpy(&address.sin6_addr, socket.id.idiag_src, sizeof(address.sin6_addr));
  return Endpoint::FromSockaddr(reinterpret_cast<const sockaddr*>(&address), sizeof(address));
}

absl::StatusOr<Endpoint> LocalIpEndpoint(int fd) {
  sockaddr_storage address;
  socklen_t bytes = sizeof(address);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &bytes) != 0) {
    return ErrnoStatus(errno, "getsockname");
  }
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  Endpoint endpoint = Endpoint::FromSockaddr(generic, bytes);
  if (!endpoint.is_ip()) return absl::InvalidArgumentError("not a TCP socket");
  return endpoint;
}

}  // namespace

absl::StatusOr<std::vector<ListenQueue>> ReadListenQueues(uint16_t port) {
  std::vector<ListenQueue> queues;
  const auto take = [&](const nlmsghdr& answer, const inet_diag_msg& socket) {
    const std::optional<Memory> memory = MemoryOf(answer);
    std::optional<uint32_t> drops;
    if (memory) drops = (*memory)[SK_MEMINFO_DROPS];
    // For a listener the two queue fields hold sk_ack_backlog and sk_max_ack_backlog.
    queues.push_back({.port = ntohs(socket.id.idiag_sport),
                      .length = socket.idiag_rqueue,
                      .limit = socket.idiag_wqueue,
                      .drops = drops,
                      .inode = socket.idiag_inode,
                      .endpoint = LocalEndpointOf(socket)});
  };
  absl::Status status =
      DumpSockets(IPPROTO_TCP, port, 1u << TCP_LISTEN, 1u << (INET_DIAG_SKMEMINFO - 1), take);
  if (!status.ok()) return status;
  return queues;
}

absl::StatusOr<std::vector<DatagramQueue>> ReadDatagramQueues(uint16_t port) {
  std::vector<DatagramQueue> queues;
  const auto take = [&](const nlmsghdr& answer, const inet_diag_msg& socket) {
    const Memory memory = MemoryOf(answer).value_or(Memory{});
    queues.push_back({.bytes = socket.idiag_rqueue,
                      .bytes_max = memory[SK_MEMINFO_RCVBUF],
                      .drops = memory[SK_MEMINFO_DROPS],
                      .inode = socket.idiag_inode,
                      .endpoint = LocalEndpointOf(socket)});
  };
  // A UDP socket is in one of two of TCP's states: ESTABLISHED when connected, else CLOSE.
  absl::Status status =
      DumpSockets(IPPROTO_UDP, port, 1u << TCP_CLOSE, 1u << (INET_DIAG_SKMEMINFO - 1), take);
  if (!status.ok()) return status;
  return queues;
}

absl::StatusOr<ListenQueue> ReadListenQueueOf(int fd) {
  auto endpoint = LocalIpEndpoint(fd);
  if (!endpoint.ok()) return endpoint.status();
  tcp_info info{};
  socklen_t bytes = sizeof(info);
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &bytes) != 0) {
    return ErrnoStatus(errno, "getsockopt(TCP_INFO)");
  }
  if (info.tcpi_state != TCP_LISTEN) {
    return absl::FailedPreconditionError("the socket does not listen");
  }
  // tcp_get_info stores a listener's queue in these two fields.
  ListenQueue queue{.port = endpoint->port(),
                    .length = info.tcpi_unacked,
                    .limit = info.tcpi_sacked,
                    .endpoint = *endpoint};
  uint32_t memory[SK_MEMINFO_VARS] = {};
  bytes = sizeof(memory);
  if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory, &bytes) == 0 && bytes == sizeof(memory)) {
    queue.drops = memory[SK_MEMINFO_DROPS];
  }
  struct stat file;
  if (fstat(fd, &file) == 0) queue.inode = static_cast<uint32_t>(file.st_ino);
  return queue;
}

absl::StatusOr<uint32_t> CountHalfOpen(uint16_t port) {
  uint32_t count = 0;
  // The kernel reports its stored requests (TCP_NEW_SYN_RECV) under this state too.
  absl::Status status = DumpSockets(IPPROTO_TCP, port, 1u << TCP_SYN_RECV, 0,
                                    [&](const nlmsghdr&, const inet_diag_msg&) { ++count; });
  if (!status.ok()) return status;
  return count;
}

}  // namespace sluice::netlab
