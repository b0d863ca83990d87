#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "protocols/http1_parser.h"
#include "protocols/websocket_client.h"
#include "protocols/websocket_handshake.h"

namespace sluice {
namespace {

constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";  // RFC 6455 1.3

// A request that is taken, with the lines of `changed` in the place of those with their names.
std::string Request(const std::vector<std::string>& changed = {},
                    std::string_view first = "GET /chat HTTP/1.1") {
  std::vector<std::string> lines = {"Host: example.com:8080", "Connection: keep-alive, Upgrade",
                                    "Upgrade: h2c, WebSocket", "Sec-WebSocket-Version: 13",
                                    "Sec-WebSocket-Key: " + std::string(kKey)};
  for (const std::string& line : changed) {
    const std::string name = line.substr(0, line.find(':') + 1);
    std::erase_if(lines, [&](const std::string& old) { return old.rfind(name, 0) == 0; });
  }
  for (const std::string& line : changed) {
    if (line.back() != ':') lines.push_back(line);  // else it is left out
  }
  std::string head(first);
  for (const std::string& line : lines) head += "\r\n" + line;
  return head + "\r\n\r\n";
}

WebSocketAnswer Answer(const std::string& head, const WebSocketServerOptions& options = {}) {
  Http1Limits limits;
  Http1RequestParser parser(limits);
  Http1Request request;
  EXPECT_EQ(parser.Parse(head, &request).result, DecodeResult::kMessage) << head;
  return AnswerWebSocketRequest(request, options);
}

std::string Fields(const std::vector<WebSocketField>& fields) {
  std::string text;
  for (const WebSocketField& field : fields) text += field.name + ": " + field.value + "\n";
  return text;
}

TEST(WebSocketHandshake, TheKeyHasTheAnswerOfTheStandard) {
  EXPECT_EQ(WebSocketAccept(kKey), kAccept);
}

TEST(WebSocketHandshake, AProperRequestIsTaken) {
  const WebSocketAnswer answer = Answer(Request());
  EXPECT_EQ(answer.refusal, WebSocketRefusal::kNone) << WebSocketRefusalText(answer.refusal);
  EXPECT_EQ(Fields(answer.fields), "Sec-WebSocket-Accept: " + std::string(kAccept) + "\n");
}

TEST(WebSocketHandshake, AnythingElseIsRefusedWithAStatus) {
  struct Case {
    std::string head;
    WebSocketRefusal refusal;
    int status;
    std::string fields;
  };
  const std::string version = "Sec-WebSocket-Version: 13\n";
  const auto with = [](const std::string& line) { return Request({line}); };
  const Case cases[] = {
      {Request({}, "POST /chat HTTP/1.1"), WebSocketRefusal::kNotGet, 405, "Allow: GET\n"},
      {Request({}, "GET /chat HTTP/1.0"), WebSocketRefusal::kNoUpgrade, 426, version},
      {with("Upgrade:"), WebSocketRefusal::kNoUpgrade, 426, version},
      {with("Upgrade: h2c"), WebSocketRefusal::kNoUpgrade, 426, version},
      {with("Connection: keep-alive"), WebSocketRefusal::kNoUpgrade, 426, version},
      {with("Sec-WebSocket-Version:"), WebSocketRefusal::kBadVersion, 426, version},
      {with("Sec-WebSocket-Version: 8"), WebSocketRefusal::kBadVersion, 426, version},
      {with("Sec-WebSocket-Version: 13, 8"), WebSocketRefusal::kBadVersion, 426, version},
      {Request({"Sec-WebSocket-Version: 8", "Sec-WebSocket-Version: 13"}),
       WebSocketRefusal::kBadVersion, 426, version},
      {with("Content-Length: 3"), WebSocketRefusal::kHasBody, 400, ""},
      {with("Sec-WebSocket-Key:"), WebSocketRefusal::kBadKey, 400, ""},
      {with("Sec-WebSocket-Key: AAAA"), WebSocketRefusal::kBadKey, 400, ""},
      {with("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ"), WebSocketRefusal::kBadKey, 400, ""},
      {with("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZR=="), WebSocketRefusal::kBadKey, 400, ""},
      {with("Sec-WebSocket-Key: !!!!IHNhbXBsZSBub25jZQ=="), WebSocketRefusal::kBadKey, 400, ""},
      {Request({"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="}),
       WebSocketRefusal::kBadKey, 400, ""},
      {with("Sec-WebSocket-Protocol: a b"), WebSocketRefusal::kBadSubprotocol, 400, ""},
      {with("Sec-WebSocket-Protocol: a,,b"), WebSocketRefusal::kBadSubprotocol, 400, ""},
  };
  for (const Case& c : cases) {
    const WebSocketAnswer answer = Answer(c.head);
    EXPECT_EQ(answer.refusal, c.refusal) << c.head << WebSocketRefusalText(answer.refusal);
    EXPECT_EQ(WebSocketRefusalStatus(answer.refusal), c.status) << c.head;
    EXPECT_EQ(Fields(answer.fields), c.fields) << c.head;
  }
}

TEST(WebSocketHandshake, PagesOfOtherOriginsMayNotConnect) {
  const auto refusal = [](const std::string& origin, const WebSocketServerOptions& options) {
    return Answer(Request({"Origin: " + origin}), options).refusal;
  };
  WebSocketServerOptions options;
  EXPECT_EQ(refusal("http://example.com:8080", options), WebSocketRefusal::kNone);
  EXPECT_EQ(refusal("https://EXAMPLE.com:8080", options), WebSocketRefusal::kNone);
  for (const char* origin : {"http://example.com", "http://evil.example", "null",
                             "http://example.com:8080.evil.example"}) {
    EXPECT_EQ(refusal(origin, options), WebSocketRefusal::kBadOrigin) << origin;
  }
  EXPECT_EQ(WebSocketRefusalStatus(WebSocketRefusal::kBadOrigin), 403);
  options.origin_allowed = [](std::string_view origin, const Http1Request& request) {
    return origin == "null" && request.path == "/chat";
  };
  EXPECT_EQ(refusal("null", options), WebSocketRefusal::kNone);
  EXPECT_EQ(refusal("http://example.com:8080", options), WebSocketRefusal::kBadOrigin);
  EXPECT_EQ(Answer(Request(), options).refusal, WebSocketRefusal::kNone) << "no browser";
}

TEST(WebSocketHandshake, TheServersBestSubprotocolIsChosen) {
  WebSocketServerOptions options;
  options.subprotocols = {"v3", "v2", "v1"};
  const auto chosen = [&](const std::vector<std::string>& lines) {
    return Answer(Request(lines), options).agreement.subprotocol;
  };
  EXPECT_EQ(chosen({"Sec-WebSocket-Protocol: v1, v2"}), "v2");
  EXPECT_EQ(chosen({"Sec-WebSocket-Protocol: v1", "Sec-WebSocket-Protocol: v3"}), "v3");
  EXPECT_EQ(chosen({"Sec-WebSocket-Protocol: V3"}), "") << "names are case-sensitive";
  EXPECT_EQ(chosen({}), "");
}

TEST(WebSocketHandshake, CompressionIsAgreedToWhereItIsEnabled) {
  const std::string head = Request({"Sec-WebSocket-Extensions: other, permessage-deflate"});
  EXPECT_FALSE(Answer(head).agreement.deflate.has_value());
  WebSocketServerOptions options;
  options.socket.compression.enabled = true;
  const WebSocketAnswer answer = Answer(head, options);
  EXPECT_TRUE(answer.agreement.deflate.has_value());
  EXPECT_EQ(answer.fields.back().value, "permessage-deflate");
}

// Our own request, taken by our own server and by nobody else's rules.
TEST(WebSocketHandshake, TheClientsRequestIsTaken) {
  WebSocketClientOptions options;
  options.subprotocols = {"v1", "v2"};
  options.fields = {{"Authorization", "Basic YTpi"}};
  options.socket.compression.enabled = true;
  const std::string head = WebSocketRequestHead("example.com", "/a?b", kKey, options);
  EXPECT_EQ(head,
            "GET /a?b HTTP/1.1\r\nHost: example.com\r\nConnection: Upgrade\r\n"
            "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: v1, v2\r\n"
            "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
            "Authorization: Basic YTpi\r\n\r\n");
  EXPECT_EQ(Answer(head).refusal, WebSocketRefusal::kNone);
}

TEST(WebSocketHandshake, AClientChecksTheAnswer) {
  const std::string upgraded =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: WebSocket\r\n";
  const std::string accept = "Sec-WebSocket-Accept: " + std::string(kAccept) + "\r\n";
  WebSocketClientOptions plain;
  plain.subprotocols = {"v1"};
  WebSocketClientOptions compressing = {.subprotocols = {"v1"}};
  compressing.socket.compression.enabled = true;
  struct Case {
    std::string head;
    WebSocketError error;
    WebSocketError compressing_error;
  };
  using E = WebSocketError;
  const Case cases[] = {
      {upgraded + accept, E::kNone, E::kNone},
      {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", E::kRefused, E::kRefused},
      {"HTTP/1.1 403 No\r\nContent-Length: 0\r\n", E::kRefused, E::kRefused},
      {"HTTP/1.1 101 \r\nUpgrade: websocket\r\n" + accept, E::kNotUpgraded, E::kNotUpgraded},
      {"HTTP/1.1 101 \r\nConnection: upgrade\r\nUpgrade: h2c\r\n" + accept, E::kNotUpgraded,
       E::kNotUpgraded},
      {upgraded, E::kBadAccept, E::kBadAccept},
      {upgraded + accept + accept, E::kBadAccept, E::kBadAccept},
      {upgraded + "Sec-WebSocket-Accept: dGhlIHNhbXBsZSBub25jZQ==\r\n", E::kBadAccept,
       E::kBadAccept},
      {upgraded + accept + "Sec-WebSocket-Protocol: v1\r\n", E::kNone, E::kNone},
      {upgraded + accept + "Sec-WebSocket-Protocol: v2\r\n", E::kUnknownSubprotocol,
       E::kUnknownSubprotocol},
      {upgraded + accept + "Sec-WebSocket-Protocol: v1, v1\r\n", E::kUnknownSubprotocol,
       E::kUnknownSubprotocol},
      {upgraded + accept + "Sec-WebSocket-Extensions: permessage-deflate\r\n", E::kUnknownExtension,
       E::kNone},
      {upgraded + accept + "Sec-WebSocket-Extensions: other\r\n", E::kUnknownExtension,
       E::kUnknownExtension},
  };
  for (const Case& c : cases) {
    Http1Limits limits;
    Http1ResponseParser parser(limits);
    Http1Response response;
    const std::string head = c.head + "\r\n";
    ASSERT_EQ(parser.Parse(head, Http1Method::kGet, &response).result, DecodeResult::kMessage);
    WebSocketAgreement agreement;
    EXPECT_EQ(CheckWebSocketAnswer(response, kKey, plain, &agreement), c.error) << c.head;
    EXPECT_EQ(CheckWebSocketAnswer(response, kKey, compressing, &agreement), c.compressing_error)
        << c.head;
  }
}

TEST(WebSocketUrl, SaysWhereToConnect) {
  const auto parsed = [](std::string_view url) {
    const auto result = ParseWebSocketUrl(url);
    return result.ok() ? result->authority + "|" + result->endpoint + "|" + result->target
                       : "refused";
  };
  EXPECT_EQ(parsed("ws://example.com"), "example.com|example.com:80|/");
  EXPECT_EQ(parsed("WS://example.com:81?q=1"), "example.com:81|example.com:81|/?q=1");
  EXPECT_EQ(parsed("ws://[::1]/a/b?c"), "[::1]|[::1]:80|/a/b?c");
  EXPECT_EQ(parsed("ws://[::1]:9"), "[::1]:9|[::1]:9|/");
  for (const char* url : {"wss://a", "http://a", "ws://", "ws:///a", "ws://u@a", "ws://a#b",
                          "ws://a/b c", "ws://a/\r\nX: y", "a"}) {
    EXPECT_EQ(parsed(url), "refused") << url;
  }
}

TEST(WebSocketOptions, AreRefusedInWords) {
  WebSocketClientOptions client;
  EXPECT_TRUE(ValidateWebSocketOptions(client).ok());
  client.fields = {{"X-A", "a\r\nX-B: b"}};
  EXPECT_FALSE(ValidateWebSocketOptions(client).ok());
  WebSocketServerOptions server;
  server.subprotocols = {"a b"};
  EXPECT_FALSE(ValidateWebSocketOptions(server).ok());
  server.subprotocols = {"a"};
  EXPECT_TRUE(ValidateWebSocketOptions(server).ok());
  server.socket.compression.terms.server_max_window_bits = 8;
  EXPECT_FALSE(ValidateWebSocketOptions(server).ok());
}

}  // namespace
}  // namespace sluice
