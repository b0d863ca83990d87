#include "apps/httpd/live_page.h"

#include <memory>
#include <utility>

#include "protocols/http1_events.h"
#include "reactor/timer.h"

namespace sluice::httpd {
namespace {

// One listening browser. Lives until its connection ends or the loop stops.
class Listening : public std::enable_shared_from_this<Listening> {
 public:
  Listening(Loop& loop, Http1ExchangeId id, AskForEvent ask, Duration interval)
      : loop_(loop), id_(id), ask_(std::move(ask)), interval_(interval), timer_(loop, [this] {
          Next();
        }) {}

  void Next() {
    // Without asking: another loop may have ended, and would never answer.
    if (loop_.stopping()) return Stop();
    ask_(loop_, [weak = weak_from_this()](const std::string& event) {
      if (const auto self = weak.lock()) self->Write(event);
    });
    timer_.ArmAfter(interval_);
  }
  void End() { timer_.Cancel(); }

 private:
  // So that a server that stops need not wait for browsers that never would.
  void Stop() {
    const auto self = shared_from_this();  // the exchange owns it
    if (Http1Exchange* exchange = Http1Exchange::Find(loop_, id_)) exchange->End();
  }
  void Write(const std::string& event) {
    Http1Exchange* exchange = Http1Exchange::Find(loop_, id_);
    if (exchange != nullptr && exchange->unsent_bytes() == 0) {
      WriteEvent(*exchange, {.data = event});
    }
  }

  Loop& loop_;
  const Http1ExchangeId id_;
  const AskForEvent ask_;
  const Duration interval_;
  Timer timer_;
};

}  // namespace

void AddLivePage(Http1Server& server, AskForEvent ask, Duration interval) {
  server.Get("/live", [](Http1Exchange& exchange) {
    exchange.AddHeader("Cache-Control", "no-cache");
    exchange.AddHeader("Content-Security-Policy",
                       "default-src 'self'; img-src data:; style-src 'unsafe-inline'; "
                       "script-src 'unsafe-inline'");
    exchange.ReplyStatic(200, "text/html; charset=utf-8", kLivePageHtml);
  });
  server.Get("/live/events", [ask = std::move(ask), interval](Http1Exchange& exchange) {
    if (exchange.method() == Http1Method::kHead)
      return exchange.Reply(200, "text/event-stream", "");
    BeginEvents(exchange);
    const auto listening =
        std::make_shared<Listening>(exchange.loop(), exchange.Later(), ask, interval);
    exchange.OnGone([listening](Http1Exchange&) { listening->End(); });
    listening->Next();
  });
}

}  // namespace sluice::httpd
