#include "tests/conformance/peer.h"

#include <gtest/gtest.h>

#include <utility>

#include "reactor/loop.h"

namespace sluice::test {
namespace {

class PeerHandler : public Handler {
 public:
  explicit PeerHandler(PeerPtr peer) : peer_(std::move(peer)) {}

  ~PeerHandler() override {
    EXPECT_FALSE(peer_->destroyed);
    EXPECT_EQ(peer_->closes + (peer_->may_never_begin && peer_->closes == 0), 1)
        << "a handler is destroyed after OnClose";
    peer_->destroyed = true;
  }

  void OnOpen(Connection& connection) override {
    EXPECT_EQ(++peer_->opens, 1);
    peer_->id = connection.id();
    Check(connection);
    EXPECT_EQ(&connection.handler(), this);
    if (peer_->on_open) peer_->on_open(connection);
  }

  size_t OnData(Connection& connection, std::string_view bytes) override {
    ++peer_->data_calls;
    Check(connection);
    EXPECT_FALSE(bytes.empty());
    EXPECT_TRUE(connection.is_reading()) << "OnData while paused or closed";
    EXPECT_EQ(peer_->ends, 0) << "OnData after OnEnd";
    EXPECT_TRUE(bytes.substr(0, unconsumed_.size()) == unconsumed_)
        << "what was left unconsumed is shown again in front";
    const size_t consumed = peer_->on_data ? peer_->on_data(connection, bytes) : bytes.size();
    const std::string_view taken = bytes.substr(0, consumed);
    peer_->received_bytes += taken.size();
    peer_->received_hash.Add(taken);
    if (peer_->keep_bytes) peer_->received.append(taken);
    unconsumed_.assign(bytes.substr(consumed));
    return consumed;
  }

  void OnEnd(Connection& connection) override {
    EXPECT_EQ(++peer_->ends, 1);
    Check(connection);
    EXPECT_TRUE(connection.peer_ended());
    peer_->on_end ? peer_->on_end(connection) : Handler::OnEnd(connection);
  }

  void OnDrain(Connection& connection) override {
    ++peer_->drains;
    Check(connection);
    EXPECT_LE(connection.unsent_bytes(), connection.limits().output_low_water_bytes);
    peer_->on_drain ? peer_->on_drain(connection) : Handler::OnDrain(connection);
  }

  void OnStop(Connection& connection) override {
    EXPECT_EQ(++peer_->stops, 1);
    Check(connection);
    EXPECT_TRUE(connection.loop().stopping());
    peer_->on_stop ? peer_->on_stop(connection) : Handler::OnStop(connection);
  }

  void OnClose(Connection& connection, CloseReason reason) override {
    EXPECT_EQ(++peer_->closes, 1);
    EXPECT_LE(peer_->opens, 1);
    EXPECT_FALSE(connection.is_open());
    EXPECT_NE(reason.code, CloseCode::kNone);
    peer_->reason = reason;
    connection.Send("sending has no effect any more");
    if (peer_->on_close) peer_->on_close(connection, reason);
  }

 private:
  void Check(Connection& connection) {
    EXPECT_EQ(peer_->closes, 0) << "OnClose is the last call";
    EXPECT_EQ(peer_->opens, 1) << "OnOpen is the first call";
    EXPECT_EQ(connection.id(), peer_->id);
    EXPECT_EQ(connection.loop().Find(peer_->id), &connection);
  }

  PeerPtr peer_;
  std::string unconsumed_;
};

}  // namespace

std::unique_ptr<Handler> MakePeerHandler(PeerPtr peer) {
  return std::make_unique<PeerHandler>(std::move(peer));
}

namespace script {

void Echo(Peer& peer) {
  peer.on_data = [](Connection& connection, std::string_view bytes) {
    connection.Send(bytes);
    return bytes.size();
  };
}

void Stay(Peer& peer) {
  peer.on_end = [](Connection&) {};
  peer.on_stop = [](Connection&) {};
}

Script Say(std::string bytes) {
  return [bytes = std::move(bytes)](Peer& peer) {
    peer.on_open = [bytes](Connection& connection) { connection.Send(bytes); };
  };
}

Script Both(Script first, Script second) {
  return [first = std::move(first), second = std::move(second)](Peer& peer) {
    first(peer);
    second(peer);
  };
}

}  // namespace script

}  // namespace sluice::test
