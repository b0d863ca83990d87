#include "protocols/websocket_handshake.h"

#include <nettle/sha1.h>

#include <algorithm>
#include <array>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "protocols/http1_lists.h"
#include "protocols/http1_semantics.h"

namespace sluice {
namespace {

constexpr std::string_view kVersion = "13";
constexpr size_t kKeyBytes = 16;

struct RefusalRule {
  WebSocketRefusal refusal;
  int status;
  std::string_view text;
};

// In the order of the enumeration.
constexpr RefusalRule kRefusals[] = {
    {WebSocketRefusal::kNone, 0, "not refused"},
    {WebSocketRefusal::kNotGet, 405, "a WebSocket opens with GET"},
    {WebSocketRefusal::kNoUpgrade, 426, "only \"Upgrade: websocket\" is answered here"},
    {WebSocketRefusal::kBadVersion, 426, "the only Sec-WebSocket-Version is 13"},
    {WebSocketRefusal::kHasBody, 400, "a WebSocket opens without a body"},
    {WebSocketRefusal::kBadKey, 400, "Sec-WebSocket-Key is not 16 bytes in Base64"},
    {WebSocketRefusal::kBadSubprotocol, 400, "Sec-WebSocket-Protocol is not a list of tokens"},
    {WebSocketRefusal::kBadOrigin, 403, "pages of this origin may not connect"},
};
static_assert([] {
  for (size_t i = 0; i < std::size(kRefusals); ++i) {
    if (static_cast<size_t>(kRefusals[i].refusal) != i) return false;
  }
  return std::size(kRefusals) == static_cast<size_t>(WebSocketRefusal::kBadOrigin) + 1;
}());

absl::string_view Abseil(std::string_view text) {
  return {text.data(), text.size()};
}

// The value of the one field of that name.
std::optional<std::string_view> Only(const Http1Fields& fields, std::string_view name) {
  return fields.Count(name) == 1 ? fields.Find(name) : std::nullopt;
}

bool NamesWebSocket(std::string_view protocols) {
  while (!protocols.empty()) {
    if (Http1EqualNames(http1::TakeElement(&protocols), "websocket")) return true;
  }
  return false;
}

bool IsKey(std::string_view key) {
  std::string bytes;
  return absl::Base64Unescape(Abseil(key), &bytes) && bytes.size() == kKeyBytes &&
         absl::Base64Escape(bytes) == Abseil(key);
}

bool OriginAllowed(const Http1Request& request, const WebSocketServerOptions& options) {
  const std::optional<std::string_view> origin = request.fields.Find("Origin");
  if (!origin.has_value()) return true;
  if (options.origin_allowed != nullptr) return options.origin_allowed(*origin, request);
  const size_t scheme_end = origin->find("://");
  return scheme_end != std::string_view::npos &&
         Http1EqualNames(origin->substr(scheme_end + 3), request.authority);
}

// False where it is not a list of tokens. `*chosen` stays empty where there is none in common.
bool ChooseSubprotocol(std::string_view asked, const std::vector<std::string>& spoken,
                       std::string* chosen) {
  size_t best = spoken.size();
  while (!asked.empty()) {
    const std::string_view name = http1::TakeElement(&asked);
    if (!http1::IsToken(name)) return false;
    const auto found = std::find(spoken.begin(), spoken.end(), name);
    best = std::min(best, static_cast<size_t>(found - spoken.begin()));
  }
  if (best < spoken.size()) *chosen = spoken[best];
  return true;
}

WebSocketRefusal RefusalOf(const Http1Request& request, const WebSocketServerOptions& options) {
  if (request.method != Http1Method::kGet) return WebSocketRefusal::kNotGet;
  if (!NamesWebSocket(request.upgrade)) return WebSocketRefusal::kNoUpgrade;
  if (Only(request.fields, "Sec-WebSocket-Version") != kVersion) {
    return WebSocketRefusal::kBadVersion;
  }
  if (request.body != Http1BodyKind::kNone) return WebSocketRefusal::kHasBody;
  const std::optional<std::string_view> key = Only(request.fields, "Sec-WebSocket-Key");
  if (!key.has_value() || !IsKey(*key)) return WebSocketRefusal::kBadKey;
  return OriginAllowed(request, options) ? WebSocketRefusal::kNone : WebSocketRefusal::kBadOrigin;
}

void AppendField(std::string_view name, std::string_view value, std::string* head) {
  head->append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string_view WebSocketRefusalText(WebSocketRefusal refusal) {
  return kRefusals[static_cast<size_t>(refusal)].text;
}

int WebSocketRefusalStatus(WebSocketRefusal refusal) {
  return kRefusals[static_cast<size_t>(refusal)].status;
}

WebSocketAnswer AnswerWebSocketRequest(const Http1Request& request,
                                       const WebSocketServerOptions& options) {
  WebSocketAnswer answer;
  answer.refusal = RefusalOf(request, options);
  const bool taken = answer.refusal != WebSocketRefusal::kNone ||
                     ChooseSubprotocol(http1::JoinedList(request.fields, "Sec-WebSocket-Protocol"),
                                       options.subprotocols, &answer.agreement.subprotocol);
  if (!taken) answer.refusal = WebSocketRefusal::kBadSubprotocol;
  if (answer.refusal != WebSocketRefusal::kNone) {
    if (WebSocketRefusalStatus(answer.refusal) == 426) {
      answer.fields.push_back({"Sec-WebSocket-Version", std::string(kVersion)});
    } else if (answer.refusal == WebSocketRefusal::kNotGet) {
      answer.fields.push_back({"Allow", "GET"});
    }
    return answer;
  }
  answer.fields.push_back(
      {"Sec-WebSocket-Accept", WebSocketAccept(*request.fields.Find("Sec-WebSocket-Key"))});
  if (!answer.agreement.subprotocol.empty()) {
    answer.fields.push_back({"Sec-WebSocket-Protocol", answer.agreement.subprotocol});
  }
  if (!options.socket.compression.enabled) return answer;
  auto choice =
      ChooseWebSocketDeflate(http1::JoinedList(request.fields, "Sec-WebSocket-Extensions"),
                             options.socket.compression.terms);
  if (!choice.has_value()) return answer;
  answer.agreement.deflate = choice->terms;
  answer.fields.push_back({"Sec-WebSocket-Extensions", std::move(choice->header)});
  return answer;
}

std::string WebSocketAccept(std::string_view key) {
  constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 1.3
  sha1_ctx context;
  sha1_init(&context);
  for (const std::string_view part : {key, kGuid}) {
    sha1_update(&context, part.size(), reinterpret_cast<const uint8_t*>(part.data()));
  }
  std::array<uint8_t, SHA1_DIGEST_SIZE> digest;
  sha1_digest(&context, digest.size(), digest.data());
  return absl::Base64Escape({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string WebSocketRequestHead(std::string_view authority, std::string_view target,
                                 std::string_view key, const WebSocketClientOptions& options) {
  std::string head = "GET ";
  head.append(target).append(" HTTP/1.1\r\n");
  AppendField("Host", authority, &head);
  AppendField("Connection", "Upgrade", &head);
  AppendField("Upgrade", "websocket", &head);
  AppendField("Sec-WebSocket-Version", kVersion, &head);
  AppendField("Sec-WebSocket-Key", key, &head);
  std::string subprotocols;
  for (const std::string& name : options.subprotocols) {
    if (!subprotocols.empty()) subprotocols += ", ";
    subprotocols += name;
  }
  if (!subprotocols.empty()) AppendField("Sec-WebSocket-Protocol", subprotocols, &head);
  if (options.socket.compression.enabled) {
    AppendField("Sec-WebSocket-Extensions", OfferWebSocketDeflate(options.socket.compression.terms),
                &head);
  }
  for (const WebSocketField& field : options.fields) AppendField(field.name, field.value, &head);
  return head.append("\r\n");
}

WebSocketError CheckWebSocketAnswer(const Http1Response& response, std::string_view key,
                                    const WebSocketClientOptions& options,
                                    WebSocketAgreement* agreement) {
  if (response.status != 101) return WebSocketError::kRefused;
  if (!Http1EqualNames(response.upgrade, "websocket")) return WebSocketError::kNotUpgraded;
  if (Only(response.fields, "Sec-WebSocket-Accept") != WebSocketAccept(key)) {
    return WebSocketError::kBadAccept;
  }
  if (response.fields.Count("Sec-WebSocket-Protocol") > 0) {
    const auto name = Only(response.fields, "Sec-WebSocket-Protocol");
    const auto& asked = options.subprotocols;
    if (!name.has_value() || std::find(asked.begin(), asked.end(), *name) == asked.end()) {
      return WebSocketError::kUnknownSubprotocol;
    }
    agreement->subprotocol = *name;
  }
  if (response.fields.Count("Sec-WebSocket-Extensions") == 0) return WebSocketError::kNone;
  WebSocketDeflate terms;
  const WebSocketCompression& compression = options.socket.compression;
  if (!compression.enabled ||
      !AcceptWebSocketDeflate(http1::JoinedList(response.fields, "Sec-WebSocket-Extensions"),
                              compression.terms, &terms)) {
    return WebSocketError::kUnknownExtension;
  }
  agreement->deflate = terms;
  return WebSocketError::kNone;
}

}  // namespace sluice
