// Connects to a WebSocket server.
//
//   sluice::ConnectWebSocket(*loop, "ws://127.0.0.1:8080/chat", {}, std::make_unique<Chat>());
#ifndef SLUICE_PROTOCOLS_WEBSOCKET_CLIENT_H_
#define SLUICE_PROTOCOLS_WEBSOCKET_CLIENT_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "protocols/http1_limits.h"
#include "protocols/http1_parser.h"
#include "protocols/websocket.h"
#include "protocols/websocket_options.h"
#include "reactor/connection.h"
#include "reactor/handler.h"
#include "reactor/loop.h"

namespace sluice {

// Where a ws:// URL leads.
struct WebSocketUrl {
  std::string authority;  // as written
  std::string endpoint;   // host:port, for ResolveEndpoint
  std::string target;     // path and query
};
// InvalidArgument says what is wrong with it; wss is not there.
absl::StatusOr<WebSocketUrl> ParseWebSocketUrl(std::string_view url);

// The outcome is the handler's OnOpen, or OnClose with the reason. Fails where the URL or the
// options are wrong, or the host is not found (looking it up blocks).
absl::StatusOr<ConnectionId> ConnectWebSocket(Loop& loop, std::string_view url,
                                              WebSocketClientOptions options,
                                              std::unique_ptr<WebSocketHandler> handler);

// What ConnectWebSocket gives to Loop::Connect: sends the request, checks the answer, and is the
// WebSocket from then on.
class WebSocketClient final : public Handler {
 public:
  // Options must be valid.
  WebSocketClient(const WebSocketUrl& url, WebSocketClientOptions options,
                  std::unique_ptr<WebSocketHandler> handler);

  void OnOpen(Connection& connection) override;
  size_t OnData(Connection& connection, std::string_view bytes) override;
  void OnEnd(Connection& connection) override;
  void OnDrain(Connection& connection) override;
  void OnStop(Connection& connection) override;
  void OnClose(Connection& connection, CloseReason reason) override;

 private:
  struct Handshake {
    WebSocketUrl url;
    std::string key;
    Http1Limits limits;
    Http1ResponseParser parser{limits};
  };

  size_t TakeAnswer(Connection& connection, std::string_view bytes);
  void Answered(Connection& connection, const Http1Response& response);

  const WebSocketClientOptions options_;
  std::unique_ptr<Handshake> handshake_;  // until it is done
  WebSocket socket_;
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_WEBSOCKET_CLIENT_H_
