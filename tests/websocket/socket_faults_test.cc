// Conversations on a simulated network with faults drawn from a seed: what arrives is what was
// sent, however the network cuts and delays it, and a connection that breaks is never taken for a
// broken rule.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "protocols/http1_server.h"
#include "protocols/websocket_client.h"
#include "protocols/websocket_route.h"
#include "reactor/loop.h"
#include "reactor/sim/sim_world.h"

namespace sluice::websocket_test {
namespace {

struct Outcome {
  int messages = 0;  // that came back
  int server_closes = 0;
  bool client_closed = false;
  WebSocketClosed client;
  WebSocketClosed server;
  TimePoint end;
};

class Echo : public WebSocketHandler {
 public:
  explicit Echo(Outcome& outcome) : outcome_(outcome) {}
  void OnMessage(WebSocket& socket, const WebSocketMessage& message) override {
    EXPECT_EQ(socket.SendPart(message.text, message.data, message.last), WebSocketError::kNone);
  }
  void OnClose(WebSocket&, const WebSocketClosed& closed) override {
    ++outcome_.server_closes;
    outcome_.server = closed;
  }

 private:
  Outcome& outcome_;
};

// Sends the next message when the one before is back.
class Asker : public WebSocketHandler {
 public:
  static constexpr int kMessages = 5;

  Asker(uint64_t seed, Outcome& outcome) : prng_(seed), outcome_(outcome) {}
  void OnOpen(WebSocket& socket) override { Next(socket); }
  void OnMessage(WebSocket& socket, const WebSocketMessage& message) override {
    received_ += message.data;
    if (!message.last) return;
    EXPECT_TRUE(received_ == content_) << "message " << outcome_.messages << " came back changed";
    received_.clear();
    if (++outcome_.messages < kMessages) return Next(socket);
    socket.Close(4000);
  }
  void OnClose(WebSocket&, const WebSocketClosed& closed) override {
    outcome_.client_closed = true;
    outcome_.client = closed;
  }

 private:
  void Next(WebSocket& socket) {
    content_.assign(prng_.Between(0, 1) * prng_.Between(0, 20'000), 'm');
    for (char& byte : content_) byte = static_cast<char>('a' + prng_.Between(0, 3));
    if (prng_.Chance(1, 3)) socket.Ping("?");
    EXPECT_EQ(socket.SendText(content_), WebSocketError::kNone);
  }

  Prng prng_;
  Outcome& outcome_;
  std::string content_;
  std::string received_;
};

Outcome Converse(uint64_t seed) {
  Prng prng(seed);
  sim::WorldOptions world_options;
  world_options.seed = seed;
  world_options.faults = sim::FaultKnobs::Draw(prng);
  world_options.all_must_be_closed = false;  // the listener is not
  WebSocketServerOptions server_options;
  WebSocketClientOptions client_options;
  client_options.seed = seed;
  for (WebSocketOptions* options : {&server_options.socket, &client_options.socket}) {
    options->compression.enabled = prng.Chance(2, 3);
    options->whole_messages = prng.Chance(1, 2);
  }
  Outcome outcome;
  Http1Server server;
  server.Get("/", WebSocketRoute(std::move(server_options), [&outcome](const Http1Request&) {
               return std::make_unique<Echo>(outcome);
             }));
  sim::SimWorld world(world_options);
  Loop loop(world.MakeBackend(world.AddHost()));
  ListenerOptions listener_options;
  for (ConnectionLimits* limits : {&listener_options.limits, &client_options.connect.limits}) {
    limits->idle_timeout = std::chrono::seconds(30);  // an end may break unknown to the other
  }
  const std::string endpoint =
      (*server.Listen(loop, "127.0.0.1:0", listener_options))->endpoint().ToString();
  EXPECT_TRUE(ConnectWebSocket(loop, "ws://" + endpoint, client_options,
                               std::make_unique<Asker>(seed, outcome))
                  .ok());
  for (int turn = 0; turn < 50'000 && !outcome.client_closed; ++turn) {
    loop.Turn(loop.now() + std::chrono::seconds(1));
  }
  loop.Stop();
  loop.Run();
  outcome.end = loop.now();
  return outcome;
}

TEST(SocketFaults, WhatArrivesIsWhatWasSent) {
  constexpr uint64_t kSeeds = 300;
  int whole = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    const Outcome outcome = Converse(seed);
    ASSERT_TRUE(outcome.client_closed);
    ASSERT_LE(outcome.server_closes, 1);
    for (const WebSocketClosed& closed : {outcome.client, outcome.server}) {
      // A server that was reset before its answer is the only thing to be said against a peer here.
      ASSERT_TRUE(closed.error == WebSocketError::kNone ||
                  closed.error == WebSocketError::kBadAnswer)
          << closed.ToString();
    }
    if (outcome.client.clean) {
      ASSERT_EQ(outcome.client.code, 4000);
      ASSERT_EQ(outcome.messages, Asker::kMessages);
      ++whole;
    }
  }
  EXPECT_GT(whole, static_cast<int>(kSeeds / 2)) << "faults that end connections are rare";
  EXPECT_LT(whole, static_cast<int>(kSeeds)) << "but they are there";
}

TEST(SocketFaults, OneSeedIsOneRun) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const Outcome one = Converse(seed);
    const Outcome other = Converse(seed);
    EXPECT_EQ(one.end, other.end) << "seed " << seed;
    EXPECT_EQ(one.client.ToString(), other.client.ToString()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace sluice::websocket_test
