// How WebSocket ends are set up.
#ifndef SLUICE_PROTOCOLS_WEBSOCKET_OPTIONS_H_
#define SLUICE_PROTOCOLS_WEBSOCKET_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "protocols/http1_message.h"
#include "protocols/websocket_extension.h"
#include "protocols/websocket_limits.h"
#include "reactor/base/time.h"
#include "reactor/loop.h"

namespace sluice {

// Of both ends.
struct WebSocketOptions {
  WebSocketLimits limits{};
  // OnMessage gets whole messages, gathered up to the limit; else their parts as they come.
  bool whole_messages = true;
  WebSocketCompression compression{};
  // From the first Close frame to the end of the connection; then it is aborted (kDeadline).
  Duration close_timeout = std::chrono::seconds(5);
};

struct WebSocketServerOptions {
  WebSocketOptions socket{};
  // What this server speaks, best first; it takes the first that the client names. None in common:
  // the connection has none, and the client decides.
  std::vector<std::string> subprotocols{};
  // Whether a page of this origin ("https://example.com") may connect; browsers name it, and send
  // cookies with the request whoever the page belongs to. Default: the origin that the request is
  // for (its host and port). Without an Origin field it is no browser, and not asked.
  absl::AnyInvocable<bool(std::string_view origin, const Http1Request&) const> origin_allowed{};
};

struct WebSocketField {
  std::string name;
  std::string value;
};

struct WebSocketClientOptions {
  WebSocketOptions socket{};
  std::vector<std::string> subprotocols{};  // that are asked for, best first
  std::vector<WebSocketField> fields{};  // of the request, beside the handshake's own: Origin, ...
  ConnectOptions connect{};
  Duration handshake_timeout = std::chrono::seconds(10);  // from OnOpen to the answer; kDeadline
  // Masks and the key follow from it, for tests and simulations; else they cannot be foreseen.
  std::optional<uint64_t> seed{};
};

// InvalidArgument, in words.
absl::Status ValidateWebSocketOptions(const WebSocketServerOptions& options);
absl::Status ValidateWebSocketOptions(const WebSocketClientOptions& options);

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_WEBSOCKET_OPTIONS_H_
