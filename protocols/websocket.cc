#include "protocols/websocket.h"

#include <array>
#include <utility>

#include "reactor/loop.h"

namespace sluice {

void WebSocketHandler::OnOpen(WebSocket&) {}
void WebSocketHandler::OnPong(WebSocket&, std::string_view) {}
void WebSocketHandler::OnDrain(WebSocket&) {}
void WebSocketHandler::OnStop(WebSocket& socket) {
  socket.Close(websocket_close::kGoingAway);
}
void WebSocketHandler::OnClose(WebSocket&, const WebSocketClosed&) {}

std::string WebSocketClosed::ToString() const {
  if (error != WebSocketError::kNone) {
    std::string words = "failed: " + std::string(WebSocketErrorText(error));
    if (status != 0) words += ", status " + std::to_string(status);
    return code == websocket_close::kAbnormal ? words : words + " (" + std::to_string(code) + ")";
  }
  if (code == websocket_close::kAbnormal) return "lost: " + transport.ToString();
  std::string words = "closed by the peer: " + std::to_string(code);
  if (!reason.empty()) words.append(" ").append(reason);
  return words;
}

WebSocket::WebSocket(const WebSocketOptions& options, std::unique_ptr<WebSocketHandler> handler)
    : options_(&options), handler_(std::move(handler)) {}

WebSocket::WebSocket(const WebSocketOptions& options, WebSocketAgreement agreement,
                     std::unique_ptr<WebSocketHandler> handler)
    : WebSocket(options, std::move(handler)) {
  Begin(WebSocketRole::kServer, std::move(agreement), std::nullopt);
}

void WebSocket::Begin(WebSocketRole role, WebSocketAgreement agreement,
                      std::optional<uint64_t> seed) {
  role_ = role;
  agreement_ = std::move(agreement);
  receiver_.emplace(
      WebSocketReceiverOptions{
          .role = role, .whole_messages = options_->whole_messages, .deflate = agreement_.deflate},
      options_->limits);
  sender_.emplace(WebSocketSenderOptions{.role = role,
                                         .deflate = agreement_.deflate,
                                         .compression = options_->compression,
                                         .seed = seed});
  state_ = State::kOpen;
}

void WebSocket::OnOpen(Connection& connection) {
  connection_ = &connection;
  handler_->OnOpen(*this);
}

size_t WebSocket::OnData(Connection& connection, std::string_view bytes) {
  size_t consumed = 0;
  // A message may pause reading or close: those behind it then stay where they are.
  while (state_ != State::kEnded && connection.is_reading()) {
    const WebSocketEvent event = receiver_->Next(bytes.substr(consumed));
    consumed += event.consumed;
    if (event.kind == WebSocketEvent::kNeedMore) return consumed;
    Take(event);
  }
  return state_ == State::kEnded ? bytes.size() : consumed;
}

void WebSocket::Take(const WebSocketEvent& event) {
  switch (event.kind) {
    case WebSocketEvent::kNeedMore:
      return;
    case WebSocketEvent::kData:
      if (state_ == State::kOpen) {
        handler_->OnMessage(*this, {event.text, event.first, event.last, event.data});
      }
      return;
    case WebSocketEvent::kPing:
      if (is_open()) Put(sender_->Control(WebSocketOpcode::kPong, event.data));
      return;
    case WebSocketEvent::kPong:
      if (state_ == State::kOpen) handler_->OnPong(*this, event.data);
      return;
    case WebSocketEvent::kClose:
      PeerClosed(event.code, event.data);
      return;
    case WebSocketEvent::kError:
      Fail(event.error);
      return;
  }
}

void WebSocket::PeerClosed(uint16_t code, std::string_view reason) {
  if (state_ == State::kOpen) PutClose(code, "");
  state_ = State::kEnded;
  closed_.code = code;
  closed_.clean = true;
  closed_.reason = reason;
  if (role_ == WebSocketRole::kServer) {
    connection_->Close();
    return;
  }
  // RFC 6455 7.1.1: the server ends the connection first, so that TIME_WAIT is the client's.
  connection_->SetDeadline(connection_->loop().now() + options_->close_timeout);
}

void WebSocket::Fail(WebSocketError error) {
  const uint16_t code = WebSocketErrorCloseCode(error);
  if (state_ == State::kOpen) PutClose(code, WebSocketErrorText(error));
  state_ = State::kEnded;
  closed_.code = code;
  closed_.error = error;
  connection_->CloseProtocolError(static_cast<int>(error));
}

void WebSocket::HandshakeFailed(Connection& connection, WebSocketError error, uint16_t status) {
  state_ = State::kEnded;
  closed_.error = error;
  closed_.status = status;
  connection.CloseProtocolError(static_cast<int>(error));
}

WebSocketError WebSocket::Send(bool text, std::string_view data) {
  return is_open() ? Put(sender_->Message(text, data)) : WebSocketError::kNotOpen;
}

WebSocketError WebSocket::SendPart(bool text, std::string_view part, bool last) {
  return is_open() ? Put(sender_->Part(text, part, last)) : WebSocketError::kNotOpen;
}

WebSocketError WebSocket::Ping(std::string_view payload) {
  return is_open() ? Put(sender_->Control(WebSocketOpcode::kPing, payload))
                   : WebSocketError::kNotOpen;
}

WebSocketError WebSocket::Put(const WebSocketSender::Frame& frame) {
  if (frame.error != WebSocketError::kNone) return frame.error;
  WriteWebSocketFrame(frame.header, frame.payload, *connection_);
  return WebSocketError::kNone;
}

WebSocketError WebSocket::Close(uint16_t code, std::string_view reason) {
  if (!is_open()) return WebSocketError::kNotOpen;
  if (!IsWebSocketCloseCode(code)) return WebSocketError::kBadCloseCode;
  if (reason.size() + sizeof(code) > kWebSocketControlBytesMax) {
    return WebSocketError::kControlTooLong;
  }
  if (!IsUtf8(reason)) return WebSocketError::kBadCloseReason;
  PutClose(code, reason);
  state_ = State::kClosing;
  connection_->SetDeadline(connection_->loop().now() + options_->close_timeout);
  return WebSocketError::kNone;
}

void WebSocket::PutClose(uint16_t code, std::string_view reason) {
  std::string body;
  if (code != websocket_close::kNoStatus) {
    body = {static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
  }
  Put(sender_->Control(WebSocketOpcode::kClose, body.append(reason)));
}

void WebSocket::Abort() {
  connection_->Abort();
}

void WebSocket::OnEnd(Connection& connection) {
  state_ = State::kEnded;
  connection.Close();
}

void WebSocket::OnDrain(Connection&) {
  if (state_ == State::kOpen) handler_->OnDrain(*this);
}

void WebSocket::OnStop(Connection&) {
  if (state_ == State::kOpen) handler_->OnStop(*this);
}

void WebSocket::OnClose(Connection& connection, CloseReason reason) {
  connection_ = &connection;
  state_ = State::kEnded;
  closed_.transport = reason;
  handler_->OnClose(*this, closed_);
}

}  // namespace sluice
