// Two ends of ours, on every backend.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/websocket/socket_fixture.h"
#include "tests/websocket/transcript.h"

namespace sluice::websocket_test {
namespace {

using namespace std::chrono_literals;

void Echo(End& end) {
  end.on_message = EchoMessages;
}

std::string Content(size_t size, uint64_t seed) {
  Prng prng(seed);
  std::string content;
  while (content.size() < size) content += "part " + std::to_string(prng.Next() % 1000) + "; ";
  content.resize(size);
  return content;
}

class SocketPairTest : public SocketTest {
 protected:
  // A client that goes on reading however much it has to send. With both ends above their marks
  // each would wait for the other to read.
  void ClientAlwaysReads() {
    client_options.connect.limits.output_high_water_bytes = ConnectionLimits().output_bytes_max;
  }
  bool Ended(const Sockets& sockets) {
    return TurnUntil([&] { return sockets.client->closes == 1 && sockets.server->closes == 1; });
  }
};

TEST_P(SocketPairTest, MessagesOfEverySizeComeBack) {
  ClientAlwaysReads();
  for (const bool compression : {false, true}) {
    for (const bool whole : {true, false}) {
      SCOPED_TRACE(testing::Message() << "compression " << compression << ", whole " << whole);
      for (WebSocketOptions* options : {&server_options.socket, &client_options.socket}) {
        options->compression.enabled = compression;
        options->whole_messages = whole;
      }
      Sockets sockets = Open({}, Echo);
      EXPECT_EQ(sockets.client->socket->compresses(), compression);
      EXPECT_EQ(sockets.server->socket->compresses(), compression);
      std::string expected;
      int messages = 0;
      for (const size_t size : {0, 1, 125, 126, 65535, 65536, 1'000'000}) {
        const std::string content = Content(size, size);
        ASSERT_EQ(sockets.client->socket->SendText(content), WebSocketError::kNone);
        ASSERT_EQ(sockets.client->socket->SendBinary(content), WebSocketError::kNone);
        expected += EventLine("text", content) + EventLine("binary", content);
        messages += 2;
      }
      EXPECT_TRUE(TurnUntil([&] { return sockets.client->messages == messages; }));
      EXPECT_TRUE(sockets.client->events == expected) << "what came back is what was sent";
      sockets.client->socket->Close();
      EXPECT_TRUE(Ended(sockets));
    }
  }
}

TEST_P(SocketPairTest, EitherEndCloses) {
  for (const bool by_client : {true, false}) {
    Sockets sockets = Open();
    EndPtr& closing = by_client ? sockets.client : sockets.server;
    EndPtr& other = by_client ? sockets.server : sockets.client;
    EXPECT_EQ(closing->socket->Close(4001, "enough"), WebSocketError::kNone);
    EXPECT_EQ(closing->socket->Close(), WebSocketError::kNotOpen);
    EXPECT_EQ(closing->socket->SendText("late"), WebSocketError::kNotOpen);
    EXPECT_EQ(closing->socket->Ping(), WebSocketError::kNotOpen);
    EXPECT_TRUE(Ended(sockets));
    EXPECT_EQ(other->closed.reason, "enough");
    for (const EndPtr& end : {closing, other}) {
      EXPECT_EQ(end->closed.code, 4001);
      EXPECT_TRUE(end->closed.clean);
      EXPECT_EQ(end->closed.error, WebSocketError::kNone);
      EXPECT_EQ(end->events, "");
    }
    EXPECT_EQ(other->closed.ToString(), "closed by the peer: 4001 enough");
  }
}

TEST_P(SocketPairTest, BothCloseAtOnce) {
  Sockets sockets = Open();
  sockets.client->socket->Close(4001);
  sockets.server->socket->Close(4002);
  EXPECT_TRUE(Ended(sockets));
  EXPECT_EQ(sockets.client->closed.code, 4002);
  EXPECT_EQ(sockets.server->closed.code, 4001);
  EXPECT_TRUE(sockets.client->closed.clean && sockets.server->closed.clean);
}

TEST_P(SocketPairTest, WhatWasSentBeforeCloseArrives) {
  Sockets sockets = Open();
  const std::string content = Content(3'000'000, 1);
  sockets.server->socket->SendBinary(content);
  sockets.server->socket->Close();
  EXPECT_TRUE(Ended(sockets));
  EXPECT_TRUE(sockets.client->events == EventLine("binary", content));
}

TEST_P(SocketPairTest, WhatNobodyMaySendIsRefused) {
  Sockets sockets = Open();
  WebSocket& socket = *sockets.client->socket;
  for (const uint16_t code : {0, 999, 1004, 1005, 1006, 1015, 2999, 5000}) {
    EXPECT_EQ(socket.Close(code), WebSocketError::kBadCloseCode) << code;
  }
  EXPECT_EQ(socket.Close(1000, std::string(124, 'r')), WebSocketError::kControlTooLong);
  EXPECT_EQ(socket.Close(1000, "\xff"), WebSocketError::kBadCloseReason);
  EXPECT_EQ(socket.Ping(std::string(126, 'p')), WebSocketError::kControlTooLong);
  EXPECT_EQ(socket.SendText("\xed\xa0\x80"), WebSocketError::kBadUtf8);
  EXPECT_TRUE(socket.is_open());
  EXPECT_EQ(socket.Close(1000, std::string(123, 'r')), WebSocketError::kNone);
  EXPECT_TRUE(Ended(sockets));
  EXPECT_EQ(sockets.server->closed.reason, std::string(123, 'r'));
}

TEST_P(SocketPairTest, PingsAreAnswered) {
  Sockets sockets = Open();
  EXPECT_EQ(sockets.client->socket->Ping("one"), WebSocketError::kNone);
  EXPECT_EQ(sockets.server->socket->Ping(std::string(125, 'p')), WebSocketError::kNone);
  EXPECT_TRUE(TurnUntil([&] {
    return sockets.client->events == EventLine("pong", "one") &&
           sockets.server->events == EventLine("pong", std::string(125, 'p'));
  }));
  sockets.client->socket->Close();
  EXPECT_TRUE(Ended(sockets));
}

TEST_P(SocketPairTest, AConnectionThatBreaksIsAbnormal) {
  Sockets sockets = Open();
  sockets.client->socket->Abort();
  EXPECT_TRUE(Ended(sockets));
  for (const EndPtr& end : {sockets.client, sockets.server}) {
    EXPECT_EQ(end->closed.code, websocket_close::kAbnormal);
    EXPECT_FALSE(end->closed.clean);
  }
}

TEST_P(SocketPairTest, AnEndWithoutCloseIsAbnormal) {
  Sockets sockets = Open();
  sockets.client->socket->connection().EndOutput();
  EXPECT_TRUE(Ended(sockets));
  EXPECT_EQ(sockets.server->closed.code, websocket_close::kAbnormal);
}

TEST_P(SocketPairTest, APeerThatDoesNotAnswerCloseIsGivenUp) {
  server_options.socket.close_timeout = 50ms;
  Sockets sockets =
      Open([](End& end) { end.on_open = [](WebSocket& socket) { socket.PauseReading(); }; });
  const TimePoint before = loop().now();
  sockets.server->socket->Close();
  EXPECT_TRUE(TurnUntil([&] { return sockets.server->closes == 1; }));
  EXPECT_GE(loop().now() - before, 50ms);
  EXPECT_EQ(sockets.server->closed.transport.code, CloseCode::kDeadline);
  EXPECT_FALSE(sockets.server->closed.clean);
  sockets.client->socket->ResumeReading();
  EXPECT_TRUE(Ended(sockets));
}

TEST_P(SocketPairTest, AStoppingLoopGoesAway) {
  Sockets sockets = Open();
  loop().Stop();
  EXPECT_TRUE(Ended(sockets));
  EXPECT_EQ(sockets.client->closed.code, websocket_close::kGoingAway);
  EXPECT_EQ(sockets.server->closed.code, websocket_close::kGoingAway);
}

// An end that sends without reading is not read from, either: the other end holds back.
TEST_P(SocketPairTest, ManyMessagesToAPeerThatDoesNotRead) {
  constexpr size_t kMessageBytes = 100'000;
  constexpr int kMessages = 200;
  ClientAlwaysReads();
  size_t held_max = 0;
  Sockets sockets =
      Open([](End& end) { end.on_open = [](WebSocket& socket) { socket.PauseReading(); }; },
           [&](End& end) {
             end.on_message = [&](WebSocket& socket, const WebSocketMessage& message) {
               EchoMessages(socket, message);
               held_max = std::max(held_max, socket.unsent_bytes());
             };
           });
  const std::string content = Content(kMessageBytes, 1);
  std::string expected;
  for (int i = 0; i < kMessages; ++i) {
    ASSERT_EQ(sockets.client->socket->SendBinary(content), WebSocketError::kNone);
    expected += EventLine("binary", content);
  }
  EXPECT_TRUE(TurnUntil([&] { return held_max > 0; }));
  Settle(200);
  const ConnectionLimits limits;
  EXPECT_LE(held_max, limits.output_high_water_bytes + kMessageBytes + kWebSocketHeaderBytesMax);
  EXPECT_LT(sockets.server->messages, kMessages) << "the server stopped reading";
  sockets.client->socket->ResumeReading();
  EXPECT_TRUE(TurnUntil([&] { return sockets.client->messages == kMessages; }));
  EXPECT_TRUE(sockets.client->events == expected);
  EXPECT_GT(sockets.server->drains, 0);
  sockets.client->socket->Close();
  EXPECT_TRUE(Ended(sockets));
}

// A part at a time: the rest waits, what is still to be inflated, too.
TEST_P(SocketPairTest, AReaderThatPausesGetsOnePartAtATime) {
  for (const bool compression : {false, true}) {
    for (WebSocketOptions* options : {&server_options.socket, &client_options.socket}) {
      options->compression.enabled = compression;
      options->whole_messages = false;
    }
    int parts = 0;
    Sockets sockets = Open({}, [&](End& end) {
      end.on_message = [&](WebSocket& socket, const WebSocketMessage&) {
        ++parts;
        socket.PauseReading();
      };
    });
    const std::string content(500'000, 'x');  // a few hundred bytes, compressed
    sockets.client->socket->SendText(content);
    while (sockets.server->messages == 0) {
      const int before = parts;
      ASSERT_TRUE(TurnUntil([&] { return parts > before; }));
      Settle(2);
      ASSERT_EQ(parts, before + 1);
      sockets.server->socket->ResumeReading();
    }
    EXPECT_TRUE(sockets.server->events == EventLine("text", content));
    if (compression) {
      EXPECT_GT(parts, 500'000 / (16 << 10)) << "inflated no further than shown";
    }
    sockets.client->socket->Close();
    EXPECT_TRUE(Ended(sockets));
  }
}

TEST_P(SocketPairTest, PartsAreSentAsTheyCome) {
  Sockets sockets = Open();
  WebSocket& socket = *sockets.client->socket;
  EXPECT_EQ(socket.SendPart(true, "Hel", false), WebSocketError::kNone);
  EXPECT_EQ(socket.SendText("other"), WebSocketError::kMessageUnderWay);
  EXPECT_EQ(socket.Ping("?"), WebSocketError::kNone);
  EXPECT_EQ(socket.SendPart(true, "lo", true), WebSocketError::kNone);
  EXPECT_TRUE(TurnUntil([&] { return sockets.client->events == EventLine("pong", "?"); }));
  EXPECT_TRUE(TurnUntil([&] { return sockets.server->events == EventLine("text", "Hello"); }));
  socket.Close();
  EXPECT_TRUE(Ended(sockets));
}

TEST_P(SocketPairTest, ALimitClosesWith1009) {
  server_options.socket.limits.message_bytes_max = 100;
  Sockets sockets = Open();
  sockets.client->socket->SendText(std::string(101, 'a'));
  EXPECT_TRUE(Ended(sockets));
  EXPECT_EQ(sockets.client->closed.code, websocket_close::kTooBig);
  EXPECT_EQ(sockets.client->closed.reason, "message too big");
  EXPECT_EQ(sockets.server->closed.ToString(), "failed: message too big (1009)");
}

TEST_P(SocketPairTest, ClosingFromAnyCallback) {
  for (const bool abort : {false, true}) {
    const auto end_it = [abort](WebSocket& socket) {
      abort ? socket.Abort() : (void)socket.Close();
    };
    // Aborted there, the answer may never arrive.
    const EndPtr client = Dial(Serve([&](End& end) { end.on_open = end_it; }));
    EXPECT_TRUE(TurnUntil([&] { return client->closes == 1 && served_.back()->closes == 1; }));
    Sockets at_message = Open({}, [&](End& end) {
      end.on_message = [&](WebSocket& socket, const WebSocketMessage&) { end_it(socket); };
    });
    at_message.client->socket->SendText("one");
    at_message.client->socket->SendText("two");
    EXPECT_TRUE(Ended(at_message));
    EXPECT_EQ(at_message.server->messages, 1) << "the second message is not shown";
  }
}

TEST_P(SocketPairTest, SubprotocolsAreAgreedOn) {
  server_options.subprotocols = {"chat.v2", "chat.v1"};
  client_options.subprotocols = {"chat.v1", "chat.v2", "other"};
  Sockets sockets = Open();
  EXPECT_EQ(sockets.client->socket->subprotocol(), "chat.v2");
  EXPECT_EQ(sockets.server->socket->subprotocol(), "chat.v2");
  sockets.client->socket->Close();
  EXPECT_TRUE(Ended(sockets));
}

TEST_P(SocketPairTest, WhatIsNoWebSocketIsRefusedByTheRoute) {
  const auto raw =
      Connect(Serve()->endpoint(),
              test::script::Say("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\n"
                                "Upgrade: websocket\r\nSec-WebSocket-Version: 8\r\n"
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
  EXPECT_TRUE(TurnUntil([&] { return raw->closed(); }));
  EXPECT_EQ(raw->received.rfind("HTTP/1.1 426 ", 0), 0u) << raw->received;
  EXPECT_THAT(raw->received, testing::HasSubstr("\r\nSec-WebSocket-Version: 13\r\n"));
  EXPECT_THAT(raw->received, testing::HasSubstr("\r\nUpgrade: websocket\r\n"));
  EXPECT_THAT(raw->received, testing::HasSubstr("\r\nConnection: close, upgrade\r\n"));
  EXPECT_TRUE(served_.empty());
}

TEST_P(SocketPairTest, AClientMayRequireCompression) {
  client_options.socket.compression.enabled = true;
  client_options.socket.compression.required = true;
  const EndPtr client = Dial(Serve());
  EXPECT_TRUE(TurnUntil([&] { return client->closes == 1; }));
  EXPECT_EQ(client->opens, 0);
  EXPECT_EQ(client->closed.error, WebSocketError::kNoCompression);
  EXPECT_TRUE(TurnUntil([&] { return served_.size() == 1 && served_[0]->closes == 1; }));
  EXPECT_EQ(served_[0]->closed.code, websocket_close::kExtensionMissing);
}

SLUICE_ON_EVERY_BACKEND(SocketPairTest);

}  // namespace
}  // namespace sluice::websocket_test
