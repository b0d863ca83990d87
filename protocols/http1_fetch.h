// What Http1Client (protocols/http1_client.h) is asked, and what comes of it.
#ifndef SLUICE_PROTOCOLS_HTTP1_FETCH_H_
#define SLUICE_PROTOCOLS_HTTP1_FETCH_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "protocols/http1_error.h"
#include "reactor/base/endpoint.h"
#include "reactor/base/time.h"
#include "reactor/close_reason.h"

namespace sluice {

struct Http1Header {
  std::string name;
  std::string value;
  friend bool operator==(const Http1Header&, const Http1Header&) = default;
};

// The value of the first one called `name`, of any case; empty where there is none.
std::string_view Http1FindHeader(const std::vector<Http1Header>& headers, std::string_view name);

struct Http1FetchRequest {
  // Whom to connect to. No name is looked up here: ResolveEndpoint (reactor/backend/resolve.h) does
  // it, and blocks.
  Endpoint endpoint{};
  // The Host field: "example.com", "127.0.0.1:8080". Empty: the endpoint's address, "localhost" for
  // a unix-domain one.
  std::string host{};
  std::string method = "GET";  // any token; CONNECT is refused
  std::string target = "/";    // a path with a query, escaped; "*" for OPTIONS
  // In this order. Refused where they are the client's own: Host, Connection, Content-Length,
  // Transfer-Encoding, Expect, Upgrade, TE, Trailer, Keep-Alive.
  std::vector<Http1Header> fields{};
  std::string body{};          // with its Content-Length; none for GET, HEAD, ... where it is empty
  bool streamed_body = false;  // instead: chunked, by Http1Client::Write and EndBody
  // Sends "Expect: 100-continue" with a body, and the body once the server wants it.
  bool expect_continue = false;
  bool close = false;  // "Connection: close": the connection serves nothing else afterwards
  // Instead of Http1ClientOptions.
  std::optional<Duration> whole_timeout{};
  std::optional<uint32_t> redirects_max{};
};

// How far a fetch has come.
enum class Http1Phase : uint8_t {
  kQueued,      // every connection is taken
  kConnecting,  //
  kSending,     // the request, or waiting for "100 Continue"
  kWaiting,     // for the first byte of the answer
  kHead,        // a part of the answer's head is here
  kBody,
};

std::string_view Http1PhaseName(Http1Phase phase);  // "waiting for the answer"

enum class Http1FetchCode : uint8_t {
  kNone = 0,
  kBadRequest,        // it must not be sent as it is: `refused`
  kQueueFull,         // waiting_max fetches wait for this endpoint already
  kConnectFailed,     // `close` says why
  kTimeout,           // `deadline` says which, `phase` how far it was
  kMalformed,         // the answer is not HTTP/1.1 that Sluice takes: `reason`
  kCutOff,            // the connection ended before the answer did: `close`, `phase`
  kTooLarge,          // the answer's body is above answer_bytes_max
  kTooManyInterim,    // above interim_max answers 1xx before the real one
  kUnasked,           // 101 Switching Protocols, which nobody asked for
  kTooManyRedirects,  // one more than redirects_max; the answer is the redirect
  kBadRedirect,       // no Location, or none that can be followed; the answer is the redirect
  kLoopStopped,
};

std::string_view Http1FetchCodeName(Http1FetchCode code);  // "connect failed"

enum class Http1Deadline : uint8_t { kNone, kConnect, kSend, kAnswer, kIdleBody, kWhole };

// Why a request is not sent.
enum class Http1Refused : uint8_t {
  kNothing,
  kMethod,         // no token
  kConnect,        // the CONNECT method
  kTarget,         // a byte no target may hold (CR, LF, NUL, space, ...), or not a path
  kHost,           // not a host with an optional port
  kFieldName,      // no token
  kFieldValue,     // a control byte: a CR or LF would end the field
  kReservedField,  // the client writes that one itself
  kBody,           // TRACE with a body, or both a body and streamed_body
  kHeadTooLong,    // request_head_bytes_max
  kNoPort,         // nowhere to connect to
};

std::string_view Http1RefusedText(Http1Refused refused);

struct Http1FetchError {
  Http1FetchCode code = Http1FetchCode::kNone;
  Http1Phase phase = Http1Phase::kQueued;
  Http1Deadline deadline = Http1Deadline::kNone;  // of kTimeout
  Http1Refused refused = Http1Refused::kNothing;  // of kBadRequest
  Http1Error reason = Http1Error::kNone;          // of kMalformed
  CloseReason close{};                            // of kConnectFailed, kCutOff

  // "timeout: no answer in time, while waiting for the answer"
  std::string ToString() const;
};

struct Http1Answer {
  uint16_t status = 0;  // 200 to 599; 0: no head came
  uint8_t minor_version = 1;
  std::string reason;
  std::vector<Http1Header> fields{};
  std::string body{};  // empty where it was streamed
  std::vector<Http1Header> trailers;
  uint32_t redirects = 0;  // that were followed to get it

  std::string_view Find(std::string_view name) const { return Http1FindHeader(fields, name); }
};

// With an error the answer holds what had come until then.
struct Http1Outcome {
  Http1FetchError error;
  Http1Answer answer;
  bool ok() const { return error.code == Http1FetchCode::kNone; }
};

// Names a fetch for as long as its client lives.
struct Http1FetchId {
  uint64_t value = 0;
  friend bool operator==(Http1FetchId, Http1FetchId) = default;
};

using Http1DoneFunction = absl::AnyInvocable<void(Http1Outcome)>;

// Each may be unset, but for `done`.
struct Http1FetchFunctions {
  // The head of the answer; its body follows piece by piece. Not called for a redirect that is
  // followed, nor for 1xx.
  absl::AnyInvocable<void(Http1FetchId, const Http1Answer&)> head{};
  // A piece of the body, valid during the call. Set: the body is not gathered, and has no limit but
  // Http1Limits::body_bytes_max.
  absl::AnyInvocable<void(Http1FetchId, std::string_view)> piece{};
  // The streamed body of the request is wanted: at first, and whenever unsent output fell below the
  // low-water mark after having been above the high-water mark.
  absl::AnyInvocable<void(Http1FetchId)> writable{};
  // The end, exactly once; unless it was cancelled, or the client destroyed.
  Http1DoneFunction done{};
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_FETCH_H_
