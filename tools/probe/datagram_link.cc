#include "tools/probe/datagram_link.h"

#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "reactor/backend/socket_util.h"

namespace sluice::probe {
namespace {

// The address this host would send from: what getsockname(2) says once a socket is connected to
// `remote`, which sends nothing.
absl::StatusOr<Endpoint> AddressTowards(const Endpoint& remote) {
  const int fd = socket(remote.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return backend::ErrnoStatus(errno, "cannot open a datagram socket");
  const auto close_fd = absl::MakeCleanup([fd] { close(fd); });
  // Else a broadcast address is refused, though nothing is sent.
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on));
  if (connect(fd, remote.address(), remote.size()) != 0) {
    return backend::ErrnoStatus(errno, "cannot send to " + remote.ToString());
  }
  Endpoint local = backend::LocalEndpointOf(fd);
  local.set_port(0);
  return local;
}

// A refused datagram is heard of by its ICMP answer only where the socket asked for it (ip(7)).
inline constexpr SocketOption<bool> kReceiveErrors{IPPROTO_IP, IP_RECVERR, "IP_RECVERR"};
inline constexpr SocketOption<bool> kReceiveErrors6{IPPROTO_IPV6, IPV6_RECVERR, "IPV6_RECVERR"};

SocketOptions OptionsFor(const Endpoint& endpoint) {
  SocketOptions options;
  options.Set(socket_option::kBroadcast, true);
  if (endpoint.family() == AF_INET) options.Try(kReceiveErrors, true);
  if (endpoint.family() == AF_INET6) options.Try(kReceiveErrors6, true);
  return options;
}

}  // namespace

class DatagramLink::Receiver : public DatagramHandler {
 public:
  explicit Receiver(DatagramLink& link) : link_(link) {}

  void OnDatagrams(DatagramSocket&, absl::Span<const Datagram> batch) override {
    for (const Datagram& datagram : batch) link_.Take(datagram);
    link_.TellLosses();
  }
  void OnError(DatagramSocket&, int error) override {
    link_.journal_.Note("an earlier datagram came to nothing: " + backend::ErrnoText(error) +
                        (error == ECONNREFUSED ? ": nobody has that port" : ""));
  }
  void OnClose(DatagramSocket&) override {
    link_.socket_ = nullptr;
    link_.Over();
  }

 private:
  DatagramLink& link_;
};

absl::StatusOr<Endpoint> DatagramLink::OwnEndpoint() const {
  if (options_.kind == LinkKind::kUdpListen) return options_.endpoint;
  if (options_.endpoint.is_ip()) return AddressTowards(options_.endpoint);
  // A name of our own, so that we can be answered.
  return Endpoint::Parse("unix:@sluice-probe-" + std::to_string(getpid()));
}

absl::Status DatagramLink::Start() {
  absl::StatusOr<Endpoint> own = OwnEndpoint();
  if (!own.ok()) return own.status();
  DatagramSocketOptions socket_options;
  // What is sent is seen by firewalls and captures as it was sent.
  socket_options.trains = false;
  socket_options.socket = OptionsFor(*own);
  absl::StatusOr<DatagramSocket*> socket =
      loop_.Bind(*own, std::move(socket_options), std::make_unique<Receiver>(*this));
  if (!socket.ok()) return socket.status();
  socket_ = *socket;
  if (options_.kind == LinkKind::kUdpListen) {
    journal_.Listening(socket_->endpoint());
  } else {
    PeerAt(options_.endpoint);
  }
  return absl::OkStatus();
}

DatagramLink::Known& DatagramLink::PeerAt(const Endpoint& remote) {
  const auto known = numbers_.find(remote);
  return known != numbers_.end() ? peers_.at(known->second) : NewPeer(remote);
}

