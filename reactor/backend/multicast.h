// Multicast: which groups a socket hears, and how what it sends to groups leaves. One form for IPv4
// and IPv6 (RFC 3678, ip(7), ipv6(7)), made into socket options here.
#ifndef SLUICE_REACTOR_BACKEND_MULTICAST_H_
#define SLUICE_REACTOR_BACKEND_MULTICAST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "reactor/backend/socket_options.h"
#include "reactor/base/endpoint.h"

namespace sluice {

// What a socket hears of one group. The ports of these endpoints mean nothing.
//
// The kernel keeps memberships by group and interface. On IPv4 the socket then hears the group on
// that interface alone. On IPv6 it hears it on every interface on which any program of the host has
// joined it (inet6_mc_check, net/ipv6/mcast.c, does not look at the interface): who wants one alone
// sets socket_option::kBindToDevice as well.
struct GroupMembership {
  Endpoint group;
  // Its index (reactor/backend/interfaces.h). 0: the kernel takes the one its routing table has for
  // the group, which on a host with several may not be the one meant.
  uint32_t interface = 0;
  // Only what this sender sends (source-specific multicast: IGMPv3, MLDv2). Several sources: one
  // membership each.
  std::optional<Endpoint> source{};
};

// How datagrams to groups leave. The defaults are the kernel's.
struct MulticastSending {
  uint32_t interface = 0;  // 0: what the routing table has for the group
  // How many networks they may cross, plus one: TTL on IPv4, hop limit on IPv6. 0 stays on this
  // host, 1 on this network; 255 at most.
  int hops = 1;
  bool loop = true;  // members on this host hear it, too
};

bool IsMulticast(const Endpoint& endpoint);

namespace backend {

// InvalidArgument unless a socket of this family can be asked for it at all: a group, and a source
// of its family that is none.
absl::Status CheckMembership(int socket_family, const GroupMembership& membership);
RawSocketOption JoinOption(const GroupMembership& membership);
RawSocketOption LeaveOption(const GroupMembership& membership);
// Those of a socket of this family, AF_INET or AF_INET6, that differ from `before`.
SocketOptions SendingOptions(int family, const MulticastSending& sending,
                             const MulticastSending& before = {});

// What to do about a refusal of one of these options; empty for others. `error` is positive.
std::string_view MulticastAdvice(const RawSocketOption& option, int error);

}  // namespace backend
}  // namespace sluice

#endif  // SLUICE_REACTOR_BACKEND_MULTICAST_H_
