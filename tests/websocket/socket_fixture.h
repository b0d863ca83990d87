// WebSocket connections on the backend under test: ends that record what happens, and raw peers.
#ifndef SLUICE_TESTS_WEBSOCKET_SOCKET_FIXTURE_H_
#define SLUICE_TESTS_WEBSOCKET_SOCKET_FIXTURE_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/http1_server.h"
#include "protocols/websocket.h"
#include "protocols/websocket_client.h"
#include "tests/conformance/fixture.h"

namespace sluice::websocket_test {

// One end of a WebSocket: what it shall do, and what happened to it. Outlives its handler.
struct End {
  std::function<void(WebSocket&)> on_open;
  std::function<void(WebSocket&, const WebSocketMessage&)> on_message;
  std::function<void(WebSocket&)> on_drain;

  std::string events;  // as in a transcript; parts are put together
  std::string message;
  bool mid_message = false;
  int opens = 0;
  int messages = 0;
  int drains = 0;
  int closes = 0;
  bool destroyed = false;
  WebSocketClosed closed;
  WebSocket* socket = nullptr;  // while it is open
};
using EndPtr = std::shared_ptr<End>;

std::unique_ptr<WebSocketHandler> MakeEnd(EndPtr end);
void EchoMessages(WebSocket& socket, const WebSocketMessage& message);

class SocketTest : public test::ReactorTest {
 protected:
  using EndScript = std::function<void(End&)>;

  void TearDown() override;

  // An HTTP server with WebSockets at "/", by server_options, which are then the default again;
  // each connection's End is appended to served_.
  Listener* Serve(EndScript script = {}, ListenerOptions listener = {});
  EndPtr Dial(Listener* listener, EndScript script = {}, std::string_view target = "/");

  struct Sockets {
    EndPtr client;
    EndPtr server;
  };
  // Both ends, open.
  Sockets Open(EndScript client = {}, EndScript server = {});

  // "ws://127.0.0.1:PORT/target"
  static std::string Url(Listener* listener, std::string_view target = "/");

  WebSocketServerOptions server_options;
  WebSocketClientOptions client_options{.seed = 1};
  std::vector<EndPtr> served_;

 private:
  EndPtr NewEnd(const EndScript& script);
  std::vector<EndPtr> ends_;
  std::vector<std::unique_ptr<Http1Server>> servers_;
};

}  // namespace sluice::websocket_test

#endif  // SLUICE_TESTS_WEBSOCKET_SOCKET_FIXTURE_H_
