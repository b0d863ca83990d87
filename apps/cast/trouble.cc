#include "apps/cast/trouble.h"

#include <cerrno>
#include <cstring>
#include <vector>

namespace sluice::cast {
namespace {

// "10.0.0.255 is the broadcast address of eth0" as far as this host knows.
std::string BroadcastText(const Endpoint& endpoint) {
  const std::string text = endpoint.ToString();
  const std::string address = text.substr(0, text.rfind(':'));
  const absl::StatusOr<std::vector<NetworkInterface>> interfaces = ListInterfaces();
  if (!interfaces.ok()) return address + " is a broadcast address";
  for (const NetworkInterface& interface : *interfaces) {
    for (const InterfaceAddress& own : interface.addresses) {
      if (!own.broadcast) continue;
      const std::string broadcast = own.broadcast->ToString();
      if (broadcast.substr(0, broadcast.rfind(':')) == address) {
        return address + " is the broadcast address of " + interface.name;
      }
    }
  }
  return address + " is a broadcast address";
}

std::string Reason(int error, const Place& place, bool broadcast) {
  switch (error) {
    case EACCES:
      if (broadcast) return "a firewall rule or a prohibiting route of this host forbids it";
      return BroadcastText(place.endpoint) +
             ", and the kernel lets a socket send to everybody at once only after it asked for "
             "that "
             "(SO_BROADCAST): give --broadcast";
    case EPERM:
      return "a firewall rule of this host forbids it (nft list ruleset, iptables -L)";
    case ENETUNREACH:
    case EHOSTUNREACH:
      return "no route leads there: name the interface (--interface, see sluice-cast interfaces), "
             "or add a route";
    case EADDRNOTAVAIL:
    case ENODEV:
      return "the interface has no address of this family to send from (a fresh IPv6 address takes "
             "a "
             "second or two)";
    case ENETDOWN:
      return "the interface is down: ip link set " + place.interface.name + " up";
    case EMSGSIZE:
      return "a datagram is too long: 65,507 bytes at most over IPv4, and less where the path "
             "forbids fragments";
    case ENOBUFS:
      return "the interface's queue is full: send slower (--interval)";
    default:
      return "the kernel refuses";
  }
}

}  // namespace

absl::Status WhyNotSent(int error, const Place& place, bool broadcast) {
  const char* name = strerrorname_np(error);
  return absl::Status(absl::ErrnoToStatusCode(error),
                      "cannot send to " + place.ToString() + ": " +
                          (name == nullptr ? std::to_string(error) : name) + ": " +
                          Reason(error, place, broadcast));
}

bool MayPass(int error) {
  return error == ENETDOWN || error == ENOBUFS || error == ENETUNREACH || error == EHOSTUNREACH ||
         error == EADDRNOTAVAIL || error == ENODEV;
}

}  // namespace sluice::cast
