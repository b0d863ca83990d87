#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "protocols/websocket_sender.h"
#include "reactor/codec.h"
#include "tests/websocket/transcript.h"

namespace sluice::websocket_test {
namespace {

// What one end sends, as its peer reads it.
class Conversation {
 public:
  explicit Conversation(const WebSocketSenderOptions& options) : sender_(options) {
    reader_.role =
        options.role == WebSocketRole::kClient ? WebSocketRole::kServer : WebSocketRole::kClient;
    reader_.deflate = options.deflate;
  }
  WebSocketSender& sender() { return sender_; }
  WebSocketError Put(const WebSocketSender::Frame& frame) {
    if (frame.error != WebSocketError::kNone) return frame.error;
    StringSink sink(bytes_);
    WriteWebSocketFrame(frame.header, frame.payload, sink);
    return WebSocketError::kNone;
  }
  std::string Events() {
    codec_test::HeapPlacement heap;
    return Read(codec_test::Whole(bytes_), heap, reader_, {});
  }
  const std::string& bytes() const { return bytes_; }

 private:
  WebSocketSender sender_;
  WebSocketReceiverOptions reader_;
  std::string bytes_;
};

std::vector<WebSocketSenderOptions> EveryWay() {
  std::vector<WebSocketSenderOptions> ways;
  for (const WebSocketRole role : {WebSocketRole::kServer, WebSocketRole::kClient}) {
    ways.push_back({.role = role, .seed = 1});
    ways.push_back({.role = role, .deflate = WebSocketDeflate(), .seed = 1});
    ways.push_back({.role = role,
                    .deflate = WebSocketDeflate{.server_no_context_takeover = true,
                                                .client_no_context_takeover = true,
                                                .server_max_window_bits = 9,
                                                .client_max_window_bits = 8},
                    .compression = {.message_bytes_min = 0},
                    .seed = 1});
  }
  return ways;
}

TEST(WebSocketSender, WhatIsSentIsRead) {
  for (const WebSocketSenderOptions& way : EveryWay()) {
    Conversation conversation(way);
    std::string expected;
    for (const size_t size : {0, 1, 125, 126, 1000, 65535, 65536, 200'000}) {
      const std::string content(size, 'm');
      EXPECT_EQ(conversation.Put(conversation.sender().Message(true, content)),
                WebSocketError::kNone);
      EXPECT_EQ(conversation.Put(conversation.sender().Message(false, content)),
                WebSocketError::kNone);
      expected += EventLine("text", content) + EventLine("binary", content);
    }
    EXPECT_TRUE(conversation.Events() == expected);
  }
}

TEST(WebSocketSender, PartsAreOneMessageWithControlBetween) {
  for (const WebSocketSenderOptions& way : EveryWay()) {
    Conversation conversation(way);
    WebSocketSender& sender = conversation.sender();
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(conversation.Put(sender.Part(true, "\xe4", false)), WebSocketError::kNone);
      EXPECT_EQ(conversation.Put(sender.Part(true, "", false)), WebSocketError::kNone);
      EXPECT_EQ(conversation.Put(sender.Control(WebSocketOpcode::kPing, "?")),
                WebSocketError::kNone);
      EXPECT_EQ(conversation.Put(sender.Part(true, "\xb8\xad", false)), WebSocketError::kNone);
      EXPECT_EQ(conversation.Put(sender.Part(true, "", true)), WebSocketError::kNone);
    }
    const std::string once = "ping '?'\ntext '\\xe4\\xb8\\xad'\n";
    EXPECT_EQ(conversation.Events(), once + once);
  }
}

TEST(WebSocketSender, RefusesWhatAPeerWouldRefuse) {
  for (const WebSocketSenderOptions& way : EveryWay()) {
    Conversation conversation(way);
    WebSocketSender& sender = conversation.sender();
    EXPECT_EQ(sender.Message(true, "\xff").error, WebSocketError::kBadUtf8);
    EXPECT_EQ(sender.Message(true, "\xe4\xb8").error, WebSocketError::kBadUtf8);
    EXPECT_EQ(sender.Control(WebSocketOpcode::kPing, std::string(126, 'p')).error,
              WebSocketError::kControlTooLong);
    EXPECT_EQ(conversation.Put(sender.Part(true, "\xe4", false)), WebSocketError::kNone);
    EXPECT_EQ(sender.Message(true, "a").error, WebSocketError::kMessageUnderWay);
    EXPECT_EQ(sender.Part(false, "a", true).error, WebSocketError::kMessageUnderWay);
    EXPECT_EQ(sender.Part(true, "a", true).error, WebSocketError::kBadUtf8);
    EXPECT_EQ(sender.Part(true, "\xb8", true).error, WebSocketError::kBadUtf8);
    // None of that changed anything.
    EXPECT_EQ(conversation.Put(sender.Part(true, "\xb8\xad", true)), WebSocketError::kNone);
    EXPECT_EQ(conversation.Events(), "text '\\xe4\\xb8\\xad'\n");
  }
}

TEST(WebSocketSender, EachFrameOfAClientHasAMaskOfItsOwn) {
  for (const auto seed : {std::optional<uint64_t>(7), std::optional<uint64_t>()}) {
    WebSocketSender sender({.role = WebSocketRole::kClient, .seed = seed});
    const uint32_t first = sender.Message(true, "a").header.mask.key();
    const uint32_t second = sender.Message(true, "a").header.mask.key();
    EXPECT_NE(first, second);
    WebSocketSender again({.role = WebSocketRole::kClient, .seed = seed});
    EXPECT_EQ(again.Message(true, "a").header.mask.key() == first, seed.has_value());
  }
}

TEST(WebSocketSender, ShortMessagesGoAsTheyAre) {
  WebSocketSender sender({.deflate = WebSocketDeflate(), .compression = {.message_bytes_min = 10}});
  EXPECT_FALSE(sender.Message(true, std::string(9, 'a')).header.compressed);
  EXPECT_TRUE(sender.Message(true, std::string(10, 'a')).header.compressed);
}

TEST(WebSocketFrame, TheHeaderIsTheShortest) {
  const auto header_bytes = [](uint64_t payload_bytes, bool masked) {
    char out[kWebSocketHeaderBytesMax];
    return WriteWebSocketHeader({.masked = masked, .payload_bytes = payload_bytes}, out);
  };
  EXPECT_EQ(header_bytes(125, false), 2u);
  EXPECT_EQ(header_bytes(126, false), 4u);
  EXPECT_EQ(header_bytes(65535, false), 4u);
  EXPECT_EQ(header_bytes(65536, false), 10u);
  EXPECT_EQ(header_bytes(65536, true), 14u);
}

}  // namespace
}  // namespace sluice::websocket_test
