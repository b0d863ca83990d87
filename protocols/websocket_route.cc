#include "protocols/websocket_route.h"

#include <string>
#include <utility>

#include "protocols/http1_exchange.h"
#include "protocols/websocket_handshake.h"
#include "reactor/base/check.h"

namespace sluice {
namespace {

class Route {
 public:
  Route(WebSocketServerOptions options, WebSocketFactory factory)
      : options_(std::move(options)), factory_(std::move(factory)) {}

  void Serve(Http1Exchange& exchange) const {
    WebSocketAnswer answer = AnswerWebSocketRequest(exchange.request(), options_);
    for (const WebSocketField& field : answer.fields) exchange.AddHeader(field.name, field.value);
    if (answer.refusal != WebSocketRefusal::kNone) {
      if (WebSocketRefusalStatus(answer.refusal) == 426) exchange.OfferUpgrade("websocket");
      exchange.Reply(WebSocketRefusalStatus(answer.refusal), "text/plain; charset=utf-8",
                     std::string(WebSocketRefusalText(answer.refusal)) + "\n");
      return;
    }
    exchange.Upgrade("websocket",
                     std::make_unique<WebSocket>(options_.socket, std::move(answer.agreement),
                                                 factory_(exchange.request())));
  }

 private:
  const WebSocketServerOptions options_;
  const WebSocketFactory factory_;
};

}  // namespace

Http1RouteHandler WebSocketRoute(WebSocketServerOptions options, WebSocketFactory factory) {
  const absl::Status valid = ValidateWebSocketOptions(options);
  SLUICE_CHECK(valid.ok(), "the options of a WebSocket route are valid: ValidateWebSocketOptions");
  // Kept where it is: connections refer to its options.
  return [route = std::make_unique<const Route>(std::move(options), std::move(factory))](
             Http1Exchange& exchange) { route->Serve(exchange); };
}

}  // namespace sluice
