#include "protocols/websocket_extension.h"

#include <algorithm>

#include "protocols/http1_lists.h"
#include "protocols/http1_message.h"

namespace sluice {
namespace {

constexpr std::string_view kName = "permessage-deflate";
constexpr std::string_view kServerNoTakeover = "server_no_context_takeover";
constexpr std::string_view kClientNoTakeover = "client_no_context_takeover";
constexpr std::string_view kServerBits = "server_max_window_bits";
constexpr std::string_view kClientBits = "client_max_window_bits";
constexpr uint8_t kBitsMax = 15;

// One element of the list, parameter by parameter.
struct Parameters {
  bool server_no_takeover = false;
  bool client_no_takeover = false;
  std::optional<uint8_t> server_bits;
  std::optional<uint8_t> client_bits;
  bool client_bits_named = false;  // perhaps without a number, which only an offer may leave out
};

std::string_view TakeParameter(std::string_view* rest) {
  const size_t semicolon = rest->find(';');
  const std::string_view parameter = rest->substr(0, semicolon);
  rest->remove_prefix(semicolon == std::string_view::npos ? rest->size() : semicolon + 1);
  return http1::TrimSpace(parameter);
}

// 8 to 15 without a leading zero, which may stand in quotes.
std::optional<uint8_t> WindowBits(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
  }
  if (text.size() == 1 && (text[0] == '8' || text[0] == '9')) {
    return static_cast<uint8_t>(text[0] - '0');
  }
  if (text.size() != 2 || text[0] != '1' || text[1] < '0' || text[1] > '5') return std::nullopt;
  return static_cast<uint8_t>(10 + text[1] - '0');
}

bool TakeFlag(bool* flag, bool has_value) {
  if (*flag || has_value) return false;
  return *flag = true;
}

// False for a parameter that is unknown, repeated or has a value it may not have.
bool TakeOne(std::string_view parameter, Parameters* taken) {
  const size_t equals = parameter.find('=');
  const bool has_value = equals != std::string_view::npos;
  const std::string_view name = http1::TrimSpace(parameter.substr(0, equals));
  const std::string_view value =
      has_value ? http1::TrimSpace(parameter.substr(equals + 1)) : std::string_view();
  if (name == kServerNoTakeover) return TakeFlag(&taken->server_no_takeover, has_value);
  if (name == kClientNoTakeover) return TakeFlag(&taken->client_no_takeover, has_value);
  if (name == kServerBits) {
    if (taken->server_bits.has_value()) return false;
    taken->server_bits = WindowBits(value);
    return taken->server_bits.has_value();
  }
  if (name != kClientBits || taken->client_bits_named) return false;
  taken->client_bits_named = true;
  taken->client_bits = WindowBits(value);
  return taken->client_bits.has_value() || !has_value;
}

// Nothing for another extension, or for parameters that break a rule.
std::optional<Parameters> ReadElement(std::string_view element) {
  if (!Http1EqualNames(TakeParameter(&element), kName)) return std::nullopt;
  Parameters taken;
  while (!element.empty()) {
    if (!TakeOne(TakeParameter(&element), &taken)) return std::nullopt;
  }
  return taken;
}

void AppendFlag(std::string_view name, bool set, std::string* header) {
  if (!set) return;
  header->append("; ").append(name);
}

void AppendBits(std::string_view name, uint8_t bits, std::string* header) {
  header->append("; ").append(name).append("=").append(std::to_string(bits));
}

WebSocketDeflateChoice Choose(const Parameters& offer, const WebSocketDeflate& wish) {
  WebSocketDeflateChoice choice;
  WebSocketDeflate& terms = choice.terms;
  terms.server_no_context_takeover = offer.server_no_takeover || wish.server_no_context_takeover;
  terms.client_no_context_takeover = offer.client_no_takeover || wish.client_no_context_takeover;
  terms.server_max_window_bits =
      std::min(offer.server_bits.value_or(kBitsMax), wish.server_max_window_bits);
  // Only a client that named it can be limited (RFC 7692 7.1.2.2).
  terms.client_max_window_bits =
      offer.client_bits_named
          ? std::min(offer.client_bits.value_or(kBitsMax), wish.client_max_window_bits)
          : kBitsMax;
  choice.header = kName;
  AppendFlag(kServerNoTakeover, terms.server_no_context_takeover, &choice.header);
  AppendFlag(kClientNoTakeover, terms.client_no_context_takeover, &choice.header);
  if (offer.server_bits.has_value() || terms.server_max_window_bits < kBitsMax) {
    AppendBits(kServerBits, terms.server_max_window_bits, &choice.header);
  }
  if (offer.client_bits_named) {
    AppendBits(kClientBits, terms.client_max_window_bits, &choice.header);
  }
  return choice;
}

}  // namespace

std::optional<WebSocketDeflateChoice> ChooseWebSocketDeflate(std::string_view offers,
                                                             const WebSocketDeflate& wish) {
  while (!offers.empty()) {
    const std::optional<Parameters> offer = ReadElement(http1::TakeElement(&offers));
    if (offer.has_value()) return Choose(*offer, wish);
  }
  return std::nullopt;
}

std::string OfferWebSocketDeflate(const WebSocketDeflate& wish) {
  std::string offer(kName);
  AppendFlag(kServerNoTakeover, wish.server_no_context_takeover, &offer);
  AppendFlag(kClientNoTakeover, wish.client_no_context_takeover, &offer);
  if (wish.server_max_window_bits < kBitsMax) {
    AppendBits(kServerBits, wish.server_max_window_bits, &offer);
  }
  // Named in any case: a server that saves memory may then limit us.
  if (wish.client_max_window_bits < kBitsMax) {
    AppendBits(kClientBits, wish.client_max_window_bits, &offer);
  } else {
    AppendFlag(kClientBits, true, &offer);
  }
  return offer;
}

bool AcceptWebSocketDeflate(std::string_view answer, const WebSocketDeflate& wish,
                            WebSocketDeflate* terms) {
  const std::optional<Parameters> taken = ReadElement(http1::TakeElement(&answer));
  if (!taken.has_value() || !answer.empty()) return false;
  if (taken->client_bits_named && !taken->client_bits.has_value()) return false;
  // RFC 7692 7.1.1.1 and 7.1.2.1: what was offered of the server's side it has to confirm.
  if (wish.server_no_context_takeover && !taken->server_no_takeover) return false;
  if (taken->server_bits.value_or(kBitsMax) > wish.server_max_window_bits) return false;
  if (taken->client_bits.value_or(0) > wish.client_max_window_bits) return false;
  terms->server_no_context_takeover = taken->server_no_takeover;
  terms->client_no_context_takeover = taken->client_no_takeover || wish.client_no_context_takeover;
  terms->server_max_window_bits = taken->server_bits.value_or(kBitsMax);
  terms->client_max_window_bits = taken->client_bits.value_or(wish.client_max_window_bits);
  return true;
}

}  // namespace sluice
