// Every limit of an Http1Client.
#ifndef SLUICE_PROTOCOLS_HTTP1_CLIENT_OPTIONS_H_
#define SLUICE_PROTOCOLS_HTTP1_CLIENT_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "protocols/http1_limits.h"
#include "reactor/base/endpoint.h"
#include "reactor/base/time.h"
#include "reactor/connection.h"

namespace sluice {

// Durations of 0 mean no limit, but for idle_timeout.
struct Http1ClientOptions {
  // Of the answers.
  Http1Limits limits{};
  uint64_t answer_bytes_max = uint64_t{8} << 20;     // gathered body: kTooLarge; streamed: no limit
  uint32_t interim_max = 16;                         // answers 1xx to one request: kTooManyInterim
  size_t request_head_bytes_max = size_t{32} << 10;  // kBadRequest

  // Of the pool; a pool an endpoint.
  size_t connections_max = 8;  // to one endpoint
  size_t waiting_max = 1024;   // fetches that wait for one of these: above, kQueueFull
  size_t idle_max = 64;        // connections kept without a request, to all endpoints
  // Such a connection closes after so long; 0: as soon as its answer is complete. Keep it below the
  // server's.
  Duration idle_timeout = std::chrono::seconds(30);
  // Requests under way on one connection; 1: no pipelining. Only GET, HEAD, OPTIONS and TRACE are
  // pipelined, on connections that have served a request, when there is no room for another one.
  uint32_t depth = 1;

  Duration connect_timeout = std::chrono::seconds(10);
  // "100 Continue" is not waited for longer: then the body is sent.
  Duration continue_timeout = std::chrono::seconds(1);
  // From the last byte of the request, given to the connection, to the last one of the answer's
  // head: dripping does not push it. Answers 1xx do not, either.
  Duration answer_timeout = std::chrono::seconds(30);
  // Between two pieces of the answer's body. Time for which it is paused does not count.
  Duration body_idle_timeout = std::chrono::seconds(30);
  // From Fetch to the end, redirects and retries included.
  Duration whole_timeout{0};

  // Redirects that are followed: RFC 9110 15.4. 301 and 302 turn POST into GET, 303 all but HEAD;
  // 307 and 308 repeat the request, unless its body was streamed. Authorization, Cookie and
  // Proxy-Authorization do not go to another origin. 0: the redirect is the answer.
  uint32_t redirects_max = 0;
  // Where a redirect leads to another host: its endpoint, of "example.com:8080". Addresses are read
  // without it; a redirect to a name without one is kBadRedirect. On the loop's thread.
  std::function<std::optional<Endpoint>(std::string_view authority)> resolve{};

  // stall_timeout limits sending: kTimeout with Http1Deadline::kSend. Reading never stops for
  // unsent output, whatever is said here.
  ConnectionLimits connection{};
};

// InvalidArgument, in words.
absl::Status ValidateHttp1ClientOptions(const Http1ClientOptions& options);

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_CLIENT_OPTIONS_H_
