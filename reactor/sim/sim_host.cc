#include "reactor/sim/sim_host.h"

#include <arpa/inet.h>

#include "reactor/base/check.h"

namespace sluice::sim {
namespace {

constexpr uint16_t kFirstPort = 32768;  // net.ipv4.ip_local_port_range
constexpr uint16_t kLastPort = 60999;

bool IsLoopback(const Endpoint& endpoint) {
  if (endpoint.family() == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(endpoint.address());
    return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
  }
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(endpoint.address());
  return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

}  // namespace

SimHost::SimHost(size_t host_number, const HostOptions& host_options)
    : number(host_number), options(host_options) {
  const std::string text = options.address.empty() ? "10." + std::to_string(number >> 16 & 255) +
                                                         "." + std::to_string(number >> 8 & 255) +
                                                         "." + std::to_string((number & 255) + 1)
                                                   : options.address;
  absl::StatusOr<Endpoint> parsed = Endpoint::Parse(text + ":0");
  SLUICE_CHECK(parsed.ok(), "a host's address is an IPv4 address");
  address_ = *parsed;
}

bool SimHost::Has(const Endpoint& endpoint) const {
  if (endpoint.is_unix() || IsLoopback(endpoint) || endpoint.is_any()) return true;
  Endpoint address = endpoint;
  address.set_port(0);
  return address == address_;
}

Endpoint SimHost::AddressFor(const Endpoint& peer) const {
  if (peer.is_unix()) return Endpoint::FromSockaddr(peer.address(), sizeof(sa_family_t));
  if (!IsLoopback(peer) && !peer.is_any()) {
    return peer.family() == AF_INET ? address_ : *Endpoint::Parse("[::1]:0");
  }
  Endpoint local = peer;
  local.set_port(0);
  if (!peer.is_any()) return local;
  return *Endpoint::Parse(peer.family() == AF_INET ? "127.0.0.1:0" : "[::1]:0");
}

uint16_t SimHost::TakePort() {
  for (int tries = kFirstPort; tries <= kLastPort; ++tries) {
    const uint16_t port = next_port_;
    next_port_ = port == kLastPort ? kFirstPort : static_cast<uint16_t>(port + 1);
    if (TakePort(port)) return port;
  }
  return 0;
}

bool SimHost::TakePort(uint16_t port) {
  if (ports_.test(port)) return false;
  ports_.set(port);
  return true;
}

}  // namespace sluice::sim
