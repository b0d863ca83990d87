#include "protocols/http1_server.h"

#include <string>
#include <utility>

#include "protocols/http1_session.h"
#include "protocols/http1_worker.h"
#include "reactor/backend/resolve.h"
#include "reactor/base/check.h"

namespace sluice {

absl::Status ValidateHttp1ServerOptions(const Http1ServerOptions& options) {
  if (const absl::Status status = ValidateHttp1Limits(options.limits); !status.ok()) return status;
  if (options.pending_max == 0) {
    return absl::InvalidArgumentError("pending_max is 0: no request could be answered");
  }
  const bool negative = options.head_timeout < Duration(0) || options.body_timeout < Duration(0) ||
                        options.idle_timeout < Duration(0);
  if (negative) {
    return absl::InvalidArgumentError("a timeout is negative: 0 means no limit");
  }
  return absl::OkStatus();
}

Http1Server::Http1Server(Http1ServerOptions options)
    : options_(std::move(options)), router_(options_.trace_allowed) {
  SLUICE_CHECK(ValidateHttp1ServerOptions(options_).ok(), "the options of a server are valid");
}

void Http1Server::Route(Http1Method method, std::string_view pattern, RouteHandler handler) {
  SLUICE_CHECK(!in_use_, "routes are added before the server is used");
  const absl::Status status = router_.Add(method, pattern, std::move(handler));
  SLUICE_CHECK(status.ok(), status.ToString().c_str());
}

void Http1Server::Get(std::string_view pattern, RouteHandler handler) {
  Route(Http1Method::kGet, pattern, std::move(handler));
}

void Http1Server::Post(std::string_view pattern, RouteHandler handler) {
  Route(Http1Method::kPost, pattern, std::move(handler));
}

void Http1Server::Put(std::string_view pattern, RouteHandler handler) {
  Route(Http1Method::kPut, pattern, std::move(handler));
}

void Http1Server::Delete(std::string_view pattern, RouteHandler handler) {
  Route(Http1Method::kDelete, pattern, std::move(handler));
}

HandlerFactory Http1Server::Factory(Loop& loop, Http1Counters* counters) const {
  in_use_.store(true, std::memory_order_relaxed);
  return [worker = std::make_shared<http1::Worker>(*this, loop, counters)] {
    return std::make_unique<http1::Session>(worker);
  };
}

absl::StatusOr<Listener*> Http1Server::Listen(Loop& loop, std::string_view endpoint,
                                              ListenerOptions options) const {
  absl::StatusOr<Endpoint> resolved = ResolveEndpoint(endpoint);
  if (!resolved.ok()) return resolved.status();
  return loop.Listen(*resolved, std::move(options), Factory(loop));
}

}  // namespace sluice
