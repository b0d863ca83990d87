// SimNetwork: datagrams, which are lost, doubled and overtaken.
#include <algorithm>
#include <cerrno>
#include <utility>

#include "reactor/base/check.h"
#include "reactor/sim/sim_network.h"

namespace sluice::sim {
namespace {

constexpr size_t kDatagramPayloadMax = 65507;  // IPv4: 65,535 less its header and UDP's
constexpr size_t kBookkeepingBytes = 768;      // what the kernel charges besides the payload

bool IsBroadcast(const Endpoint& endpoint) {
  if (endpoint.family() != AF_INET) return false;
  return reinterpret_cast<const sockaddr_in*>(endpoint.address())->sin_addr.s_addr ==
         INADDR_BROADCAST;
}

Endpoint WithoutPort(Endpoint endpoint) {
  if (endpoint.is_ip()) endpoint.set_port(0);
  return endpoint;
}

}  // namespace

int SimNetwork::Bind(SimHost& host, const Endpoint& endpoint, const DatagramOptions& options,
                     SocketRef ref, DatagramKey* key) {
  if (!IsMulticast(endpoint) && !IsBroadcast(endpoint) && !host.Has(endpoint)) {
    return -EADDRNOTAVAIL;
  }
  Endpoint bound = endpoint;
  const auto taken = [&](uint16_t port) {
    return std::any_of(host.datagram_sockets.begin(), host.datagram_sockets.end(), [&](auto other) {
      const DatagramSocket& socket = datagrams_.Live(other.index);
      return socket.local.family() == bound.family() && socket.local.port() == port &&
             !(options.reuse_port && socket.reuse_port) &&
             !(options.reuse_address && socket.reuse_address);
    });
  };
  if (bound.is_ip() && bound.port() == 0) {
    uint16_t port = 32768;
    while (taken(port)) {
      if (++port == 61000) return -EADDRINUSE;
    }
    bound.set_port(port);
  } else if (bound.is_ip() && taken(bound.port())) {
    return -EADDRINUSE;
  }
  const auto [new_key, socket] = datagrams_.Emplace();
  socket->host = &host;
  socket->local = bound;
  socket->ref = ref;
  socket->self = new_key;
  socket->reuse_port = options.reuse_port;
  socket->reuse_address = options.reuse_address;
  socket->receive_buffer = 212'992;  // net.core.rmem_default
  host.datagram_sockets.push_back(new_key);
  *key = new_key;
  return 0;
}

int SimNetwork::SendTo(DatagramKey key, const Endpoint& peer, std::string_view bytes) {
  DatagramSocket& socket = datagrams_.Live(key.index);
  if (bytes.size() > kDatagramPayloadMax) return -EMSGSIZE;
  if (IsBroadcast(peer) && !socket.broadcast) return -EACCES;
  if (faults_.Happens(Fault::kSendToRefused))
    return faults_.prng().Chance(1, 2) ? -ENOBUFS : -EPERM;
  Endpoint from = socket.local;
  const Endpoint source = socket.host->AddressFor(peer);
  if (from.is_ip() && (socket.host->Has(from) || IsMulticast(from)) && source.is_ip()) {
    from = source;
    from.set_port(socket.local.port());
  }
  Trace("UDP", from, peer, bytes);
  const bool to_many = IsMulticast(peer) || IsBroadcast(peer);
  SimHost* single = to_many ? nullptr : HostOf(*socket.host, peer);
  for (const auto& host : hosts_) {
    if (to_many ? !Leaves(socket, peer, *host) : host.get() != single) continue;
    if (!Passes(*socket.host, *host) || faults_.Happens(Fault::kDatagramLoss)) continue;
    const int copies = faults_.Happens(Fault::kDatagramDuplicate) ? 2 : 1;
    for (int copy = 0; copy < copies; ++copy) {
      Duration delay = Delay(*socket.host, *host, bytes.size() + 42);
      if (faults_.Happens(Fault::kDatagramReorder)) {
        delay += options_.latency * faults_.prng().Between(1, 8);
      }
      const auto [flight, datagram] = in_flight_.Emplace();
      *datagram = {from, peer, host.get(), std::string(bytes)};
      events_.Schedule(delay, *this, kDatagramArrives, flight.index);
    }
  }
  return 0;
}

void SimNetwork::DatagramArrives(uint64_t number) {
  const auto index = static_cast<uint32_t>(number);
  const InFlight datagram = std::move(in_flight_.Live(index));
  in_flight_.Erase(index);
  const bool to_many = IsMulticast(datagram.to) || IsBroadcast(datagram.to);
  std::vector<DatagramSocket*> fitting;
  for (const DatagramKey key : datagram.host->datagram_sockets) {
    DatagramSocket& socket = datagrams_.Live(key.index);
    if (Fits(socket, datagram.from, datagram.to)) fitting.push_back(&socket);
  }
  if (fitting.empty()) return;
  if (to_many) {
    for (DatagramSocket* socket : fitting) Deliver(*socket, datagram.from, datagram.bytes);
  } else {
    // SO_REUSEPORT: by the sender, so that its datagrams stay together (socket(7)). SO_REUSEADDR:
    // the last one bound.
    const size_t chosen =
        fitting.back()->reuse_port ? datagram.from.port() % fitting.size() : fitting.size() - 1;
    Deliver(*fitting[chosen], datagram.from, datagram.bytes);
  }
}

// Whether what `socket` sends to many is for that host: groups have their hops and their loop.
bool SimNetwork::Leaves(const DatagramSocket& socket, const Endpoint& peer,
                        const SimHost& for_host) const {
  if (!IsMulticast(peer)) return true;
  return &for_host == socket.host ? socket.loop : socket.hops != 0;
}

bool SimNetwork::Fits(const DatagramSocket& socket, const Endpoint& from, const Endpoint& to) {
  if (to.is_unix()) return socket.local == to;
  if (socket.local.port() != to.port() || socket.local.family() != to.family()) return false;
  // A socket bound to an address hears what comes to just that (ip(7)), also where it is a group.
  const bool to_many = IsMulticast(to) || IsBroadcast(to);
  const bool bound_to_many = IsMulticast(socket.local) || IsBroadcast(socket.local);
  if ((to_many || bound_to_many) && !socket.local.is_any() && !(socket.local == to)) return false;
  return !IsMulticast(to) || Hears(socket, from, WithoutPort(to));
}

bool SimNetwork::Hears(const DatagramSocket& socket, const Endpoint& from, const Endpoint& group) {
  for (const Membership& membership : socket.memberships) {
    if (!(membership.group == group)) continue;
    const std::vector<Endpoint>& sources = membership.sources;
    return sources.empty() ||
           std::find(sources.begin(), sources.end(), WithoutPort(from)) != sources.end();
  }
  return false;
}

void SimNetwork::Deliver(DatagramSocket& socket, const Endpoint& from, std::string_view bytes) {
  const size_t charged = bytes.size() + kBookkeepingBytes;
  if (socket.queued_bytes + charged > socket.receive_buffer) {
    ++socket.drops;
    faults_.Count(Fault::kDatagramOverflow);
    return;
  }
  socket.queued_bytes += charged;
  socket.queue.push_back({from, std::string(bytes)});
  if (socket.ref.owner != nullptr) socket.ref.owner->OnReadable(socket.ref.socket);
}

SimNetwork::Arrived SimNetwork::TakeDatagram(DatagramKey key) {
  DatagramSocket& socket = datagrams_.Live(key.index);
  SLUICE_CHECK(!socket.queue.empty(), "no datagram has arrived");
  Arrived datagram = std::move(socket.queue.front());
  socket.queue.pop_front();
  socket.queued_bytes -= datagram.bytes.size() + kBookkeepingBytes;
  return datagram;
}

void SimNetwork::SetDatagramReceiveBuffer(DatagramKey key, uint32_t bytes) {
  datagrams_.Live(key.index).receive_buffer = bytes;
}

int SimNetwork::JoinGroup(DatagramKey key, const GroupMembership& asked) {
  if (asked.interface > kInterface) return -ENODEV;
  std::vector<Membership>& memberships = datagrams_.Live(key.index).memberships;
  const Endpoint group = WithoutPort(asked.group);
  auto found = std::find_if(memberships.begin(), memberships.end(),
                            [&](const Membership& one) { return one.group == group; });
  if (!asked.source) {
    if (found != memberships.end()) return -EADDRINUSE;
    memberships.push_back({group, {}});
    return 0;
  }
  if (found == memberships.end()) found = memberships.insert(found, {group, {}});
  const Endpoint source = WithoutPort(*asked.source);
  if (std::find(found->sources.begin(), found->sources.end(), source) != found->sources.end()) {
    return -EADDRNOTAVAIL;
  }
  found->sources.push_back(source);
  return 0;
}

int SimNetwork::LeaveGroup(DatagramKey key, const GroupMembership& asked) {
  std::vector<Membership>& memberships = datagrams_.Live(key.index).memberships;
  const Endpoint group = WithoutPort(asked.group);
  const auto found = std::find_if(memberships.begin(), memberships.end(),
                                  [&](const Membership& one) { return one.group == group; });
  if (found == memberships.end()) return asked.source ? -EINVAL : -EADDRNOTAVAIL;
  if (asked.source && std::erase(found->sources, WithoutPort(*asked.source)) == 0) {
    return -EADDRNOTAVAIL;
  }
  if (!asked.source || found->sources.empty()) memberships.erase(found);
  return 0;
}

void SimNetwork::AllowBroadcast(DatagramKey key, bool allowed) {
  datagrams_.Live(key.index).broadcast = allowed;
}

void SimNetwork::CloseDatagram(DatagramKey key) {
  DatagramSocket& socket = datagrams_.Live(key.index);
  std::erase(socket.host->datagram_sockets, key);
  datagrams_.Erase(key.index);
}

}  // namespace sluice::sim
