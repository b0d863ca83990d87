// Server-Sent Events: an answer that goes on, for EventSource in browsers (WHATWG HTML 9.2).
//
//   server.Get("/news", [](sluice::Http1Exchange& exchange) {
//     sluice::BeginEvents(exchange);
//     subscribers.push_back(exchange.Later());
//   });
//   ...
//   if (auto* exchange = Http1Exchange::Find(loop, id)) {
//     sluice::WriteEvent(*exchange, {.data = "hello", .id = "17"});
//   }
#ifndef SLUICE_PROTOCOLS_HTTP1_EVENTS_H_
#define SLUICE_PROTOCOLS_HTTP1_EVENTS_H_

#include <string>
#include <string_view>

#include "protocols/http1_exchange.h"
#include "reactor/base/time.h"

namespace sluice {

struct Http1Event {
  std::string_view data{};   // any lines; what the browser is given as event.data
  std::string_view event{};  // its type; empty: "message"
  std::string_view id{};     // a browser that lost us asks for what follows it, in Last-Event-ID
  Duration retry{0};         // how long it then waits; 0: as it likes
};

// As it is sent. Line ends in `event` and `id`, which would begin another field, become spaces.
std::string EventText(const Http1Event& event);

// 200, never cached; End ends it.
void BeginEvents(Http1Exchange& exchange);
void WriteEvent(Http1Exchange& exchange, const Http1Event& event);
// Nothing for the browser, but keeps what stands between us from closing an idle connection.
void WriteEventComment(Http1Exchange& exchange);

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_EVENTS_H_
