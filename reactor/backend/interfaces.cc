#include "reactor/backend/interfaces.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "reactor/backend/socket_util.h"

namespace sluice {
namespace {

Endpoint EndpointOf(const sockaddr& address) {
  return Endpoint::FromSockaddr(
      &address, address.sa_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in));
}

// "10.0.0.1", "fe80::1": without port, brackets and interface.
std::string HostText(const Endpoint& address) {
  std::string text = address.ToString();
  text.resize(text.rfind(':'));
  if (address.family() == AF_INET6) text = text.substr(1, text.find_first_of("%]") - 1);
  return text;
}

int PrefixBits(const sockaddr* mask) {
  if (mask == nullptr) return 0;
  int bits = 0;
  if (mask->sa_family == AF_INET6) {
    for (const uint8_t byte : reinterpret_cast<const sockaddr_in6*>(mask)->sin6_addr.s6_addr) {
      bits += std::popcount(byte);
    }
    return bits;
  }
  return std::popcount(reinterpret_cast<const sockaddr_in*>(mask)->sin_addr.s_addr);
}

// The kernel names an IPv4 address by its label, "eth0:1", where it has one (ip-address(8)); the
// interface is what stands before the colon, and both have its index.
NetworkInterface Described(const ifaddrs& entry) {
  char name[IF_NAMESIZE];
  const uint32_t index = if_nametoindex(entry.ifa_name);
  const bool named = if_indextoname(index, name) != nullptr;
  return {.name = named ? name : entry.ifa_name,
          .index = index,
          .up = (entry.ifa_flags & IFF_UP) != 0,
          .loopback = (entry.ifa_flags & IFF_LOOPBACK) != 0,
          .multicast = (entry.ifa_flags & IFF_MULTICAST) != 0,
          .broadcast = (entry.ifa_flags & IFF_BROADCAST) != 0};
}

InterfaceAddress AddressOf(const ifaddrs& entry) {
  InterfaceAddress address{.label = entry.ifa_name,
                           .address = EndpointOf(*entry.ifa_addr),
                           .prefix_bits = PrefixBits(entry.ifa_netmask)};
  if ((entry.ifa_flags & IFF_BROADCAST) != 0 && entry.ifa_broadaddr != nullptr &&
      entry.ifa_broadaddr->sa_family == AF_INET) {
    address.broadcast = EndpointOf(*entry.ifa_broadaddr);
  }
  return address;
}

bool IsCalled(const NetworkInterface& interface, std::string_view text) {
  if (interface.name == text || std::to_string(interface.index) == text) return true;
  return std::any_of(interface.addresses.begin(), interface.addresses.end(),
                     [&](const InterfaceAddress& address) {
                       return HostText(address.address) == text || address.label == text;
                     });
}

}  // namespace

std::string InterfaceAddress::ToString() const {
  return HostText(address) + "/" + std::to_string(prefix_bits);
}

absl::StatusOr<std::vector<NetworkInterface>> ListInterfaces() {
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) {
    return backend::ErrnoStatus(errno, "cannot list the network interfaces: getifaddrs");
  }
  const auto free_all = absl::MakeCleanup([first] { freeifaddrs(first); });
  // One entry an address, and one for the link itself (getifaddrs(3)).
  std::vector<NetworkInterface> interfaces;
  for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
    NetworkInterface described = Described(*entry);
    auto found = std::find_if(interfaces.begin(), interfaces.end(),
                              [&](const auto& one) { return one.name == described.name; });
    if (found == interfaces.end()) found = interfaces.insert(found, std::move(described));
    if (entry->ifa_addr == nullptr) continue;
    const int family = entry->ifa_addr->sa_family;
    if (family == AF_INET || family == AF_INET6) found->addresses.push_back(AddressOf(*entry));
  }
  std::sort(interfaces.begin(), interfaces.end(),
            [](const auto& a, const auto& b) { return a.index < b.index; });
  return interfaces;
}

absl::StatusOr<NetworkInterface> FindInterface(std::string_view text) {
  absl::StatusOr<std::vector<NetworkInterface>> interfaces = ListInterfaces();
  if (!interfaces.ok()) return interfaces.status();
  // Whatever way the address is written.
  absl::StatusOr<Endpoint> address = Endpoint::Parse("[" + std::string(text) + "]:0");
  const std::string wanted = address.ok() ? HostText(*address) : std::string(text);
  std::string names;
  for (const NetworkInterface& interface : *interfaces) {
    if (IsCalled(interface, wanted)) return interface;
    names += (names.empty() ? "" : ", ") + interface.name;
  }
  return absl::NotFoundError("no interface of this host is called \"" + std::string(text) +
                             "\" or has that address or index; there are " + names);
}

}  // namespace sluice
