#include "tools/probe/stream_link.h"

#include <string>
#include <utility>

namespace sluice::probe {

// Tells what happens on one connection.
class StreamLink::Session : public Handler {
 public:
  explicit Session(StreamLink& link) : link_(link) {}

  void OnOpen(Connection& connection) override {
    number_ = ++link_.last_number_;
    Client& client = link_.clients_[number_];
    client.connection = connection.id();
    client.peer.number = number_;
    client.peer.local = connection.local_endpoint();
    client.peer.remote = connection.peer_endpoint();
    link_.journal_.Opened(client.peer);
    link_.Ready();
  }

  // Every call is one completion of a receive: consuming all of it keeps the kernel's boundaries.
  size_t OnData(Connection& connection, std::string_view bytes) override {
    Client& client = link_.clients_.at(number_);
    link_.journal_.Received(client.peer, bytes, bytes.size());
    if (link_.options_.echo) link_.Send(number_, bytes);
    (void)connection;
    return bytes.size();
  }

  void OnEnd(Connection& connection) override {
    link_.journal_.PeerEnded(link_.clients_.at(number_).peer);
    if (link_.options_.close_at_end) connection.Close();
  }

  void OnClose(Connection&, CloseReason reason) override {
    if (number_ == 0) return link_.ConnectFailed(reason);
    const auto node = link_.clients_.extract(number_);
    link_.journal_.Closed(node.mapped().peer, reason);
    if (!IsServer(link_.options_.kind)) link_.Over();
  }

 private:
  StreamLink& link_;
  int number_ = 0;
};

absl::Status StreamLink::Start() {
  ConnectionLimits limits;
  limits.linger_timeout = std::chrono::milliseconds(500);
  if (options_.kind == LinkKind::kTcp) {
    loop_.Connect(options_.endpoint, {.limits = limits}, std::make_unique<Session>(*this));
    return absl::OkStatus();
  }
  ListenerOptions listening{.backlog = options_.backlog, .limits = limits};
  listening.connections_max = kPeersMax;
  absl::StatusOr<Listener*> listener = loop_.Listen(
      options_.endpoint, std::move(listening),
      [this]() -> std::unique_ptr<Handler> { return std::make_unique<Session>(*this); });
  if (!listener.ok()) return listener.status();
  journal_.Listening((*listener)->endpoint());
  return absl::OkStatus();
}

void StreamLink::ConnectFailed(CloseReason reason) {
  if (reason.code != CloseCode::kLoopStopped && reason.code != CloseCode::kLocal) {
    journal_.Error("cannot connect to " + options_.endpoint.ToString() + ": " + reason.ToString());
  }
  Over();
}

template <class Visit>
size_t StreamLink::ForEach(int peer, Visit visit) {
  size_t count = 0;
  for (auto& [number, client] : clients_) {
    if (peer != kAllPeers && number != peer) continue;
    Connection* connection = loop_.Find(client.connection);
    if (connection == nullptr || !connection->is_open()) continue;
    visit(*connection, client.peer);
    ++count;
  }
  return count;
}

size_t StreamLink::Send(int peer, std::string_view bytes) {
  return ForEach(peer, [&](Connection& connection, Peer& to) {
    connection.Send(bytes);
    journal_.Sent(to, bytes);
  });
}

void StreamLink::EndOutput(int peer) {
  ForEach(peer, [](Connection& connection, Peer&) { connection.EndOutput(); });
}

void StreamLink::Close(int peer) {
  ForEach(peer, [](Connection& connection, Peer&) { connection.Close(); });
}

void StreamLink::PauseReading(int peer) {
  ForEach(peer, [](Connection& connection, Peer&) { connection.PauseReading(); });
}

void StreamLink::ResumeReading(int peer) {
  ForEach(peer, [](Connection& connection, Peer&) { connection.ResumeReading(); });
}

std::vector<Peer> StreamLink::peers() const {
  std::vector<Peer> all;
  for (const auto& [number, client] : clients_) all.push_back(client.peer);
  return all;
}

size_t StreamLink::unsent_bytes() const {
  size_t unsent = 0;
  for (const auto& [number, client] : clients_) {
    if (const Connection* connection = loop_.Find(client.connection)) {
      unsent += connection->unsent_bytes();
    }
  }
  return unsent;
}

}  // namespace sluice::probe
