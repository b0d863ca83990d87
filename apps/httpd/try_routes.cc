#include "apps/httpd/try_routes.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "protocols/websocket_route.h"
#include "reactor/timer.h"

namespace sluice::httpd {
namespace {

constexpr std::string_view kText = "text/plain; charset=utf-8";

std::optional<int> NumberUpTo(int max, std::string_view text) {
  int number = 0;
  if (!absl::SimpleAtoi(absl::string_view(text.data(), text.size()), &number)) return std::nullopt;
  if (number < 0 || number > max) return std::nullopt;
  return number;
}

// A body of up to kGatheredBytesMax is read to its end before it is answered, so that one that
// turns out malformed is answered with 400. Of a longer one the answer begins before: a client has
// to take it while it sends, for what it does not take stops the reading of what it sends.
class EchoBody {
 public:
  explicit EchoBody(const Http1Request& request)
      : content_type_(request.fields.Find("Content-Type").value_or("application/octet-stream")),
        size_(request.content_length),
        sized_(request.body != Http1BodyKind::kChunked) {}

  void Take(Http1Exchange& exchange, std::string_view piece, bool last) {
    if (!exchange.begun() && gathered_.size() + piece.size() > kGatheredBytesMax) Begin(exchange);
    if (exchange.begun()) {
      exchange.Write(piece);
      if (last) exchange.End();
      return;
    }
    gathered_.append(piece);
    if (last) exchange.Reply(200, content_type_, gathered_);
  }

 private:
  static constexpr size_t kGatheredBytesMax = size_t{1} << 20;

  void Begin(Http1Exchange& exchange) {
    if (sized_) {
      exchange.Begin(200, content_type_, size_);
    } else {
      exchange.Begin(200, content_type_);
    }
    exchange.Write(gathered_);
    gathered_ = {};
  }

  const std::string content_type_;
  const uint64_t size_;
  const bool sized_;
  std::string gathered_;
};

void Echo(Http1Exchange& exchange) {
  exchange.AddHeader("X-Content-Type-Options", "nosniff");  // what comes back is not ours
  exchange.StreamBody(
      [echo = std::make_unique<EchoBody>(exchange.request())](
          Http1Exchange& e, std::string_view piece, bool last) { echo->Take(e, piece, last); });
}

void Status(Http1Exchange& exchange) {
  const std::optional<int> status = NumberUpTo(599, exchange.Param("code"));
  if (!status.has_value() || *status < 200) {
    return exchange.Reply(400, kText, "a status is 200 to 599\n");
  }
  // What these would be malformed without.
  if (*status == 401) exchange.AddHeader("WWW-Authenticate", R"(Basic realm="nowhere")");
  if (*status == 405) exchange.AddHeader("Allow", "GET, HEAD, OPTIONS");
  if (*status == 503) exchange.AddHeader("Retry-After", "1");
  if (*status / 100 == 3 && *status != 304) exchange.AddHeader("Location", "/healthz");
  exchange.Reply(*status);
}

struct Waiting {
  explicit Waiting(Loop& loop, Http1ExchangeId exchange)
      : timer(loop, [&loop, exchange] {
          Http1Exchange* waiting = Http1Exchange::Find(loop, exchange);
          if (waiting != nullptr) waiting->Reply("done\n");
        }) {}
  Timer timer;
};

void Delay(Http1Exchange& exchange) {
  constexpr int kMillisecondsMax = 60'000;
  const std::optional<int> ms = NumberUpTo(kMillisecondsMax, exchange.Param("ms"));
  if (!ms.has_value()) return exchange.Reply(400, kText, "a delay is 0 to 60000 milliseconds\n");
  auto waiting = std::make_unique<Waiting>(exchange.loop(), exchange.Later());
  waiting->timer.ArmAfter(std::chrono::milliseconds(*ms));
  // Owned by the exchange: the timer goes when it does.
  exchange.OnGone([waiting = std::move(waiting)](Http1Exchange&) {});
}

// Gives messages back as they are. What the client does not take of them stops the reading, too.
class EchoSocket : public WebSocketHandler {
  void OnMessage(WebSocket& socket, const WebSocketMessage& message) override {
    socket.Send(message.text, message.data);
  }
};

}  // namespace

void AddTryRoutes(Http1Server& server) {
  server.Post("/echo", Echo);
  WebSocketServerOptions sockets;
  sockets.socket.compression.enabled = true;  // where the client offers it
  server.Get("/ws", WebSocketRoute(std::move(sockets), [](const Http1Request&) {
               return std::make_unique<EchoSocket>();
             }));
  server.Get("/status/{code}", Status);
  server.Get("/delay/{ms}", Delay);
}

}  // namespace sluice::httpd
