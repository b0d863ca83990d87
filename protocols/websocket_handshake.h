// The opening of a WebSocket connection (RFC 6455 4): what a request and its answer have to say. No
// socket: heads of HTTP/1.1 in, fields out.
#ifndef SLUICE_PROTOCOLS_WEBSOCKET_HANDSHAKE_H_
#define SLUICE_PROTOCOLS_WEBSOCKET_HANDSHAKE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/http1_message.h"
#include "protocols/websocket_error.h"
#include "protocols/websocket_extension.h"
#include "protocols/websocket_options.h"

namespace sluice {

// What both ends agreed on.
struct WebSocketAgreement {
  std::string subprotocol;  // empty: none
  std::optional<WebSocketDeflate> deflate;
};

// Why a server does not take a request.
enum class WebSocketRefusal : uint8_t {
  kNone = 0,
  kNotGet,          // 405
  kNoUpgrade,       // 426: no "Upgrade: websocket" that Connection names
  kBadVersion,      // 426: Sec-WebSocket-Version is not 13
  kHasBody,         // 400
  kBadKey,          // 400: not one Sec-WebSocket-Key of 16 bytes in Base64
  kBadSubprotocol,  // 400: not a list of tokens
  kBadOrigin,       // 403: WebSocketServerOptions::origin_allowed
};
std::string_view WebSocketRefusalText(WebSocketRefusal refusal);
int WebSocketRefusalStatus(WebSocketRefusal refusal);  // 0 for kNone

struct WebSocketAnswer {
  WebSocketRefusal refusal = WebSocketRefusal::kNone;
  // Of the 101, beside Connection and Upgrade; or of the refusal.
  std::vector<WebSocketField> fields;
  WebSocketAgreement agreement;
};
WebSocketAnswer AnswerWebSocketRequest(const Http1Request& request,
                                       const WebSocketServerOptions& options);

// What Sec-WebSocket-Accept has to say to a key.
std::string WebSocketAccept(std::string_view key);

// The head of a client's request. `authority` as in a URL; `key` is 16 bytes in Base64.
std::string WebSocketRequestHead(std::string_view authority, std::string_view target,
                                 std::string_view key, const WebSocketClientOptions& options);
// kNone, and `*agreement` is set; or what is wrong with the answer. Not for other 1xx answers.
WebSocketError CheckWebSocketAnswer(const Http1Response& response, std::string_view key,
                                    const WebSocketClientOptions& options,
                                    WebSocketAgreement* agreement);

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_WEBSOCKET_HANDSHAKE_H_
