#include "reactor/backend/multicast.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace sluice {
namespace {

sockaddr_storage StorageOf(const Endpoint& endpoint) {
  sockaddr_storage storage{};
  std::memcpy(&storage, endpoint.address(), endpoint.size());
  return storage;
}

int LevelOf(const Endpoint& group) {
  return group.family() == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
}

// "239.1.2.3": without the port, which means nothing here.
std::string AddressText(const Endpoint& endpoint) {
  const std::string text = endpoint.ToString();
  return endpoint.is_ip() ? text.substr(0, text.rfind(':')) : text;
}

std::string MembershipText(const GroupMembership& membership) {
  std::string text = "group " + AddressText(membership.group);
  if (membership.source) text += " from " + AddressText(*membership.source);
  if (membership.interface != 0) text += " on interface " + std::to_string(membership.interface);
  return text;
}

template <class Request>
RawSocketOption Option(const GroupMembership& membership, int name, const char* label,
                       const Request& request) {
  return {.level = LevelOf(membership.group),
          .name = name,
          .label = label,
          .value = socket_option_internal::ToBytes(request),
          .about = MembershipText(membership)};
}

RawSocketOption AnySource(const GroupMembership& membership, int name, const char* label) {
  group_req request{};
  request.gr_interface = membership.interface;
  request.gr_group = StorageOf(membership.group);
  return Option(membership, name, label, request);
}

RawSocketOption OneSource(const GroupMembership& membership, int name, const char* label) {
  group_source_req request{};
  request.gsr_interface = membership.interface;
  request.gsr_group = StorageOf(membership.group);
  request.gsr_source = StorageOf(*membership.source);
  return Option(membership, name, label, request);
}

// The numbers of these are the same at both levels (RFC 3678).
bool IsMembershipOption(int name) {
  return name == MCAST_JOIN_GROUP || name == MCAST_LEAVE_GROUP || name == MCAST_JOIN_SOURCE_GROUP ||
         name == MCAST_LEAVE_SOURCE_GROUP;
}

std::string_view MembershipAdvice(const RawSocketOption& option, int error) {
  const bool v6 = option.level == IPPROTO_IPV6;
  const bool leave = option.name == MCAST_LEAVE_GROUP || option.name == MCAST_LEAVE_SOURCE_GROUP;
  constexpr std::string_view kNotIn = "the socket is not in this group, or hears no such source";
  switch (error) {
    case ENODEV:
      return v6 ? "there is no such interface, or none was named and no route leads to the group: "
                  "name one, or add a route (ip -6 route add multicast ff00::/8 dev NAME table "
                  "local)"
                : "there is no such interface, or none was named and no route leads to the group: "
                  "name one, or add a route (ip route add 224.0.0.0/4 dev NAME)";
    case ENOBUFS:
      return v6 ? "too many sources of one group: net.ipv6.mld_max_msf is the limit"
                : "too many groups or sources on one socket: net.ipv4.igmp_max_memberships and "
                  "igmp_max_msf are the limits; raise them, or use several sockets";
    case ENOMEM:
      return "too many memberships of one socket: net.core.optmem_max bounds their memory; raise "
             "it, or use several sockets";
    case EADDRINUSE:
      return "the socket is in this group on this interface already";
    case EADDRNOTAVAIL:
      return leave ? kNotIn : "the socket hears this source already";
    case EINVAL:
      if (leave) return kNotIn;
      return "a socket hears a whole group on an interface or chosen sources of it, not both";
    default:
      return "";
  }
}

}  // namespace

bool IsMulticast(const Endpoint& endpoint) {
  if (endpoint.family() == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(endpoint.address());
    return IN_MULTICAST(ntohl(v4->sin_addr.s_addr));
  }
  if (endpoint.family() != AF_INET6) return false;
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(endpoint.address());
  return IN6_IS_ADDR_MULTICAST(&v6->sin6_addr);
}

namespace backend {

absl::Status CheckMembership(int socket_family, const GroupMembership& membership) {
  const Endpoint& group = membership.group;
  if (!IsMulticast(group)) {
    return absl::InvalidArgumentError(AddressText(group) +
                                      " is not a multicast group: those are 224.0.0.0 to "
                                      "239.255.255.255 and IPv6 addresses that begin with ff");
  }
  // An IPv6 socket that hears IPv4, too, joins groups of both.
  if (socket_family == AF_INET && group.family() == AF_INET6) {
    return absl::InvalidArgumentError("an IPv4 socket cannot be in the IPv6 group " +
                                      AddressText(group));
  }
  if (!membership.source) return absl::OkStatus();
  if (membership.source->family() != group.family() || IsMulticast(*membership.source)) {
    return absl::InvalidArgumentError(AddressText(*membership.source) +
                                      " cannot send to the group " + AddressText(group) +
                                      ": a source is the address of one host, of the same family");
  }
  return absl::OkStatus();
}

RawSocketOption JoinOption(const GroupMembership& membership) {
  if (!membership.source) return AnySource(membership, MCAST_JOIN_GROUP, "MCAST_JOIN_GROUP");
  return OneSource(membership, MCAST_JOIN_SOURCE_GROUP, "MCAST_JOIN_SOURCE_GROUP");
}

RawSocketOption LeaveOption(const GroupMembership& membership) {
  if (!membership.source) return AnySource(membership, MCAST_LEAVE_GROUP, "MCAST_LEAVE_GROUP");
  return OneSource(membership, MCAST_LEAVE_SOURCE_GROUP, "MCAST_LEAVE_SOURCE_GROUP");
}

SocketOptions SendingOptions(int family, const MulticastSending& sending,
                             const MulticastSending& before) {
  namespace option = socket_option;
  const bool v6 = family == AF_INET6;
  SocketOptions options;
  if (sending.interface != before.interface) {
    if (v6) {
      options.Set(option::kIpv6MulticastInterface, static_cast<int>(sending.interface));
    } else {
      ip_mreqn interface {};
      interface.imr_ifindex = static_cast<int>(sending.interface);
      options.Set(option::kMulticastInterface, interface);
    }
  }
  if (sending.hops != before.hops) {
    options.Set(v6 ? option::kIpv6MulticastHops : option::kMulticastTtl, sending.hops);
  }
  if (sending.loop != before.loop) {
    options.Set(v6 ? option::kIpv6MulticastLoop : option::kMulticastLoop, sending.loop);
  }
  return options;
}

std::string_view MulticastAdvice(const RawSocketOption& option, int error) {
  const bool v4 = option.level == IPPROTO_IP;
  const bool v6 = option.level == IPPROTO_IPV6;
  if (!v4 && !v6) return "";
  if (IsMembershipOption(option.name)) return MembershipAdvice(option, error);
  if (option.name == (v4 ? IP_MULTICAST_IF : IPV6_MULTICAST_IF) &&
      (error == EADDRNOTAVAIL || error == ENODEV)) {
    return "there is no such interface";
  }
  if (option.name == (v4 ? IP_MULTICAST_TTL : IPV6_MULTICAST_HOPS) && error == EINVAL) {
    return "it is a number of hops from 0 to 255";
  }
  return "";
}

}  // namespace backend
}  // namespace sluice
