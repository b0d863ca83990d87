#include "protocols/websocket_client.h"

#include <cstring>
#include <utility>

#include "absl/strings/escaping.h"
#include "protocols/http1_bytes.h"
#include "protocols/websocket_handshake.h"
#include "reactor/backend/resolve.h"

namespace sluice {
namespace {

absl::Status BadUrl(std::string_view url, const std::string& why) {
  return absl::InvalidArgumentError("\"" + std::string(url) + "\": " + why);
}

bool HasPort(std::string_view authority) {
  const size_t colon = authority.rfind(':');
  const size_t bracket = authority.rfind(']');  // an IPv6 address has colons of its own
  return colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
}

std::string NewKey(WebSocketRandom& random) {
  std::string bytes(16, '\0');
  for (const size_t at : {0, 8}) {
    const uint64_t number = random.Next();
    std::memcpy(&bytes[at], &number, sizeof(number));
  }
  return absl::Base64Escape(bytes);
}

}  // namespace

absl::StatusOr<WebSocketUrl> ParseWebSocketUrl(std::string_view url) {
  constexpr std::string_view kScheme = "ws://";
  if (!Http1EqualNames(url.substr(0, kScheme.size()), kScheme)) {
    return BadUrl(url, "a WebSocket URL begins with ws:// (wss:// is not supported)");
  }
  for (const char byte : url) {
    if (static_cast<unsigned char>(byte) <= ' ' || static_cast<unsigned char>(byte) >= 0x7f) {
      return BadUrl(url, "a URL has no spaces, control bytes or bytes beyond ASCII: escape them");
    }
  }
  const std::string_view rest = url.substr(kScheme.size());
  const size_t authority_end = std::min(rest.find_first_of("/?#"), rest.size());
  WebSocketUrl parsed;
  parsed.authority = rest.substr(0, authority_end);
  parsed.target = rest.substr(authority_end);
  if (parsed.authority.empty()) return BadUrl(url, "names no host");
  if (http1::OneOf(parsed.authority, '@')) return BadUrl(url, "a WebSocket URL has no user");
  if (http1::OneOf(parsed.target, '#')) return BadUrl(url, "a WebSocket URL has no fragment");
  if (parsed.target.empty() || parsed.target[0] != '/') parsed.target.insert(0, 1, '/');
  parsed.endpoint = HasPort(parsed.authority) ? parsed.authority : parsed.authority + ":80";
  return parsed;
}

absl::StatusOr<ConnectionId> ConnectWebSocket(Loop& loop, std::string_view url,
                                              WebSocketClientOptions options,
                                              std::unique_ptr<WebSocketHandler> handler) {
  absl::StatusOr<WebSocketUrl> parsed = ParseWebSocketUrl(url);
  if (!parsed.ok()) return parsed.status();
  if (absl::Status status = ValidateWebSocketOptions(options); !status.ok()) return status;
  absl::StatusOr<Endpoint> endpoint = ResolveEndpoint(parsed->endpoint);
  if (!endpoint.ok()) return endpoint.status();
  ConnectOptions connect = options.connect;
  return loop.Connect(
      *endpoint, std::move(connect),
      std::make_unique<WebSocketClient>(*parsed, std::move(options), std::move(handler)));
}

WebSocketClient::WebSocketClient(const WebSocketUrl& url, WebSocketClientOptions options,
                                 std::unique_ptr<WebSocketHandler> handler)
    : options_(std::move(options)),
      handshake_(std::make_unique<Handshake>()),
      socket_(options_.socket, std::move(handler)) {
  handshake_->url = url;
}

void WebSocketClient::OnOpen(Connection& connection) {
  WebSocketRandom random(options_.seed);
  handshake_->key = NewKey(random);
  connection.SetDeadline(connection.loop().now() + options_.handshake_timeout);
  connection.Send(WebSocketRequestHead(handshake_->url.authority, handshake_->url.target,
                                       handshake_->key, options_));
}

size_t WebSocketClient::OnData(Connection& connection, std::string_view bytes) {
  size_t consumed = 0;
  if (handshake_ != nullptr) consumed = TakeAnswer(connection, bytes);
  // Frames may have come with the answer.
  if (handshake_ != nullptr || consumed == bytes.size() || !connection.is_reading()) {
    return consumed;
  }
  return consumed + socket_.OnData(connection, bytes.substr(consumed));
}

size_t WebSocketClient::TakeAnswer(Connection& connection, std::string_view bytes) {
  size_t consumed = 0;
  while (handshake_ != nullptr && connection.is_open()) {
    Http1Response response;
    const Http1Parsed parsed =
        handshake_->parser.Parse(bytes.substr(consumed), Http1Method::kGet, &response);
    if (parsed.result == DecodeResult::kNeedMore) break;
    if (parsed.result == DecodeResult::kError) {
      socket_.HandshakeFailed(connection, WebSocketError::kBadAnswer, 0);
      break;
    }
    consumed += parsed.consumed;
    const bool interim = response.status < 200 && response.status != 101;
    if (!interim) Answered(connection, response);
  }
  return consumed;
}

void WebSocketClient::Answered(Connection& connection, const Http1Response& response) {
  WebSocketAgreement agreement;
  const WebSocketError error =
      CheckWebSocketAnswer(response, handshake_->key, options_, &agreement);
  if (error != WebSocketError::kNone) {
    socket_.HandshakeFailed(connection, error, response.status);
    return;
  }
  handshake_.reset();
  connection.SetDeadline(kNever);
  const bool compressed = agreement.deflate.has_value();
  // Another number than the key's, which is sent in the clear.
  socket_.Begin(
      WebSocketRole::kClient, std::move(agreement),
      options_.seed.has_value() ? std::optional<uint64_t>(*options_.seed + 1) : std::nullopt);
  if (options_.socket.compression.required && !compressed) {
    socket_.connection_ = &connection;
    socket_.Fail(WebSocketError::kNoCompression);
    return;
  }
  socket_.OnOpen(connection);
}

void WebSocketClient::OnEnd(Connection& connection) {
  if (handshake_ != nullptr) {
    socket_.HandshakeFailed(connection, WebSocketError::kBadAnswer, 0);
  } else {
    socket_.OnEnd(connection);
  }
}

void WebSocketClient::OnDrain(Connection& connection) {
  if (handshake_ == nullptr) socket_.OnDrain(connection);
}

void WebSocketClient::OnStop(Connection& connection) {
  if (handshake_ == nullptr) {
    socket_.OnStop(connection);
  } else {
    connection.Close();
  }
}

void WebSocketClient::OnClose(Connection& connection, CloseReason reason) {
  socket_.OnClose(connection, reason);
}

}  // namespace sluice
