// What a WebSocket peer sends (RFC 6455, RFC 7692): bytes in, messages and control frames out. No
// socket, no clock.
//
//   for (;;) {
//     WebSocketEvent event = receiver.Next(bytes);
//     bytes.remove_prefix(event.consumed);
//     switch (event.kind) { ... }                 // until kNeedMore, kClose or kError
//   }
//
// Like an HTTP body input is consumed as it comes, also by kNeedMore; only an incomplete header is
// shown again. Where a message was compressed, what is left unconsumed may be a single byte: it
// stands for what is still to be inflated, so that a reader who pauses is not given it before.
#ifndef SLUICE_PROTOCOLS_WEBSOCKET_RECEIVER_H_
#define SLUICE_PROTOCOLS_WEBSOCKET_RECEIVER_H_

#include <array>
#include <cstddef>
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
#include "protocols/websocket_limits.h"

namespace sluice {

struct WebSocketEvent {
  enum Kind : uint8_t { kNeedMore, kData, kPing, kPong, kClose, kError };
  Kind kind = kNeedMore;
  WebSocketError error = WebSocketError::kNone;  // with kError: not to be called again
  size_t consumed = 0;                           // with every kind but kError

  // With kData: of its message. Whole messages are both.
  bool text = false;
  bool first = false;
  bool last = false;
  uint16_t code = 0;  // with kClose; 1005 where it has none
  // Of the message, the Ping or the Pong; a Close's reason. Valid until the next call.
  std::string_view data;
};

struct WebSocketReceiverOptions {
  WebSocketRole role = WebSocketRole::kServer;
  bool whole_messages = true;  // else their parts as they come; those of a text may cut characters
  std::optional<WebSocketDeflate> deflate{};  // what was agreed
};

class WebSocketReceiver {
 public:
  // `limits` outlives this.
  WebSocketReceiver(const WebSocketReceiverOptions& options, const WebSocketLimits& limits);

  WebSocketEvent Next(std::string_view bytes);

  // An end of the input now cuts a frame or a message off.
  bool mid_message() const { return frames_.mid_message(); }

 private:
  WebSocketEvent TakePiece(const WebSocketPiece& piece, size_t* given_back);
  WebSocketEvent TakeControl(const WebSocketPiece& piece);
  WebSocketEvent TakeClose();
  void BeginMessage(const WebSocketPiece& piece);
  WebSocketEvent TakePlain(const WebSocketPiece& piece, bool last);
  WebSocketEvent TakeCompressed(const WebSocketPiece& piece, bool last, size_t* given_back);
  WebSocketEvent TakeInflated(const WebSocketInflater::Step& step);
  WebSocketEvent TakeContent(std::string_view content, bool last);
  WebSocketInflater& Inflater();

  bool whole_messages_;
  bool keeps_window_ = true;  // from one compressed message to the next
  uint8_t window_bits_ = 15;
  const WebSocketLimits* limits_;
  WebSocketFrames frames_;
  Utf8Validator utf8_;
  bool text_ = false;            // the message is
  bool first_ = false;           // nothing of the message was given yet
  uint64_t inflated_bytes_ = 0;  // of the message
  std::string message_;          // gathered; empty where it lies in one piece
  std::unique_ptr<WebSocketInflater> inflater_;
  std::array<char, kWebSocketControlBytesMax> control_;
  size_t control_bytes_ = 0;
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_WEBSOCKET_RECEIVER_H_