DatagramLink::Known& DatagramLink::NewPeer(const Endpoint& remote) {
  if (peers_.size() == kPeersMax) ForgetTheMostSilent();
  const int number = ++last_number_;
  Known& known = peers_[number];
  Peer& peer = known.peer;
  peer.number = number;
  peer.local = socket_->endpoint();
  peer.remote = remote;
  if (peer.local.is_any()) {
    if (absl::StatusOr<Endpoint> local = AddressTowards(remote); local.ok()) {
      local->set_port(peer.local.port());
      peer.local = *local;
    }
  }
  numbers_.emplace(remote, number);
  journal_.Opened(peer);
  // Not from within Start: who waits for it may not be there yet.
  loop_.Post([this] { Ready(); });
  return known;
}

void DatagramLink::Heard(Known& known) {
  if (!IsServer(options_.kind) && known.peer.number == 1) return;
  by_silence_.erase(known.heard);
  known.heard = ++last_heard_;
  by_silence_.emplace(known.heard, known.peer.number);
}

void DatagramLink::ForgetTheMostSilent() {
  Close(by_silence_.begin()->second);
}

void DatagramLink::Take(const Datagram& datagram) {
  Known& known = PeerAt(*datagram.peer);
  Heard(known);
  journal_.Received(known.peer, datagram.bytes, datagram.wire_bytes);
  if (options_.echo) Echo(known, datagram.bytes);
}

// Two echo servers whose addresses someone forged into each other's datagrams would answer one
// another for ever (CVE-2024-2169). Such a pair has one port number, or a port of the system's
// services, or sends back what it was sent.
void DatagramLink::Echo(Known& known, std::string_view bytes) {
  constexpr uint16_t kUserPort = 1024;
  const Endpoint& remote = known.peer.remote;
  const bool own_kind =
      remote.is_ip() && (remote.port() == socket_->endpoint().port() || remote.port() < kUserPort);
  if (!own_kind && known.echoes.MayEcho(bytes, loop_.now())) {
    Send(known.peer.number, bytes);
    return;
  }
  journal_.Note("#" + std::to_string(known.peer.number) +
                " is not echoed, it may be an echo itself (" + std::to_string(++echoes_withheld_) +
                " so far)");
}

size_t DatagramLink::Send(int peer, std::string_view bytes) {
  if (socket_ == nullptr) return 0;
  size_t count = 0;
  for (auto& [number, known] : peers_) {
    Peer& to = known.peer;
    if (peer != kAllPeers && number != peer) continue;
    // A client's strangers are not meant by "all".
    if (peer == kAllPeers && !IsServer(options_.kind) && number != 1) continue;
    if (!socket_->Send(to.remote, bytes)) continue;
    journal_.Sent(to, bytes);
    ++count;
  }
  if (!look_.armed()) look_.ArmAfter(kLookAfter);
  return count;
}

void DatagramLink::TellLosses() {
  if (socket_ == nullptr) return;
  const DatagramStats& stats = socket_->stats();
  if (const uint64_t lost = stats.kernel_drops - std::exchange(drops_told_, stats.kernel_drops)) {
    journal_.Note(std::to_string(lost) +
                  " datagrams came and were lost: the receive buffer is full");
  }
  if (const uint64_t refused = stats.refused - std::exchange(refusals_told_, stats.refused)) {
    journal_.Error(std::to_string(refused) +
                   " datagrams were refused: " + backend::ErrnoText(socket_->last_send_error()));
  }
}

void DatagramLink::Close(int peer) {
  if (peer == kAllPeers) {
    if (socket_ != nullptr) socket_->Close();
    return;
  }
  const auto node = peers_.extract(peer);
  if (node.empty()) return;
  numbers_.erase(node.mapped().peer.remote);
  by_silence_.erase(node.mapped().heard);
  journal_.Forgotten(node.mapped().peer);
}

std::vector<Peer> DatagramLink::peers() const {
  std::vector<Peer> all;
  for (const auto& [number, known] : peers_) all.push_back(known.peer);
  return all;
}

size_t DatagramLink::unsent_bytes() const {
  return socket_ == nullptr ? 0 : socket_->unsent_bytes();
}

}  // namespace sluice::probe
