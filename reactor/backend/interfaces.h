// The network interfaces of this host, by the names people use for them.
#ifndef SLUICE_REACTOR_BACKEND_INTERFACES_H_
#define SLUICE_REACTOR_BACKEND_INTERFACES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "reactor/base/endpoint.h"

namespace sluice {

struct InterfaceAddress {
  std::string label;  // "eth0:1"; the interface's name where it has none of its own
  Endpoint address;   // port 0
  int prefix_bits = 0;
  std::optional<Endpoint> broadcast{};  // port 0; IPv4 where the interface has one

  std::string ToString() const;  // "10.0.0.1/24"
};

struct NetworkInterface {
  std::string name;
  uint32_t index = 0;  // the kernel's number for it, from 1
  // netdevice(7): IFF_UP, IFF_LOOPBACK, IFF_MULTICAST, IFF_BROADCAST.
  bool up = false;
  bool loopback = false;
  bool multicast = false;
  bool broadcast = false;
  std::vector<InterfaceAddress> addresses{};
};

// By index. Fails only where the host has no means for it.
absl::StatusOr<std::vector<NetworkInterface>> ListInterfaces();

// By name ("eth0"), by the label of one of its addresses ("eth0:1"), by one of its addresses
// ("10.0.0.1", "fe80::1") or by index ("2"). NotFound names those there are.
absl::StatusOr<NetworkInterface> FindInterface(std::string_view text);

// The one through which the routing table sends to `destination`, a group, say: the kernel takes it
// where no interface is named. NotFound where no route leads there.
absl::StatusOr<NetworkInterface> InterfaceTowards(const Endpoint& destination);

}  // namespace sluice

#endif  // SLUICE_REACTOR_BACKEND_INTERFACES_H_
