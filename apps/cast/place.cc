#include "apps/cast/place.h"

#include <net/if.h>
#include <netinet/in.h>

#include <cstring>

#include "absl/status/status.h"
#include "reactor/backend/multicast.h"

namespace sluice::cast {
namespace {

sockaddr_in6 Ipv6Of(const Endpoint& endpoint) {
  sockaddr_in6 address{};
  std::memcpy(&address, endpoint.address(), sizeof(address));
  return address;
}

uint32_t ScopeOf(const Endpoint& endpoint) {
  return endpoint.family() == AF_INET6 ? Ipv6Of(endpoint).sin6_scope_id : 0;
}

absl::StatusOr<std::vector<NetworkInterface>> Find(const std::vector<std::string>& texts) {
  std::vector<NetworkInterface> found;
  for (const std::string& text : texts) {
    absl::StatusOr<NetworkInterface> interface = FindInterface(text);
    if (!interface.ok()) return interface.status();
    if (const std::string why = WhyUnusable(*interface); !why.empty()) {
      return absl::FailedPreconditionError(why);
    }
    found.push_back(*std::move(interface));
  }
  return found;
}

absl::StatusOr<Place> PlaceByItself(const Endpoint& endpoint) {
  if (const uint32_t scope = ScopeOf(endpoint); scope != 0) {
    absl::StatusOr<NetworkInterface> interface = FindInterface(std::to_string(scope));
    if (!interface.ok()) return interface.status();
    return Place{endpoint, *std::move(interface)};
  }
  if (!IsMulticast(endpoint)) return Place{endpoint, {}};
  absl::StatusOr<NetworkInterface> routed = InterfaceTowards(endpoint);
  if (absl::IsNotFound(routed.status())) {
    const bool v6 = endpoint.family() == AF_INET6;
    return absl::NotFoundError(
        "no route leads to " + endpoint.ToString() +
        ": name the interface (--interface, see sluice-cast interfaces), or add a route (ip " +
        (v6 ? "-6 route add multicast ff00::/8 dev eth0 table local)"
            : "route add 224.0.0.0/4 dev eth0)"));
  }
  if (!routed.ok()) return routed.status();
  return Place{Scoped(endpoint, routed->index), *routed, /*chosen_by_the_route=*/true};
}

}  // namespace

Endpoint Scoped(const Endpoint& endpoint, uint32_t interface) {
  if (endpoint.family() != AF_INET6 || !IsMulticast(endpoint)) return endpoint;
  sockaddr_in6 address = Ipv6Of(endpoint);
  address.sin6_scope_id = interface;
  return Endpoint::FromSockaddr(reinterpret_cast<const sockaddr*>(&address), sizeof(address));
}

std::string EndpointText(const Endpoint& endpoint) {
  std::string text = endpoint.ToString();
  char name[IF_NAMESIZE];
  const uint32_t scope = ScopeOf(endpoint);
  if (scope == 0 || if_indextoname(scope, name) == nullptr) return text;
  const size_t percent = text.find('%');
  return text.replace(percent + 1, text.find(']') - percent - 1, name);
}

std::string Place::ToString() const {
  const std::string text = Scoped(endpoint, 0).ToString();
  return interface.index == 0 ? text : text + " on " + interface.name;
}

std::string WhyUnusable(const NetworkInterface& interface) {
  if (interface.up) return "";
  return "interface " + interface.name + " is down: ip link set " + interface.name + " up";
}

absl::StatusOr<std::vector<Place>> PlacesOf(const std::vector<Endpoint>& endpoints,
                                            const std::vector<std::string>& interfaces) {
  absl::StatusOr<std::vector<NetworkInterface>> named = Find(interfaces);
  if (!named.ok()) return named.status();
  std::vector<Place> places;
  for (const Endpoint& endpoint : endpoints) {
    if (named->empty() || ScopeOf(endpoint) != 0) {
      absl::StatusOr<Place> place = PlaceByItself(endpoint);
      if (!place.ok()) return place.status();
      places.push_back(*std::move(place));
      continue;
    }
    for (const NetworkInterface& interface : *named) {
      places.push_back({Scoped(endpoint, interface.index), interface});
    }
  }
  return places;
}

}  // namespace sluice::cast
