// An HTTP/1.1 client: connections kept and reused, limits, deadlines.
//
//   sluice::Http1Client client(*loop);
//   client.Fetch({.endpoint = endpoint, .target = "/x"}, [](sluice::Http1Outcome outcome) {
//     if (outcome.ok()) Use(outcome.answer.status, outcome.answer.body);
//     else Report(outcome.error.ToString());
//   });
//
// and in a coroutine (reactor/coroutine.h, reactor/script.h):
//
//   sluice::Http1Outcome outcome = co_await client.Fetch({.endpoint = endpoint, .target = "/x"});
//
// Nothing here calls back before it returns. A callback may call anything here, and may destroy the
// client: then nothing else is called. The loop's thread only.
//
// A fetch ends with `done`, once. The two ways to end it without are Cancel, and destroying the
// client: callbacks are then destroyed uncalled. (What is fetched once the loop has stopped for
// good never begins, and ends with the client.)
//
// A connection that the server closed before the first byte of an answer, after it had served
// others, was probably closing when the request was sent: requests whose methods are idempotent are
// then repeated, once, on a new connection (RFC 9110 9.2.2); others end with kCutOff.
#ifndef SLUICE_PROTOCOLS_HTTP1_CLIENT_H_
#define SLUICE_PROTOCOLS_HTTP1_CLIENT_H_

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "protocols/http1_client_options.h"
#include "protocols/http1_fetch.h"
#include "reactor/loop.h"
#include "reactor/script.h"

namespace sluice {

namespace http1 {
class ClientCore;
}  // namespace http1

class Http1FetchAwaiter;

struct Http1ClientStats {
  uint64_t fetches = 0;    // begun
  uint64_t connects = 0;   // connections begun
  uint64_t reuses = 0;     // requests sent on a connection that had served another
  uint64_t pipelined = 0;  // of these, behind others that were not answered yet
  uint64_t retries = 0;    // requests repeated on another connection
  uint64_t redirects = 0;  // followed
  // Now.
  size_t under_way = 0;  // fetches that have not ended
  size_t waiting = 0;    // of these, for a connection
  size_t connections = 0;
  size_t idle = 0;  // of these, without a request
};

class Http1Client {
 public:
  // Options must be valid. The loop may go first.
  explicit Http1Client(Loop& loop, Http1ClientOptions options = {});
  ~Http1Client();
  Http1Client(const Http1Client&) = delete;
  Http1Client& operator=(const Http1Client&) = delete;

  // What is wrong with the request comes to `done`, too.
  Http1FetchId Fetch(Http1FetchRequest request, Http1DoneFunction done);
  Http1FetchId Fetch(Http1FetchRequest request, Http1FetchFunctions functions);
  // To be awaited where it is written. A coroutine destroyed while it waits cancels its fetch; one
  // that waits when the client is destroyed waits for ever.
  Http1FetchAwaiter Fetch(Http1FetchRequest request);

  // Its callbacks are destroyed uncalled. False: it has ended.
  bool Cancel(Http1FetchId id);

  // In between nothing of the answer's body is read and `piece` is not called; `done` is, where no
  // byte is left to come. Not counted.
  void Pause(Http1FetchId id);
  void Resume(Http1FetchId id);

  // A piece of a streamed body, copied; EndBody ends it. False, and nothing is sent: `writable` was
  // not called yet, or the body is not wanted any more (the server answered without it, or the
  // fetch ended). Above the high-water mark of unsent_bytes wait for `writable`.
  bool Write(Http1FetchId id, std::string_view bytes);
  bool EndBody(Http1FetchId id);
  size_t unsent_bytes(Http1FetchId id) const;

  // Of every endpoint.
  void CloseIdleConnections();
  Http1ClientStats stats() const;

 private:
  std::unique_ptr<http1::ClientCore> core_;
};

class Http1FetchAwaiter {
 public:
  Http1FetchAwaiter(Http1Client& client, Http1FetchRequest request)
      : client_(&client), request_(std::move(request)) {}
  Http1FetchAwaiter(const Http1FetchAwaiter&) = delete;
  Http1FetchAwaiter& operator=(const Http1FetchAwaiter&) = delete;
  ~Http1FetchAwaiter() {
    if (under_way_) client_->Cancel(id_);
  }

  bool await_ready() const { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> waiting) {
    resume_ = [waiting] { ResumeCoroutine(waiting); };
    under_way_ = true;
    id_ = client_->Fetch(std::move(request_), Http1DoneFunction(Waker(this)));
  }
  Http1Outcome await_resume() { return std::move(outcome_); }

 private:
  // The callback. Destroyed uncalled it says so: there is nothing left to cancel.
  class Waker {
   public:
    explicit Waker(Http1FetchAwaiter* awaiter) : awaiter_(awaiter) {}
    Waker(Waker&& other) noexcept : awaiter_(std::exchange(other.awaiter_, nullptr)) {}
    ~Waker() {
      if (awaiter_ != nullptr) awaiter_->under_way_ = false;
    }
    void operator()(Http1Outcome outcome) {
      Http1FetchAwaiter& awaiter = *std::exchange(awaiter_, nullptr);
      awaiter.under_way_ = false;
      awaiter.outcome_ = std::move(outcome);
      // The coroutine goes on, and the awaiter with it: not by its own function.
      std::exchange(awaiter.resume_, nullptr)();
    }

   private:
    Http1FetchAwaiter* awaiter_;
  };

  Http1Client* client_;
  Http1FetchRequest request_;
  Http1FetchId id_;
  bool under_way_ = false;
  absl::AnyInvocable<void()> resume_;
  Http1Outcome outcome_;
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_CLIENT_H_
