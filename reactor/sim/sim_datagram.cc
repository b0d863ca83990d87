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

bool IsMulticast(const Endpoint& endpoint) {
  if (endpoint.family() != AF_INET) {
    return endpoint.family() == AF_INET6 &&
           reinterpret_cast<const sockaddr_in6*>(endpoint.address())->sin6_addr.s6_addr[0] == 0xff;
  }
  const auto* v4 = reinterpret_cast<const sockaddr_in*>(endpoint.address());
  return IN_MULTICAST(ntohl(v4->sin_addr.s_addr));
}

bool IsBroadcast(const Endpoint& endpoint) {
  if (endpoint.family() != AF_INET) return false;
  return reinterpret_cast<const sockaddr_in*>(endpoint.address())->sin_addr.s_addr ==
         INADDR_BROADCAST;
}

}  // namespace

int SimNetwork::Bind(SimHost& host, const Endpoint& endpoint, bool reuse_port, SocketRef ref,
                     DatagramKey* key) {
  if (!IsMulticast(endpoint) && !host.Has(endpoint)) return -EADDRNOTAVAIL;
  Endpoint bound = endpoint;
  const auto taken = [&](uint16_t port) {
    return std::any_of(host.datagram_sockets.begin(), host.datagram_sockets.end(), [&](auto other) {
      const DatagramSocket& socket = datagrams_.Live(other.index);
      return socket.local.family() == bound.family() && socket.local.port() == port &&
             !(reuse_port && socket.reuse_port);
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
  socket->reuse_port = reuse_port;
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
  if (from.is_ip() && socket.host->Has(from) && source.is_ip()) {
    from = source;
    from.set_port(socket.local.port());
  }
  Trace("UDP", from, peer, bytes);
  const bool to_many = IsMulticast(peer) || IsBroadcast(peer);
  SimHost* single = to_many ? nullptr : HostOf(*socket.host, peer);
  for (const auto& host : hosts_) {
    if (!to_many && host.get() != single) continue;
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
    if (Fits(socket, datagram.to)) fitting.push_back(&socket);
  }
  if (fitting.empty()) return;
  if (to_many) {
    for (DatagramSocket* socket : fitting) Deliver(*socket, datagram.from, datagram.bytes);
  } else {
    // SO_REUSEPORT: by the sender, so that its datagrams stay together (socket(7)).
    Deliver(*fitting[datagram.from.port() % fitting.size()], datagram.from, datagram.bytes);
  }
}

bool SimNetwork::Fits(const DatagramSocket& socket, const Endpoint& to) {
  if (to.is_unix()) return socket.local == to;
  if (socket.local.port() != to.port() || socket.local.family() != to.family()) return false;
  if (!IsMulticast(to)) return true;
  Endpoint group = to;
  group.set_port(0);
  return std::find(socket.groups.begin(), socket.groups.end(), group) != socket.groups.end();
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

void SimNetwork::JoinGroup(DatagramKey key, const Endpoint& group, bool joined) {
  std::vector<Endpoint>& groups = datagrams_.Live(key.index).groups;
  std::erase(groups, group);
  if (joined) groups.push_back(group);
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
