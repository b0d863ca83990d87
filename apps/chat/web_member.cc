#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "apps/chat/page_html.h"
#include "apps/chat/speech.h"
#include "apps/chat/stream_member.h"
#include "protocols/websocket_route.h"

namespace sluice::chat {
namespace {

class WebMember final : public WebSocketHandler, public Member {
 public:
  WebMember(Room& room, const StreamLimits& limits) : room_(room), limits_(limits) {}

  void OnOpen(WebSocket& socket) override {
    socket_ = &socket;
    speech_.emplace(socket.connection().loop(), limits_.speech, [this] {
      if (socket_ != nullptr) socket_->ResumeReading();
    });
    room_.Enter(*this);
  }

  void OnMessage(WebSocket&, const WebSocketMessage& message) override {
    const size_t bytes = message.data.size();
    if (message.text) {
      room_.Take(*this, message.data);
    } else {
      room_.Refuse(*this, "not passed on: only text messages are");
    }
    if (!speech_->Said(bytes, room_.count()) && socket_ != nullptr && socket_->is_open()) {
      socket_->PauseReading();
    }
  }

  void OnStop(WebSocket& socket) override {
    room_.Closing();
    socket.SendText(room_.Farewell().text);
    socket.Close(websocket_close::kGoingAway, "the room closes");
  }

  void OnClose(WebSocket&, const WebSocketClosed& closed) override {
    socket_ = nullptr;
    const bool too_long = closed.error == WebSocketError::kMessageTooBig ||
                          closed.error == WebSocketError::kFrameTooBig;
    if (too_long) room_.Expel(*this, "a message above the limit");
    room_.Leave(*this);
  }

  bool Hear(const Message& message) override {
    if (socket_ == nullptr) return true;
    if (!limits_.Fits(socket_->unsent_bytes(), message.text.size())) return false;
    socket_->SendText(message.text);
    return true;
  }

  void Dismiss(const Message& farewell) override {
    if (socket_ == nullptr) return;
    socket_->SendText(farewell.text);
    socket_->Close(websocket_close::kNormal);
  }

 private:
  Room& room_;
  const StreamLimits& limits_;
  WebSocket* socket_ = nullptr;
  std::optional<Speech> speech_;  // once it is open
};

}  // namespace

void AddWebMembers(Http1Server& server, Room& room, const StreamLimits& limits) {
  server.Get("/", [page = PageHtml(room.options().echo)](Http1Exchange& exchange) {
    exchange.AddHeader("Cache-Control", "no-cache");
    exchange.AddHeader("Content-Security-Policy",
                       "default-src 'none'; connect-src 'self'; style-src 'unsafe-inline'; "
                       "script-src 'unsafe-inline'; img-src data:");
    exchange.Reply(200, "text/html; charset=utf-8", page);
  });
  WebSocketServerOptions options;
  options.socket.limits = {.frame_bytes_max = limits.message_bytes_max,
                           .message_bytes_max = limits.message_bytes_max};
  server.Get("/ws", WebSocketRoute(std::move(options), [&room, &limits](const Http1Request&) {
               return std::make_unique<WebMember>(room, limits);
             }));
}

}  // namespace sluice::chat
