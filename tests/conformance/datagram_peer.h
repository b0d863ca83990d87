// A datagram socket of a test: what it shall do, and what it saw. The counterpart of peer.h.
#ifndef SLUICE_TESTS_CONFORMANCE_DATAGRAM_PEER_H_
#define SLUICE_TESTS_CONFORMANCE_DATAGRAM_PEER_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "reactor/udp.h"
#include "tests/conformance/fixture.h"

namespace sluice::test {

struct ReceivedDatagram {
  Endpoint peer;
  std::string bytes;
  size_t wire_bytes = 0;
  bool truncated = false;
};

struct DatagramPeer {
  // What to do.
  DatagramSocketOptions options;
  bool echo = false;
  std::function<void(DatagramSocket&)> on_datagrams;
  std::function<void(DatagramSocket&)> on_close;

  // What happened.
  DatagramSocket* socket = nullptr;  // until its OnClose
  std::vector<ReceivedDatagram> received;
  std::vector<int> errors;
  int batches = 0;
  int stops = 0;
  int closes = 0;
  bool destroyed = false;
};
using DatagramPeerPtr = std::shared_ptr<DatagramPeer>;
using DatagramScript = std::function<void(DatagramPeer&)>;

class DatagramPeerHandler : public DatagramHandler {
 public:
  explicit DatagramPeerHandler(DatagramPeerPtr peer) : peer_(std::move(peer)) {}
  ~DatagramPeerHandler() override { peer_->destroyed = true; }

  void OnDatagrams(DatagramSocket& socket, absl::Span<const Datagram> batch) override {
    EXPECT_EQ(peer_->closes, 0);
    EXPECT_FALSE(batch.empty());
    ++peer_->batches;
    for (const Datagram& datagram : batch) {
      peer_->received.push_back(
          {*datagram.peer, std::string(datagram.bytes), datagram.wire_bytes, datagram.truncated});
      if (peer_->echo) socket.Send(*datagram.peer, datagram.bytes);
    }
    if (peer_->on_datagrams) peer_->on_datagrams(socket);
  }
  void OnError(DatagramSocket& socket, int error) override {
    DatagramHandler::OnError(socket, error);
    EXPECT_GT(error, 0);
    peer_->errors.push_back(error);
  }
  void OnStop(DatagramSocket& socket) override {
    ++peer_->stops;
    DatagramHandler::OnStop(socket);
  }
  void OnClose(DatagramSocket& socket) override {
    EXPECT_EQ(++peer_->closes, 1);
    EXPECT_FALSE(socket.Send(socket.endpoint(), "closed"));
    if (peer_->on_close) peer_->on_close(socket);
    peer_->socket = nullptr;
  }

 private:
  DatagramPeerPtr peer_;
};

inline std::unique_ptr<DatagramHandler> MakeDatagramHandler(DatagramPeerPtr peer) {
  return std::make_unique<DatagramPeerHandler>(std::move(peer));
}

class DatagramTest : public ReactorTest {
 protected:
  void TearDown() override {
    ReactorTest::TearDown();
    for (const DatagramPeerPtr& peer : sockets_) {
      EXPECT_EQ(peer->closes, 1);
      EXPECT_TRUE(peer->destroyed);
    }
  }

  DatagramPeerPtr Bind(const DatagramScript& script = {}, const Endpoint& endpoint = Loopback(),
                       Loop* on = nullptr) {
    auto peer = std::make_shared<DatagramPeer>();
    if (script) script(*peer);
    absl::StatusOr<DatagramSocket*> socket =
        (on != nullptr ? *on : loop()).Bind(endpoint, peer->options, MakeDatagramHandler(peer));
    if (!socket.ok()) ADD_FAILURE() << socket.status().ToString();
    SLUICE_CHECK(socket.ok(), "a test binds where it can");
    peer->socket = *socket;
    sockets_.push_back(peer);
    return peer;
  }

 private:
  std::vector<DatagramPeerPtr> sockets_;
};

}  // namespace sluice::test

#endif  // SLUICE_TESTS_CONFORMANCE_DATAGRAM_PEER_H_
