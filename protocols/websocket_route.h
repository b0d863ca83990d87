// WebSockets on an HTTP server.
//
//   sluice::Http1Server server;
//   server.Get("/chat", sluice::WebSocketRoute({}, [](const sluice::Http1Request&) {
//     return std::make_unique<Chat>();
//   }));
#ifndef SLUICE_PROTOCOLS_WEBSOCKET_ROUTE_H_
#define SLUICE_PROTOCOLS_WEBSOCKET_ROUTE_H_

#include <memory>

#include "absl/functional/any_invocable.h"
#include "protocols/http1_message.h"
#include "protocols/http1_router.h"
#include "protocols/websocket.h"
#include "protocols/websocket_options.h"

namespace sluice {

// Makes the handler of a connection from the request that opens it, which is valid during the call.
using WebSocketFactory =
    absl::AnyInvocable<std::unique_ptr<WebSocketHandler>(const Http1Request&) const>;

// What is no WebSocket request, or not allowed, is answered with its status (WebSocketRefusal) and
// the reason as text. Options must be valid. Called on the threads of all loops that serve the
// route.
Http1RouteHandler WebSocketRoute(WebSocketServerOptions options, WebSocketFactory factory);

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_WEBSOCKET_ROUTE_H_
