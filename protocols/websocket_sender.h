// The frames of what one end of a WebSocket sends: which header, masked with what, compressed or
// not. Nothing is written here: WriteWebSocketFrame (websocket_frame.h) does, to any sink.
#ifndef SLUICE_PROTOCOLS_WEBSOCKET_SENDER_H_
#define SLUICE_PROTOCOLS_WEBSOCKET_SENDER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/utf8.h"
#include "protocols/websocket_deflate.h"
#include "protocols/websocket_error.h"
#include "protocols/websocket_extension.h"
#include "protocols/websocket_frame.h"
#include "reactor/base/prng.h"

namespace sluice {

// Numbers that a peer cannot foresee (RFC 6455 10.3): from the system's entropy, or, so that a test
// can be repeated, from a seed.
class WebSocketRandom {
 public:
  explicit WebSocketRandom(std::optional<uint64_t> seed) {
    if (seed.has_value()) prng_.emplace(*seed);
  }
  uint64_t Next();

 private:
  std::optional<Prng> prng_;
};

struct WebSocketSenderOptions {
  WebSocketRole role = WebSocketRole::kServer;
  std::optional<WebSocketDeflate> deflate{};  // what was agreed
  WebSocketCompression compression{};         // how this end makes use of it
  std::optional<uint64_t> seed{};             // of a client's masks
};

class WebSocketSender {
 public:
  // One frame, or why there is none; then nothing has changed. The payload is what was given, or
  // compressed and valid until the next call.
  struct Frame {
    WebSocketError error = WebSocketError::kNone;
    WebSocketFrameHeader header;
    std::string_view payload;
  };

  explicit WebSocketSender(const WebSocketSenderOptions& options);

  Frame Message(bool text, std::string_view content);
  // The next part of a message, up to its last. Control frames may come between, messages not.
  Frame Part(bool text, std::string_view content, bool last);
  // `opcode` is one of control.
  Frame Control(WebSocketOpcode opcode, std::string_view payload);

 private:
  Frame Data(bool text, std::string_view content, bool last);
  WebSocketError CheckText(std::string_view content, bool last);
  std::string_view Deflate(std::string_view content, bool last);
  Frame Framed(WebSocketFrameHeader header, std::string_view payload);

  WebSocketRole role_;
  bool deflates_ = false;
  bool keeps_window_ = true;
  uint8_t window_bits_ = 15;
  bool mid_message_ = false;
  bool compressed_ = false;  // the message is
  bool text_ = false;
  WebSocketCompression compression_;
  WebSocketRandom random_;
  Utf8Validator utf8_;
  std::unique_ptr<WebSocketDeflater> deflater_;
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_WEBSOCKET_SENDER_H_
