// A fetch under way. Http1Client is what users call.
#ifndef SLUICE_PROTOCOLS_HTTP1_CLIENT_CALL_H_
#define SLUICE_PROTOCOLS_HTTP1_CLIENT_CALL_H_

#include <cstddef>
#include <cstdint>
#include <utility>

#include "protocols/http1_fetch.h"
#include "protocols/http1_message.h"
#include "reactor/base/list.h"
#include "reactor/base/time.h"
#include "reactor/timer.h"

namespace sluice::http1 {

class Link;

struct Call : base::ListNode<struct Waiting> {
  // Of the request's body.
  enum class Upload : uint8_t {
    kNotBegun,
    kAwaitsContinue,  // for "100 Continue"
    kGoesOn,
    kDone,     // or there is none
    kStopped,  // the server answered without it
  };

  // `on_timer` is called with this call.
  template <class OnTimer>
  Call(Loop& loop, Http1FetchRequest r, Http1FetchFunctions f, OnTimer on_timer)
      : request(std::move(r)),
        functions(std::move(f)),
        timer(loop, [this, on_timer] { on_timer(*this); }) {}

  bool has_body() const { return request.streamed_body || !request.body.empty(); }
  bool repeatable() const { return !request.streamed_body || upload == Upload::kNotBegun; }

  Http1FetchId id;
  Http1FetchRequest request;
  Http1FetchFunctions functions;
  Http1Method method = Http1Method::kOther;
  Http1Phase phase = Http1Phase::kQueued;
  Upload upload = Upload::kNotBegun;
  Link* link = nullptr;  // it is on; nullptr: waits, or ends soon
  size_t body_at = 0;    // how much of a whole body was given to the connection
  Http1Answer answer;
  uint32_t interim = 0;        // answers 1xx so far
  uint64_t dropped_bytes = 0;  // of the body of a redirect
  bool following : 1 = false;  // the answer is a redirect that is followed
  bool paused : 1 = false;
  bool retried : 1 = false;
  bool wants_new_link : 1 = false;  // the last one was stale: the others may be, too
  TimePoint whole_deadline = kNever;
  TimePoint phase_deadline = kNever;
  Http1Deadline phase_limit = Http1Deadline::kNone;  // what phase_deadline stands for
  Http1FetchError error;                             // with which it ends soon
  Timer timer;
};

}  // namespace sluice::http1

#endif  // SLUICE_PROTOCOLS_HTTP1_CLIENT_CALL_H_
