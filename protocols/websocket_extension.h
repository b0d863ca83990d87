// permessage-deflate as two ends agree on it (RFC 7692 7.1): what each wishes, offers and answers.
#ifndef SLUICE_PROTOCOLS_WEBSOCKET_EXTENSION_H_
#define SLUICE_PROTOCOLS_WEBSOCKET_EXTENSION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// How compressed messages are made, of each direction. Without context takeover every message
// stands for itself: less compression, and no memory between messages.
struct WebSocketDeflate {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  uint8_t server_max_window_bits = 15;  // 8 to 15
  uint8_t client_max_window_bits = 15;
};

// What this end wishes. An end that compresses holds up to 256 KiB for it (with 15 bits and memory
// level 8), and about 40 KiB to inflate; from the first such message on, and without context
// takeover only while one is under way.
struct WebSocketCompression {
  bool enabled = false;
  bool required = false;          // clients: fail with 1010 where the server does not agree
  WebSocketDeflate terms{};       // at most these window bits, 9 to 15, and these promises
  int level = 6;                  // zlib's, 1 to 9
  int memory_level = 8;           // zlib's, 1 to 9
  size_t message_bytes_min = 64;  // shorter messages go as they are
};

// A server's choice of what Sec-WebSocket-Extensions offers, in the client's order; offers it does
// not know or that break a rule are passed over. `header` is the value that answers it.
struct WebSocketDeflateChoice {
  WebSocketDeflate terms;
  std::string header;
};
std::optional<WebSocketDeflateChoice> ChooseWebSocketDeflate(std::string_view offers,
                                                             const WebSocketDeflate& wish);

// A client's offer, and what the server made of it: false where it answered with what was not
// offered or on other terms.
std::string OfferWebSocketDeflate(const WebSocketDeflate& wish);
bool AcceptWebSocketDeflate(std::string_view answer, const WebSocketDeflate& wish,
                            WebSocketDeflate* terms);

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_WEBSOCKET_EXTENSION_H_
