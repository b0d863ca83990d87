// Where datagrams come from or go to: an address, and the interface they pass.
#ifndef SLUICE_APPS_CAST_PLACE_H_
#define SLUICE_APPS_CAST_PLACE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "reactor/backend/interfaces.h"
#include "reactor/base/endpoint.h"

namespace sluice::cast {

struct Place {
  Endpoint endpoint;
  NetworkInterface interface;        // index 0: whichever the kernel takes
  bool chosen_by_the_route = false;  // nobody named the interface

  std::string ToString() const;  // "239.1.2.3:9000 on eth0"
};

// An endpoint as people read it: an IPv6 interface by its name, "[fe80::1%eth0]:9000".
std::string EndpointText(const Endpoint& endpoint);
// Why nothing can pass the interface, and what to do; empty: it can.
std::string WhyUnusable(const NetworkInterface& interface);

// Each endpoint on each of the interfaces named (by name, address or index). A group for which none
// is named is on the one the routing table has for it: that is what the kernel takes, and nobody
// sees which. An endpoint that names its own ([ff02::1%eth0]:9000) is on that alone.
absl::StatusOr<std::vector<Place>> PlacesOf(const std::vector<Endpoint>& endpoints,
                                            const std::vector<std::string>& interfaces);

// The same address on that interface: an IPv6 one says which (sin6_scope_id, ipv6(7)).
Endpoint Scoped(const Endpoint& endpoint, uint32_t interface);

}  // namespace sluice::cast

#endif  // SLUICE_APPS_CAST_PLACE_H_
