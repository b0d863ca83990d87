#include "apps/httpd/try_routes.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
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

// An answer begins with the first piece, so that a body of any length passes through. What the
// client does not take of it stops the reading of what it sends.
void Echo(Http1Exchange& exchange) {
  const auto type = exchange.request().fields.Find("Content-Type");
  std::string content_type(type.value_or("application/octet-stream"));
  const uint64_t size = exchange.request().content_length;
  const bool sized = exchange.request().body != Http1BodyKind::kChunked;
  exchange.StreamBody([content_type = std::move(content_type), size, sized](
                          Http1Exchange& e, std::string_view piece, bool last) {
    if (!e.begun()) {
      sized ? e.Begin(200, content_type, size) : e.Begin(200, content_type);
    }
    e.Write(piece);
    if (last) return e.End();
  });
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

}  // namespace

void AddTryRoutes(Http1Server& server) {
  server.Post("/echo", Echo);
  server.Get("/status/{code}", Status);
  server.Get("/delay/{ms}", Delay);
}

}  // namespace sluice::httpd
