// 0.0.0.0 and [::]: every address of the host.
#ifndef SLUICE_TOOLS_PROBE_WILDCARD_H_
#define SLUICE_TOOLS_PROBE_WILDCARD_H_

#include <netinet/in.h>

#include <cstring>

#include "reactor/base/endpoint.h"

namespace sluice::probe {

inline bool IsWildcard(const Endpoint& endpoint) {
  if (endpoint.family() == AF_INET) {
    sockaddr_in address;
    std::memcpy(&address, endpoint.address(), sizeof(address));
    return address.sin_addr.s_addr == INADDR_ANY;
  }
  if (endpoint.family() != AF_INET6) return false;
  sockaddr_in6 address;
  std::memcpy(&address, endpoint.address(), sizeof(address));
  return IN6_IS_ADDR_UNSPECIFIED(&address.sin6_addr);
}

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_WILDCARD_H_
