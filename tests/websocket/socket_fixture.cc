#include "tests/websocket/socket_fixture.h"

#include <utility>

#include "protocols/websocket_route.h"
#include "tests/websocket/transcript.h"

namespace sluice::websocket_test {
namespace {

class EndHandler : public WebSocketHandler {
 public:
  explicit EndHandler(EndPtr end) : end_(std::move(end)) {}
  ~EndHandler() override { end_->destroyed = true; }

  void OnOpen(WebSocket& socket) override {
    EXPECT_EQ(++end_->opens, 1) << "OnOpen comes once";
    end_->socket = &socket;
    if (end_->on_open) end_->on_open(socket);
  }
  void OnMessage(WebSocket& socket, const WebSocketMessage& message) override {
    EXPECT_EQ(end_->opens, 1) << "OnOpen comes first";
    EXPECT_TRUE(socket.is_open()) << "no message after Close";
    EXPECT_TRUE(socket.connection().is_reading()) << "no message while paused";
    EXPECT_EQ(message.first, !end_->mid_message) << "the first part says so";
    end_->mid_message = !message.last;
    end_->message += message.data;
    if (message.last) {
      ++end_->messages;
      end_->events += EventLine(message.text ? "text" : "binary", end_->message);
      end_->message.clear();
    }
    if (end_->on_message) end_->on_message(socket, message);
  }
  void OnPong(WebSocket&, std::string_view payload) override {
    end_->events += EventLine("pong", payload);
  }
  void OnDrain(WebSocket& socket) override {
    ++end_->drains;
    if (end_->on_drain) end_->on_drain(socket);
  }
  void OnClose(WebSocket& socket, const WebSocketClosed& closed) override {
    EXPECT_EQ(++end_->closes, 1) << "OnClose comes once";
    EXPECT_FALSE(socket.is_open());
    end_->socket = nullptr;
    end_->closed = closed;
  }

 private:
  EndPtr end_;
};

}  // namespace

std::unique_ptr<WebSocketHandler> MakeEnd(EndPtr end) {
  return std::make_unique<EndHandler>(std::move(end));
}

void EchoMessages(WebSocket& socket, const WebSocketMessage& message) {
  EXPECT_EQ(socket.SendPart(message.text, message.data, message.last), WebSocketError::kNone);
}

void SocketTest::TearDown() {
  ReactorTest::TearDown();
  for (const EndPtr& end : ends_) {
    EXPECT_EQ(end->closes, 1) << "each end has one OnClose";
    EXPECT_TRUE(end->destroyed) << "each handler is destroyed";
  }
}

EndPtr SocketTest::NewEnd(const EndScript& script) {
  auto end = std::make_shared<End>();
  if (script) script(*end);
  ends_.push_back(end);
  return end;
}

Listener* SocketTest::Serve(EndScript script, ListenerOptions listener_options) {
  auto server = std::make_unique<Http1Server>();
  server->Get("/", WebSocketRoute(std::move(server_options),
                                  [this, script = std::move(script)](const Http1Request&) {
                                    served_.push_back(NewEnd(script));
                                    return MakeEnd(served_.back());
                                  }));
  server_options = {};
  absl::StatusOr<Listener*> listener =
      server->Listen(loop(), "127.0.0.1:0", std::move(listener_options));
  EXPECT_TRUE(listener.ok()) << listener.status();
  servers_.push_back(std::move(server));
  return *listener;
}

std::string SocketTest::Url(Listener* listener, std::string_view target) {
  return "ws://" + listener->endpoint().ToString() + std::string(target);
}

EndPtr SocketTest::Dial(Listener* listener, EndScript script, std::string_view target) {
  EndPtr end = NewEnd(script);
  const auto id = ConnectWebSocket(loop(), Url(listener, target), client_options, MakeEnd(end));
  EXPECT_TRUE(id.ok()) << id.status();
  return end;
}

SocketTest::Sockets SocketTest::Open(EndScript client, EndScript server) {
  Listener* listener = Serve(std::move(server));
  const size_t before = served_.size();
  Sockets sockets;
  sockets.client = Dial(listener, std::move(client));
  const bool opened =
      TurnUntil([&] { return sockets.client->opens == 1 && served_.size() > before; });
  EXPECT_TRUE(opened) << sockets.client->closed.ToString();
  sockets.server = opened ? served_.back() : NewEnd({});
  return sockets;
}

}  // namespace sluice::websocket_test
