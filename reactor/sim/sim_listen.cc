// SimNetwork: the handshake and the two queues behind listen(2), by the rules of Linux
// (net/ipv4/tcp_input.c tcp_conn_request, tcp_minisocks.c tcp_check_req, syncookies.c).
#include <algorithm>
#include <cerrno>

#include "reactor/base/check.h"
#include "reactor/sim/sim_network.h"

namespace sluice::sim {
namespace {

constexpr Duration kFirstTimeout = std::chrono::seconds(1);  // TCP_TIMEOUT_INIT
constexpr Duration kTimeoutMax = std::chrono::seconds(120);  // TCP_RTO_MAX

Duration Doubled(int times) {
  return times > 6 ? kTimeoutMax : kFirstTimeout * (int64_t{1} << times);
}

// How long a client waits after its SYN number `tries`, from 0: the first ones are not doubled
// (tcp_syn_linear_timeouts; net/ipv4/tcp_timer.c, tcp_retransmit_timer).
Duration SynTimeout(const HostOptions& options, int tries) {
  return Doubled(std::max(0, tries - options.tcp_syn_linear_timeouts));
}

// Whether a client gives up instead of sending SYN number `tries` + 1: there were tcp_syn_retries
// and the linear ones, or it took as long as tcp_syn_retries doubled ones alone would
// (net/ipv4/tcp_timer.c, tcp_write_timeout, retransmits_timed_out, tcp_model_timeout).
bool GivesUp(const HostOptions& options, int tries) {
  const int retries = options.tcp_syn_retries;
  if (tries >= retries + options.tcp_syn_linear_timeouts) return true;
  Duration elapsed{0}, longest{0};
  for (int i = 0; i <= tries; ++i) elapsed += SynTimeout(options, i);
  for (int i = 0; i <= retries; ++i) longest += Doubled(i);
  return tries > 0 && elapsed >= longest;
}

}  // namespace

SimNetwork::Listener* SimNetwork::FindListener(ListenerKey key) {
  Listener* listener = listeners_.Find(key);
  SLUICE_CHECK(listener != nullptr, "this listener is closed");
  return listener;
}

int SimNetwork::Listen(SimHost& host, const Endpoint& endpoint, int backlog, bool reuse_port,
                       SocketRef ref, ListenerKey* key) {
  if (!host.Has(endpoint)) return -EADDRNOTAVAIL;
  Endpoint bound = endpoint;
  if (bound.is_ip() && bound.port() == 0) {
    const uint16_t port = host.TakePort();
    if (port == 0) return -EADDRINUSE;
    bound.set_port(port);
  } else {
    bool shared = false;
    for (const ListenerKey other : host.listeners) {
      const Listener& listener = *FindListener(other);
      const bool same = bound.is_ip() && listener.endpoint.is_ip()
                            ? listener.endpoint.port() == bound.port() &&
                                  listener.endpoint.family() == bound.family()
                            : listener.endpoint == bound;
      if (!same) continue;
      if (!reuse_port || !listener.reuse_port) return -EADDRINUSE;
      shared = true;
    }
    if (bound.is_ip() && !shared) host.TakePort(bound.port());
  }
  const auto [new_key, listener] = listeners_.Emplace();
  listener->host = &host;
  listener->endpoint = bound;
  listener->ref = ref;
  listener->self = new_key;
  // A negative backlog is a large unsigned one (net/socket.c, __sys_listen).
  listener->limit = std::min<uint32_t>(static_cast<uint32_t>(backlog), host.options.somaxconn);
  listener->reuse_port = reuse_port;
  host.listeners.push_back(new_key);
  *key = new_key;
  return 0;
}

// Of several with SO_REUSEPORT the one that the client's address says, each time it asks
// (socket(7)).
SimNetwork::Listener* SimNetwork::ListenerFor(SimHost& host, const Endpoint& endpoint,
                                              uint16_t client_port) {
  std::vector<Listener*> fitting;
  for (const ListenerKey key : host.listeners) {
    Listener* listener = FindListener(key);
    const bool fits = endpoint.is_ip() && listener->endpoint.is_ip()
                          ? listener->endpoint.port() == endpoint.port() &&
                                listener->endpoint.family() == endpoint.family()
                          : listener->endpoint == endpoint;
    if (fits) fitting.push_back(listener);
  }
  if (fitting.empty()) return nullptr;
  return fitting[client_port % fitting.size()];
}

void SimNetwork::CloseListener(ListenerKey key) {
  Listener* listener = FindListener(key);
  SimHost& host = *listener->host;
  // What nobody accepted is reset; half-open entries answer nobody any more.
  const std::deque<StreamKey> waiting = std::move(listener->accept_queue);
  std::erase(host.listeners, key);
  if (listener->endpoint.is_ip()) {
    const uint16_t port = listener->endpoint.port();
    const bool shared = std::any_of(host.listeners.begin(), host.listeners.end(), [&](auto other) {
      return FindListener(other)->endpoint.port() == port;
    });
    if (!shared) host.FreePort(port);
  }
  listeners_.Erase(key.index);
  for (const StreamKey stream : waiting) Close(stream, /*reset=*/true);
}

int SimNetwork::Accept(ListenerKey key, SocketRef ref, StreamKey* stream) {
  Listener& listener = *FindListener(key);
  if (listener.accept_queue.empty()) return -EAGAIN;
  *stream = listener.accept_queue.front();
  listener.accept_queue.pop_front();
  streams_.Live(stream->index).ref = ref;
  return 0;
}

int SimNetwork::Connect(SimHost& host, const Endpoint& endpoint, SocketRef ref, StreamKey* key) {
  if (faults_.Happens(Fault::kConnectRefused)) {
    constexpr int kErrors[] = {ECONNREFUSED, EHOSTUNREACH, ENETUNREACH};
    return -kErrors[faults_.prng().Between(0, 2)];
  }
  SimHost* server = HostOf(host, endpoint);
  if (server == nullptr) return -ENETUNREACH;
  Endpoint local = host.AddressFor(endpoint);
  if (endpoint.is_ip()) {
    const uint16_t port = host.TakePort();
    if (port == 0) return -EADDRNOTAVAIL;
    local.set_port(port);
  } else if (ListenerFor(*server, endpoint, 0) == nullptr) {
    return endpoint.unix_file().empty() ? -ECONNREFUSED : -ENOENT;
  }
  const auto [new_key, client] = streams_.Emplace();
  client->host = &host;
  client->self = new_key;
  client->local = local;
  client->remote = endpoint;
  client->ref = ref;
  client->holds_port = endpoint.is_ip();
  client->receive_buffer = options_.receive_buffer_bytes;
  client->send_buffer = options_.send_buffer_bytes;
  *key = new_key;
  SendSyn(*client);
  return 0;
}

bool SimNetwork::HandshakePacketLost(const SimHost& from, const SimHost& to) {
  return !Passes(from, to) || faults_.Happens(Fault::kHandshakeLoss);
}

void SimNetwork::SendSyn(Stream& client) {
  events_.Schedule(SynTimeout(client.host->options, client.tries), *this, kSynTimer,
                   ToSubject(client.self));
  SimHost* server = HostOf(*client.host, client.remote);
  Trace("SYN", client.local, client.remote);
  if (server != nullptr && !HandshakePacketLost(*client.host, *server)) {
    SendHandshake(*client.host, *server, kSynArrives, client.self,
                  static_cast<uint32_t>(server->number));
  }
}

void SimNetwork::SynTimer(StreamKey key) {
  Stream* client = FindStream(key);
  if (client == nullptr || client->state != State::kSynSent) return;
  if (GivesUp(client->host->options, client->tries)) {
    Refuse(key, ETIMEDOUT);
    return;
  }
  ++client->tries;
  ++client->host->counters.syn_retransmits;
  SendSyn(*client);
}

void SimNetwork::Refuse(StreamKey key, int error) {
  Stream* client = FindStream(key);
  if (client == nullptr || client->state != State::kSynSent) return;
  client->state = State::kReset;
  if (client->ref.owner != nullptr) client->ref.owner->OnConnected(client->ref.socket, error);
}

// tcp_conn_request: false where the SYN is dropped; a cookie answers it without remembering it.
bool SimNetwork::Admit(Listener& listener, bool* cookie) {
  SimHost& host = *listener.host;
  const HostOptions& sysctl = host.options;
  const size_t half_open = listener.requests.size();
  // inet_csk_reqsk_queue_is_full
  const bool full =
      sysctl.syn_queue_full_at_limit ? half_open >= listener.limit : half_open > listener.limit;
  if (sysctl.tcp_syncookies == 2 || full) {
    if (sysctl.tcp_syncookies == 0) {
      ++host.counters.request_queue_full_drop;
      return false;
    }
    *cookie = true;
    ++host.counters.request_queue_full_cookies;
  }
  if (listener.accept_queue.size() > listener.limit) {  // sk_acceptq_is_full
    ++host.counters.listen_overflows;
    return false;
  }
  // The last quarter is kept for clients that are known already.
  const uint32_t backlog = sysctl.tcp_max_syn_backlog;
  const bool reserved = half_open > backlog || backlog - half_open < backlog >> 2;
  return *cookie || sysctl.tcp_syncookies != 0 || !reserved;
}

void SimNetwork::SynArrives(StreamKey key, SimHost& to, const Endpoint& endpoint) {
  Stream* client = FindStream(key);
  if (client == nullptr || client->state != State::kSynSent) return;
  Listener* listener = ListenerFor(to, endpoint, client->local.port());
  if (listener == nullptr) {
    Trace("RST", endpoint, client->local);
    if (!Passes(to, *client->host)) return;
    SendHandshake(to, *client->host, kRefusedArrives, key, ECONNREFUSED);
    return;
  }
  if (client->request != 0 && listener->requests.contains(client->request)) {
    // A SYN repeated (tcp_check_req).
    ++to.counters.syn_retransmits;
    SendSynAck(*listener, client->request);
    return;
  }
  bool cookie = false;
  if (!Admit(*listener, &cookie)) {
    ++to.counters.listen_drops;
    return;
  }
  client->listener = listener->self;
  if (cookie) {
    ++to.counters.syncookies_sent;
    Trace("SYN-ACK", endpoint, client->local);
    if (HandshakePacketLost(to, *client->host)) return;
    SendHandshake(to, *client->host, kSynAckArrives, key, 0);
    return;
  }
  client->request = HoldRequest(*listener, key);
  SendSynAck(*listener, client->request);
}

// Puts a connection into the SYN queue; `client` none: injected. Returns its number there.
uint32_t SimNetwork::HoldRequest(Listener& listener, StreamKey client) {
  const uint32_t number = next_request_++;
  listener.requests[number].client = client;
  ++listener.young;
  events_.Schedule(kFirstTimeout, *this, kSynAckTimer, ToSubject(listener.self), number);
  return number;
}

void SimNetwork::DropRequest(Listener& listener, uint32_t number) {
  const auto found = listener.requests.find(number);
  if (found->second.tries == 0) --listener.young;
  listener.requests.erase(found);
}

void SimNetwork::InjectSyn(SimHost& to, uint16_t port) {
  Endpoint endpoint = to.AddressFor(*Endpoint::Parse("127.0.0.1:0"));
  endpoint.set_port(port);
  Listener* listener = ListenerFor(to, endpoint, static_cast<uint16_t>(faults_.prng().Next()));
  if (listener == nullptr) return;
  bool cookie = false;
  if (!Admit(*listener, &cookie)) {
    ++to.counters.listen_drops;
  } else if (cookie) {
    ++to.counters.syncookies_sent;
  } else {
    HoldRequest(*listener, {});
  }
}

void SimNetwork::SendSynAck(Listener& listener, uint32_t number) {
  const Request& request = listener.requests[number];
  Stream* client = FindStream(request.client);
  if (client == nullptr) return;  // injected, or gone: nobody answers
  Trace("SYN-ACK", client->remote, client->local);
  if (HandshakePacketLost(*listener.host, *client->host)) return;
  SendHandshake(*listener.host, *client->host, kSynAckArrives, request.client, number);
}

// How often the SYN-ACK of an entry is repeated before the entry goes. Half of the queue is for
// young entries, which were not repeated yet; above it, the fewer of them there are the sooner old
// ones go, after two at the least (net/ipv4/inet_connection_sock.c, reqsk_timer_handler).
int SimNetwork::SynAckRetries(const Listener& listener) {
  int retries = listener.host->options.tcp_synack_retries;
  const size_t held = listener.requests.size();
  if (held * 2 <= std::max<size_t>(8, listener.limit)) return retries;
  for (size_t young = listener.young * 2; retries > 2 && held >= young; young *= 2) --retries;
  return retries;
}

void SimNetwork::SynAckTimer(ListenerKey key, uint32_t number) {
  Listener* listener = listeners_.Find(key);
  if (listener == nullptr) return;
  const auto found = listener->requests.find(number);
  if (found == listener->requests.end()) return;
  Request& request = found->second;
  if (request.tries >= SynAckRetries(*listener)) {
    DropRequest(*listener, number);
    return;
  }
  if (request.tries++ == 0) --listener->young;
  ++listener->host->counters.syn_retransmits;
  events_.Schedule(Doubled(request.tries), *this, kSynAckTimer, ToSubject(key), number);
  SendSynAck(*listener, number);
}

void SimNetwork::SynAckArrives(StreamKey key, uint32_t request) {
  Stream* client = FindStream(key);
  if (client == nullptr || client->state == State::kReset || client->state == State::kClosed)
    return;
  if (client->peer.index != base::SlabKey::kNoIndex) return;  // repeated
  client->request = request;
  const bool first = client->state == State::kSynSent;
  client->state = State::kEstablished;
  SendAck(*client);
  if (first && client->ref.owner != nullptr) client->ref.owner->OnConnected(client->ref.socket, 0);
}

// The ACK that ends the handshake, and every later packet of a client the server does not know yet.
void SimNetwork::SendAck(Stream& client) {
  SimHost* server = HostOf(*client.host, client.remote);
  Trace("ACK", client.local, client.remote);
  if (server == nullptr || HandshakePacketLost(*client.host, *server)) return;
  SendHandshake(*client.host, *server, kAckArrives, client.self, 0);
}

void SimNetwork::AckArrives(StreamKey key) {
  Stream* client = FindStream(key);
  if (client == nullptr || client->state != State::kEstablished) return;
  if (client->peer.index != base::SlabKey::kNoIndex) return;
  Listener* listener = listeners_.Find(client->listener);
  if (listener == nullptr) {  // closed meanwhile
    AnswerWithReset(*client);
    return;
  }
  if (client->request == 0) {
    CookieAcked(*listener, key);
    return;
  }
  const auto found = listener->requests.find(client->request);
  if (found == listener->requests.end()) {  // expired: the ACK belongs to nothing
    AnswerWithReset(*client);
    return;
  }
  RequestAcked(*listener, key, found->second);
}

void SimNetwork::RequestAcked(Listener& listener, StreamKey key, Request& request) {
  const uint32_t number = FindStream(key)->request;
  if (Complete(listener, key)) {
    DropRequest(listener, number);
    return;
  }
  if (!listener.host->options.tcp_abort_on_overflow) {
    request.acked = true;  // the SYN-ACK is repeated until there is room
    return;
  }
  ++listener.host->counters.embryonic_resets;
  DropRequest(listener, number);
  AnswerWithReset(*FindStream(key));
}

void SimNetwork::CookieAcked(Listener& listener, StreamKey key) {
  ++listener.host->counters.syncookies_received;
  // Otherwise a ghost: the client is established, the server has nothing of it. What the client
  // sends carries the cookie again, so it may still get in.
  Complete(listener, key);
}

// Makes the server's end and queues it for accept(2); false where that queue is full.
bool SimNetwork::Complete(Listener& listener, StreamKey client_key) {
  if (listener.accept_queue.size() > listener.limit) {
    ++listener.host->counters.listen_overflows;
    ++listener.host->counters.listen_drops;
    return false;
  }
  const auto [key, server] = streams_.Emplace();
  Stream* client = FindStream(client_key);
  server->host = listener.host;
  server->self = key;
  server->local = client->remote;
  server->remote = client->local;
  server->peer = client_key;
  server->state = State::kEstablished;
  server->receive_buffer = options_.receive_buffer_bytes;
  server->send_buffer = options_.send_buffer_bytes;
  client->peer = key;
  listener.accept_queue.push_back(key);
  if (!client->unrouted.empty()) Transmit(*client, std::exchange(client->unrouted, {}));
  if (client->unrouted_fin) SendControl(*client, kFinArrives);
  if (listener.ref.owner != nullptr) listener.ref.owner->OnReadable(listener.ref.socket);
  return true;
}

// A client whose bytes nobody acknowledges sends them again, and with them the handshake's ACK.
void SimNetwork::AckTimer(StreamKey key) {
  Stream* client = FindStream(key);
  if (client == nullptr || client->state != State::kEstablished) return;
  if (client->peer.index != base::SlabKey::kNoIndex) return;
  constexpr int kRetries = 15;  // net.ipv4.tcp_retries2
  if (client->tries >= kRetries) {
    EndWith(*client, ETIMEDOUT);
    return;
  }
  ++client->tries;
  SendAck(*client);
  const Duration next = std::min<Duration>(
      std::chrono::milliseconds(200) * (int64_t{1} << client->tries), std::chrono::seconds(120));
  events_.Schedule(next, *this, kAckTimer, ToSubject(key));
}

}  // namespace sluice::sim
