// SimBackend: socket options. Those with an effect here have it; the others are kept and given
// back.
#include <netinet/tcp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/status/status.h"
#include "reactor/backend/socket_util.h"
#include "reactor/sim/sim_backend.h"

namespace sluice::sim {
namespace {

int IntOf(const std::string& value) {
  int number = 0;
  std::memcpy(&number, value.data(), std::min(value.size(), sizeof(number)));
  return number;
}

std::string BytesOf(int number) {
  return std::string(reinterpret_cast<const char*>(&number), sizeof(number));
}

template <class T>
T ValueOf(const RawSocketOption& option) {
  return socket_option_internal::FromBytes<T>(option.value);
}

Endpoint EndpointOf(const sockaddr_storage& address) {
  return Endpoint::FromSockaddr(
      reinterpret_cast<const sockaddr*>(&address),
      address.ss_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in));
}

Endpoint GroupOf(const RawSocketOption& option) {
  sockaddr_in group{};
  group.sin_family = AF_INET;
  group.sin_addr = ValueOf<ip_mreqn>(option).imr_multiaddr;
  return Endpoint::FromSockaddr(reinterpret_cast<const sockaddr*>(&group), sizeof(group));
}

GroupMembership MembershipOf(const RawSocketOption& option) {
  if (option.name == MCAST_JOIN_GROUP || option.name == MCAST_LEAVE_GROUP) {
    const auto request = ValueOf<group_req>(option);
    return {.group = EndpointOf(request.gr_group), .interface = request.gr_interface};
  }
  const auto request = ValueOf<group_source_req>(option);
  return {.group = EndpointOf(request.gsr_group),
          .interface = request.gsr_interface,
          .source = EndpointOf(request.gsr_source)};
}

uint32_t SendingInterfaceOf(const RawSocketOption& option) {
  return static_cast<uint32_t>(option.level == IPPROTO_IP ? ValueOf<ip_mreqn>(option).imr_ifindex
                                                          : IntOf(option.value));
}

}  // namespace

// Broadcast and multicast, whose options have the same meaning at both levels.
int SimBackend::ApplyDatagramOption(base::SlabKey key, const RawSocketOption& option) {
  SimNetwork& network = world_.network_;
  const auto is = [&option](int v4, int v6) {
    return (option.level == IPPROTO_IP && option.name == v4) ||
           (option.level == IPPROTO_IPV6 && option.name == v6);
  };
  if (option.level == SOL_SOCKET && option.name == SO_BROADCAST) {
    network.AllowBroadcast(key, IntOf(option.value) != 0);
  } else if (is(IP_ADD_MEMBERSHIP, 0)) {
    return network.JoinGroup(key, {.group = GroupOf(option)});
  } else if (is(IP_DROP_MEMBERSHIP, 0)) {
    return network.LeaveGroup(key, {.group = GroupOf(option)});
  } else if (is(MCAST_JOIN_GROUP, MCAST_JOIN_GROUP) ||
             is(MCAST_JOIN_SOURCE_GROUP, MCAST_JOIN_SOURCE_GROUP)) {
    return network.JoinGroup(key, MembershipOf(option));
  } else if (is(MCAST_LEAVE_GROUP, MCAST_LEAVE_GROUP) ||
             is(MCAST_LEAVE_SOURCE_GROUP, MCAST_LEAVE_SOURCE_GROUP)) {
    return network.LeaveGroup(key, MembershipOf(option));
  } else if (is(IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS)) {
    if (IntOf(option.value) < -1 || IntOf(option.value) > 255) return -EINVAL;
    network.SetMulticastHops(key, IntOf(option.value));
  } else if (is(IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP)) {
    network.SetMulticastLoop(key, IntOf(option.value) != 0);
  } else if (is(IP_MULTICAST_IF, IPV6_MULTICAST_IF) &&
             SendingInterfaceOf(option) > SimNetwork::kInterface) {
    return option.level == IPPROTO_IP ? -EADDRNOTAVAIL : -ENODEV;
  }
  return 0;
}

int SimBackend::ApplyOption(Record& record, const RawSocketOption& option) {
  const auto is = [&option](int level, int name) {
    return option.level == level && option.name == name;
  };
  const bool datagram = record.kind == Kind::kDatagram;
  if ((option.level == IPPROTO_UDP && !datagram) || (option.level == IPPROTO_TCP && datagram)) {
    return -ENOPROTOOPT;
  }
  std::string kept = option.value;
  const bool buffer = is(SOL_SOCKET, SO_RCVBUF) || is(SOL_SOCKET, SO_SNDBUF);
  if (buffer) {
    // Linux doubles what is asked for, for its bookkeeping (socket(7)).
    const int bytes = std::max(2 * IntOf(option.value), 2304);
    kept = BytesOf(bytes);
    const auto size = static_cast<uint32_t>(bytes);
    if (record.kind == Kind::kDatagram && option.name == SO_RCVBUF) {
      world_.network_.SetDatagramReceiveBuffer(record.key, size);
    } else if (record.kind == Kind::kStream && option.name == SO_RCVBUF) {
      world_.network_.SetReceiveBuffer(record.key, size);
    } else if (record.kind == Kind::kStream) {
      world_.network_.SetSendBuffer(record.key, size);
    }
  } else if (datagram) {
    if (const int result = ApplyDatagramOption(record.key, option); result != 0) return result;
  }
  if (record.options == nullptr) {
    record.options = std::make_unique<absl::flat_hash_map<std::pair<int, int>, std::string>>();
  }
  (*record.options)[{option.level, option.name}] = std::move(kept);
  return 0;
}

absl::Status SimBackend::Apply(Record& record, const SocketOptions& options) {
  for (const RawSocketOption& option : options.entries()) {
    const absl::Status status = Applied(record, option);
    if (!status.ok() && option.required) return status;
  }
  return absl::OkStatus();
}

absl::Status SimBackend::Applied(Record& record, const RawSocketOption& option) {
  const int result = ApplyOption(record, option);
  if (result == 0) return absl::OkStatus();
  return backend::RefusedOption(option, -result);
}

absl::Status SimBackend::SetOption(Socket socket, const RawSocketOption& option) {
  return Applied(At(socket), option);
}

absl::StatusOr<std::string> SimBackend::GetOption(Socket socket, const RawSocketOption& option) {
  Record& record = At(socket);
  if (option.level == IPPROTO_TCP && option.name == TCP_INFO && record.kind == Kind::kListener) {
    tcp_info info{};
    info.tcpi_unacked = static_cast<uint32_t>(world_.network_.AcceptQueueLength(record.key));
    info.tcpi_sacked = static_cast<uint32_t>(world_.network_.AcceptQueueLimit(record.key));
    std::string bytes(option.value.size(), '\0');
    std::memcpy(bytes.data(), &info, std::min(bytes.size(), sizeof(info)));
    return bytes;
  }
  if (option.level == SOL_SOCKET && option.name == SO_ACCEPTCONN) {
    return BytesOf(record.kind == Kind::kListener);
  }
  if (option.level == SOL_SOCKET && option.name == SO_TYPE) {
    return BytesOf(record.kind == Kind::kDatagram ? SOCK_DGRAM : SOCK_STREAM);
  }
  if (record.options != nullptr) {
    const auto found = record.options->find({option.level, option.name});
    if (found != record.options->end()) return found->second;
  }
  return std::string(option.value.size(), '\0');
}

}  // namespace sluice::sim
