#include "tests/websocket/transcript.h"

#include "reactor/base/check.h"

namespace sluice::websocket_test {
namespace {

class Writer {
 public:
  explicit Writer(bool whole) : whole_(whole) {}

  // False after what ends the conversation.
  bool Take(const WebSocketEvent& event) {
    switch (event.kind) {
      case WebSocketEvent::kNeedMore:
        return true;
      case WebSocketEvent::kData:
        TakeData(event);
        return true;
      case WebSocketEvent::kPing:
        text_ += EventLine("ping", event.data);
        return true;
      case WebSocketEvent::kPong:
        text_ += EventLine("pong", event.data);
        return true;
      case WebSocketEvent::kClose:
        text_ += EventLine("close " + std::to_string(event.code), event.data);
        return false;
      case WebSocketEvent::kError:
        SLUICE_CHECK(event.error != WebSocketError::kNone, "an error has a reason");
        text_ += "error: " + std::string(WebSocketErrorText(event.error)) + "\n";
        return false;
    }
    return false;
  }
  const std::string& text() const { return text_; }

 private:
  void TakeData(const WebSocketEvent& event) {
    SLUICE_CHECK(event.first == !open_, "the first part, and no other, says so");
    SLUICE_CHECK(!whole_ || (event.first && event.last), "a whole message is its only part");
    SLUICE_CHECK(event.last || !event.data.empty(), "a part has bytes");
    message_ += event.data;
    open_ = !event.last;
    if (open_) return;
    text_ += EventLine(event.text ? "text" : "binary", message_);
    message_.clear();
  }

  bool whole_;
  bool open_ = false;
  std::string message_;
  std::string text_;
};

}  // namespace

std::string EventLine(std::string_view what, std::string_view data) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string line = std::string(what) + " '";
  for (const char byte : data) {
    const auto code = static_cast<unsigned char>(byte);
    if (code >= 0x20 && code < 0x7f) {
      line += byte;
    } else {
      line.append("\\x").append({kHex[code >> 4], kHex[code & 15]});
    }
  }
  return line + "'\n";
}

std::string Read(const codec_test::Pieces& pieces, codec_test::Placement& placement,
                 const WebSocketReceiverOptions& options, const WebSocketLimits& limits) {
  WebSocketReceiver receiver(options, limits);
  Writer writer(options.whole_messages);
  std::string unconsumed;
  for (const std::string_view piece : pieces) {
    unconsumed += piece;
    std::string_view rest = placement.Place(unconsumed);
    for (;;) {
      const WebSocketEvent event = receiver.Next(rest);
      if (!writer.Take(event)) return writer.text();
      SLUICE_CHECK(event.consumed <= rest.size(), "consumed is there");
      rest.remove_prefix(event.consumed);
      if (event.kind == WebSocketEvent::kNeedMore) break;
    }
    SLUICE_CHECK(rest.size() < kWebSocketHeaderBytesMax, "only a header is shown again");
    unconsumed.erase(0, unconsumed.size() - rest.size());
  }
  return writer.text();
}

}  // namespace sluice::websocket_test
