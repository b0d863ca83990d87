// Receive memory so small that running out of it is ordinary (FACTS 6.3, 6.4, 6.7): it pauses,
// resumes, and nobody notices.
#include <algorithm>

#include "tests/conformance/fixture.h"

namespace sluice::test {
namespace {

class BufferTest : public ReactorTest {
 protected:
  void UseBuffers(uint32_t count, uint32_t bytes) {
    backend_options.receive_buffers = count;
    backend_options.receive_buffer_bytes = bytes;
  }
  static bool AllReceived(const std::vector<PeerPtr>& peers, uint64_t bytes) {
    return std::all_of(peers.begin(), peers.end(),
                       [=](const PeerPtr& peer) { return peer->received_bytes >= bytes; });
  }
  // `count` connections each echo their own `bytes` bytes.
  void EchoBurst(int count, size_t bytes) {
    Listener* listener = Listen(script::Echo);
    std::vector<PeerPtr> clients;
    for (int i = 0; i < count; ++i) {
      clients.push_back(Connect(listener->endpoint(), script::Say(Payload(i, bytes))));
    }
    ASSERT_TRUE(TurnUntil([&] { return AllReceived(clients, bytes); }));
    for (int i = 0; i < count; ++i) EXPECT_TRUE(clients[i]->received == Payload(i, bytes)) << i;
    for (const PeerPtr& client : clients) Of(client).Close();
    for (const PeerPtr& server : accepted_) {
      ASSERT_TRUE(TurnUntil([&] { return server->closed(); }));
      EXPECT_EQ(server->reason.code, CloseCode::kPeerEnded) << server->reason.ToString();
    }
  }
};
SLUICE_ON_EVERY_BACKEND(BufferTest);

TEST_P(BufferTest, OneBufferOf512BytesServesABurstOf50) {
  UseBuffers(1, 512);
  EchoBurst(50, 20000);
}

TEST_P(BufferTest, TwoBuffersOf512BytesServeABurstOf50) {
  UseBuffers(2, 512);
  EchoBurst(50, 20000);
}

TEST_P(BufferTest, TwoBuffersOf4KiBServeABurstOf50) {
  UseBuffers(2, 4096);
  EchoBurst(50, 100000);
}

TEST_P(BufferTest, AnOddNumberOfBuffersIsRoundedUp) {
  UseBuffers(3, 1000);
  EchoBurst(20, 10000);
}

TEST_P(BufferTest, ABigTransferThroughOneSmallBufferIsWhole) {
  UseBuffers(1, 512);
  EchoBurst(1, 1 << 20);
}

TEST_P(BufferTest, PausedConnectionsDoNotStallTheOthers) {
  UseBuffers(2, 1024);
  Listener* hoarders = Listen(
      [](Peer& peer) { peer.on_open = [](Connection& connection) { connection.PauseReading(); }; });
  for (int i = 0; i < 20; ++i) {
    Connect(hoarders->endpoint(), script::Say(Payload(i, 200 << 10)));
  }
  ASSERT_TRUE(TurnUntil([&] { return accepted_.size() == 20; }));
  Settle();
  accepted_.clear();
  EchoBurst(20, 5000);
}

TEST_P(BufferTest, ConnectionsPausedInTheMiddleDoNotStallTheOthers) {
  UseBuffers(2, 1024);
  Listener* hoarders = Listen([](Peer& peer) {
    peer.on_data = [](Connection& connection, std::string_view) {
      connection.PauseReading();
      return size_t{0};
    };
  });
  for (int i = 0; i < 20; ++i) {
    Connect(hoarders->endpoint(), script::Say(Payload(i, 200 << 10)));
  }
  ASSERT_TRUE(TurnUntil([&] {
    return accepted_.size() == 20 &&
           std::all_of(accepted_.begin(), accepted_.end(),
                       [](const PeerPtr& peer) { return peer->data_calls == 1; });
  })) << "a hoarder starves the other hoarders";
  const std::vector<PeerPtr> servers = std::exchange(accepted_, {});
  EchoBurst(20, 5000);
  for (const PeerPtr& server : servers) {
    server->on_data = nullptr;
    Of(server).ResumeReading();
  }
  ASSERT_TRUE(TurnUntil([&] { return AllReceived(servers, 200 << 10); }));
}

TEST_P(BufferTest, WhatIsSentOnFromReceiveMemoryArrivesWhole) {
  UseBuffers(4, 512);
  backend_options.retained_bytes_min = 1;
  EchoBurst(50, 20000);
}

TEST_P(BufferTest, PartsOfWhatWasReceivedOutliveItsConnection) {
  backend_options.retained_bytes_min = 1;
  const Pair pair = ConnectPair();
  const std::string sent = Payload(1, 8000);
  Listener* relay = Listen([&](Peer& peer) {
    peer.on_data = [&](Connection& connection, std::string_view bytes) {
      if (bytes.size() < sent.size()) return size_t{0};
      Of(pair.server).Send(bytes.substr(5000));
      Of(pair.server).Send(bytes);
      Of(pair.server).Send(bytes.substr(1, 4000));
      connection.Abort();
      return bytes.size();
    };
  });
  const PeerPtr source = Connect(relay->endpoint(), script::Say(sent));
  ASSERT_TRUE(TurnUntil([&] { return source->closed(); }));
  Listener* others = Listen();
  for (int i = 0; i < 20; ++i) Connect(others->endpoint(), script::Say(Payload(2, 8000)));
  const std::string expected = sent.substr(5000) + sent + sent.substr(1, 4000);
  ASSERT_TRUE(TurnUntil([&] { return pair.client->received_bytes == expected.size(); }));
  EXPECT_TRUE(pair.client->received == expected);
}

TEST_P(BufferTest, SlowReadersOfAnEchoDoNotStallTheOthers) {
  UseBuffers(4, 1024);
  backend_options.retained_bytes_min = 1;
  ListenerOptions small;
  small.socket.Set(socket_option::kSendBufferBytes, 8192);
  Listener* listener = Listen(script::Echo, small);
  ConnectOptions connect;
  connect.socket.Set(socket_option::kReceiveBufferBytes, 8192);
  std::vector<PeerPtr> slow;
  for (int i = 0; i < 12; ++i) {
    const Script pause = [](Peer& peer) {
      peer.on_open = [](Connection& connection) { connection.PauseReading(); };
    };
    slow.push_back(Connect(listener->endpoint(), pause, connect));
  }
  ASSERT_TRUE(TurnUntil([&] {
    return std::all_of(slow.begin(), slow.end(), [](const PeerPtr& peer) { return peer->open(); });
  }));
  constexpr size_t kBytes = 400 << 10;  // more than both sockets and the echo's output hold
  for (int i = 0; i < 12; ++i) Of(slow[i]).Send(Payload(i, kBytes));
  Settle(200);
  accepted_.clear();
  EchoBurst(20, 5000);
  for (const PeerPtr& peer : slow) Of(peer).ResumeReading();
  ASSERT_TRUE(TurnUntil([&] { return AllReceived(slow, kBytes); }));
  for (int i = 0; i < 12; ++i) EXPECT_TRUE(slow[i]->received == Payload(i, kBytes)) << i;
}

TEST_P(BufferTest, HandlersThatConsumeNothingDoNotStallTheOthers) {
  UseBuffers(2, 1024);
  Listener* hoarders = Listen(
      [](Peer& peer) { peer.on_data = [](Connection&, std::string_view) { return size_t{0}; }; });
  for (int i = 0; i < 20; ++i) Connect(hoarders->endpoint(), script::Say(Payload(i, 5000)));
  ASSERT_TRUE(TurnUntil([&] { return accepted_.size() == 20; }));
  Settle();
  accepted_.clear();
  EchoBurst(20, 5000);
}

TEST_P(BufferTest, ACompletionQueueOf8ServesAThousandConnections) {
  backend_options.submission_entries = 8;
  backend_options.completion_entries = 8;
  EchoBurst(1000, 3000);
}

TEST_P(BufferTest, TinyEverythingUnderChurn) {
  backend_options.submission_entries = 4;
  backend_options.completion_entries = 8;
  UseBuffers(1, 512);
  for (int round = 0; round < 5; ++round) {
    accepted_.clear();
    Listener* listener = Listen(script::Echo);
    std::vector<PeerPtr> clients;
    for (int i = 0; i < 60; ++i) {
      clients.push_back(Connect(listener->endpoint(), [i](Peer& peer) {
        peer.on_open = [i](Connection& connection) {
          connection.Send(Payload(i, 2000 + i));
          connection.EndOutput();
        };
      }));
    }
    ASSERT_TRUE(TurnUntil([&] { return loop().stats().connections == 0; }));
    for (int i = 0; i < 60; ++i) EXPECT_TRUE(clients[i]->received == Payload(i, 2000 + i)) << i;
    listener->Close();
  }
}

}  // namespace
}  // namespace sluice::test
