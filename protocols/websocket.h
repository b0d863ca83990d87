// A WebSocket connection (RFC 6455), of a server or a client.
//
//   class Echo : public sluice::WebSocketHandler {
//     void OnMessage(sluice::WebSocket& socket, const sluice::WebSocketMessage& message) override {
//       socket.Send(message.text, message.data);
//     }
//   };
//
// WebSocketRoute (websocket_route.h) makes them of requests to a server, ConnectWebSocket
// (websocket_client.h) of a URL. Pings are answered, the closing handshake is done, and what breaks
// a rule is answered with the Close code that is its own, all without the user.
//
// Backpressure is the connection's: messages sent count in its unsent bytes, and while those are
// above its high-water mark nothing is read from the peer, Pings that would have to be answered
// included. Heed unsent_bytes and OnDrain where the peer is not asked for each message.
#ifndef SLUICE_PROTOCOLS_WEBSOCKET_H_
#define SLUICE_PROTOCOLS_WEBSOCKET_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/websocket_error.h"
#include "protocols/websocket_handshake.h"
#include "protocols/websocket_options.h"
#include "protocols/websocket_receiver.h"
#include "protocols/websocket_sender.h"
#include "reactor/connection.h"
#include "reactor/handler.h"

namespace sluice {

class WebSocket;
class WebSocketClient;

// A whole message, or with WebSocketOptions::whole_messages off a part of one; parts of a text may
// end inside a character, and not every frame makes one.
struct WebSocketMessage {
  bool text = false;  // UTF-8, checked; else bytes
  bool first = true;
  bool last = true;
  std::string_view data;  // valid during the call
};

// How it ended.
struct WebSocketClosed {
  // The peer's Close code, 1005 where it gave none; what this end failed with; 1006 where the
  // connection broke, or never was one.
  uint16_t code = websocket_close::kAbnormal;
  std::string reason;                            // the peer's
  bool clean = false;                            // both ends sent a Close
  WebSocketError error = WebSocketError::kNone;  // why this end failed it
  uint16_t status = 0;                           // with kRefused: of HTTP
  CloseReason transport;

  // "closed by the peer: 1001", "failed: text is not UTF-8 (1007)", ...
  std::string ToString() const;
};

// What a user writes; one for each connection, destroyed after OnClose. Called on the loop's thread
// only, and any callback may call anything on its WebSocket.
class WebSocketHandler {
 public:
  virtual ~WebSocketHandler() = default;
  // The handshake is done. Not called when it fails: that is OnClose alone.
  virtual void OnOpen(WebSocket& socket);
  // Not called after Close, while reading is paused, or before OnOpen.
  virtual void OnMessage(WebSocket& socket, const WebSocketMessage& message) = 0;
  virtual void OnPong(WebSocket& socket, std::string_view payload);
  // Unsent output fell below the low-water mark after having been above the high-water mark.
  virtual void OnDrain(WebSocket& socket);
  // The loop was asked to stop. Default: Close(1001).
  virtual void OnStop(WebSocket& socket);
  // Exactly once, the last call.
  virtual void OnClose(WebSocket& socket, const WebSocketClosed& closed);
};

// Valid from OnOpen until OnClose returns: a pointer may be kept so long, to send from elsewhere on
// the loop's thread. Its thread only.
class WebSocket final : public Handler {
 public:
  // Of a server, once AnswerWebSocketRequest has taken the request and its answer is sent: the
  // handler that takes over the connection. `options` outlives it.
  WebSocket(const WebSocketOptions& options, WebSocketAgreement agreement,
            std::unique_ptr<WebSocketHandler> handler);

  // Sends a message. Refused, with nothing sent: kNotOpen after Close; kBadUtf8 for text that is
  // none; kMessageUnderWay while SendPart's message has not ended.
  WebSocketError Send(bool text, std::string_view data);
  WebSocketError SendText(std::string_view text) { return Send(true, text); }
  WebSocketError SendBinary(std::string_view bytes) { return Send(false, bytes); }
  // The next part of a message, up to its last; for what is not at hand as a whole.
  WebSocketError SendPart(bool text, std::string_view part, bool last);
  // Up to 125 bytes (kControlTooLong). The answer is OnPong.
  WebSocketError Ping(std::string_view payload = "");

  // Sends Close and waits for the peer's, up to close_timeout; messages until then are dropped. The
  // code is 1000 to 1003, 1007 to 1014 or 3000 to 4999 (kBadCloseCode), the reason up to 123 bytes
  // (kControlTooLong) of UTF-8 (kBadCloseReason).
  WebSocketError Close(uint16_t code = websocket_close::kNormal, std::string_view reason = "");
  // Drops what is unsent, and the connection.
  void Abort();

  void PauseReading() { connection_->PauseReading(); }
  void ResumeReading() { connection_->ResumeReading(); }

  bool is_open() const { return state_ == State::kOpen && connection_->is_open(); }
  size_t unsent_bytes() const { return connection_->unsent_bytes(); }
  const std::string& subprotocol() const { return agreement_.subprotocol; }  // empty: none
  bool compresses() const { return agreement_.deflate.has_value(); }
  // Not to be sent on, closed, or ended.
  Connection& connection() const { return *connection_; }
  WebSocketHandler& handler() const { return *handler_; }

  // Handler.
  void OnOpen(Connection& connection) override;
  size_t OnData(Connection& connection, std::string_view bytes) override;
  void OnEnd(Connection& connection) override;
  void OnDrain(Connection& connection) override;
  void OnStop(Connection& connection) override;
  void OnClose(Connection& connection, CloseReason reason) override;

 private:
  friend class WebSocketClient;

  enum class State : uint8_t {
    kHandshake,  // a client's
    kOpen,
    kClosing,  // our Close is sent, the peer's awaited
    kEnded,    // nothing more is read: both are sent, or it failed
  };

  WebSocket(const WebSocketOptions& options, std::unique_ptr<WebSocketHandler> handler);
  void Begin(WebSocketRole role, WebSocketAgreement agreement, std::optional<uint64_t> seed);
  void HandshakeFailed(Connection& connection, WebSocketError error, uint16_t status);

  void Take(const WebSocketEvent& event);
  void PeerClosed(uint16_t code, std::string_view reason);
  void Fail(WebSocketError error);
  WebSocketError Put(const WebSocketSender::Frame& frame);
  void PutClose(uint16_t code, std::string_view reason);

  const WebSocketOptions* options_;
  std::unique_ptr<WebSocketHandler> handler_;
  Connection* connection_ = nullptr;
  State state_ = State::kHandshake;
  WebSocketRole role_ = WebSocketRole::kClient;
  WebSocketAgreement agreement_;
  std::optional<WebSocketReceiver> receiver_;
  std::optional<WebSocketSender> sender_;
  WebSocketClosed closed_;
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_WEBSOCKET_H_
