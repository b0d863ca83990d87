// An HTTP/1.1 server: routes, and what stands between them and a connection.
//
//   sluice::Http1Server server;
//   server.Get("/", [](sluice::Http1Exchange& exchange) { exchange.Reply("Hello, world\n"); });
//   auto loop = sluice::Loop::Create().value();
//   server.Listen(*loop, "127.0.0.1:8080").value();
//   loop->Run();
//
// Handlers get an Http1Exchange (protocols/http1_exchange.h). What the server does by itself: HEAD
// wherever there is a GET; OPTIONS, also of "*"; 404, and 405 with Allow; keep-alive and
// pipelining; 100-continue; Date; 400, 413, 414, 417, 431, 501 and 505 to what is not HTTP/1.1 that
// it takes (http1_error.h), after which the connection closes so that the answer can be read.
// CONNECT and methods it does not know get 501.
//
// Pipelined requests whose methods are safe (RFC 9110 9.2.1) may be with their handlers at once;
// any other waits for the answers before it, and those behind it wait for its answer.
#ifndef SLUICE_PROTOCOLS_HTTP1_SERVER_H_
#define SLUICE_PROTOCOLS_HTTP1_SERVER_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "protocols/http1_access_log.h"
#include "protocols/http1_date.h"
#include "protocols/http1_exchange.h"
#include "protocols/http1_limits.h"
#include "protocols/http1_message.h"
#include "protocols/http1_router.h"
#include "reactor/base/time.h"
#include "reactor/handler.h"
#include "reactor/listener.h"
#include "reactor/loop.h"

namespace sluice {

// Durations of 0 mean no limit. Beside these stand the limits of the parser (Http1Limits, each with
// a status) and of the connection (ConnectionLimits: unsent output, stalled output).
struct Http1ServerOptions {
  Http1Limits limits{};

  // Requests whose answers are due on one connection: above, reading stops.
  size_t pending_max = 16;
  // Of a body that nobody wanted and that is still to come when its answer is complete: more closes
  // the connection instead of being read and dropped.
  uint64_t drop_bytes_max = uint64_t{256} << 10;

  // From the first byte of a head (of a connection's first: from its opening) to its last; then the
  // connection closes.
  Duration head_timeout = std::chrono::seconds(10);
  // From a body's head to its end, and longer by what the bytes received so far take at the lowest
  // rate allowed; then the connection closes. Time for which a handler does not take it does not
  // count.
  Duration body_timeout = std::chrono::seconds(30);
  uint64_t body_bytes_per_second_min = 1 << 10;
  // Without a request: the connection closes.
  Duration idle_timeout = std::chrono::seconds(60);

  bool trace_allowed = false;  // TRACE echoes the request's head, but for credentials
  Http1AccessLog access_log{};
  WallClock wall_clock{};  // for Date and the log; unset: the system's
};

// InvalidArgument, in words.
absl::Status ValidateHttp1ServerOptions(const Http1ServerOptions& options);

// Of one loop. Written on its thread.
struct alignas(64) Http1Counters {
  uint64_t requests = 0;              // with a whole head that was taken
  uint64_t refusals = 0;              // of what was not HTTP/1.1, or above a limit
  uint64_t upgrades = 0;              // connections given to another protocol
  std::array<uint64_t, 5> answers{};  // begun, by the first digit of the status, from 1
};

// Routes are added first; from the first Listen or Factory on it does not change, and loops on
// several threads may share it (their handlers run on all of these threads). Outlives the loops.
class Http1Server {
 public:
  using RouteHandler = Http1RouteHandler;  // void(Http1Exchange&) const

  // Options must be valid.
  explicit Http1Server(Http1ServerOptions options = {});
  Http1Server(const Http1Server&) = delete;
  Http1Server& operator=(const Http1Server&) = delete;

  // `pattern` is a path: "/users/{id}/notes". `{name}` stands for one segment that is not empty, a
  // last `{name...}` for all that follows, which may be nothing. Where several match, what is
  // written out is before `{name}`, and that before `{name...}`, segment by segment. Paths are
  // compared as they are sent, escapes and all. Malformed patterns, and one method given twice, are
  // programmer errors. HEAD and OPTIONS have routes of their own only where the server's answer
  // will not do.
  void Route(Http1Method method, std::string_view pattern, RouteHandler handler);
  void Get(std::string_view pattern, RouteHandler handler);
  void Post(std::string_view pattern, RouteHandler handler);
  void Put(std::string_view pattern, RouteHandler handler);
  void Delete(std::string_view pattern, RouteHandler handler);

  // Of each connection of `loop`. `counters`, if given, outlive its connections.
  HandlerFactory Factory(Loop& loop, Http1Counters* counters = nullptr) const;
  absl::StatusOr<Listener*> Listen(Loop& loop, std::string_view endpoint,
                                   ListenerOptions options = {}) const;

  const Http1ServerOptions& options() const { return options_; }
  const Http1Router& router() const { return router_; }

 private:
  Http1ServerOptions options_;
  Http1Router router_;
  mutable std::atomic<bool> in_use_{false};  // loops on several threads may say so
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_SERVER_H_
