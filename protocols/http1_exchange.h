// One request and its answer. A route's handler gets it, answers at once or says that it will do so
// later, from a timer, another connection or another thread:
//
//   server.Get("/users/{id}", [](Http1Exchange& exchange) {
//     exchange.Reply(200, "application/json", UserAsJson(exchange.Param("id")));
//   });
//   server.Get("/slow", [](Http1Exchange& exchange) {
//     AskElsewhere([&loop = exchange.loop(), id = exchange.Later()](std::string answer) {
//       loop.Post([&loop, id, answer = std::move(answer)] {
//         if (Http1Exchange* exchange = Http1Exchange::Find(loop, id)) exchange->Reply(answer);
//       });
//     });
//   });
//   server.Post("/notes", [](Http1Exchange& exchange) {
//     exchange.ReadBody(64 << 10, [](Http1Exchange& e, std::string_view body) { e.Reply(body); });
//   });
//
// `Http1Exchange&` is valid inside the callback only, and from Find until the caller returns to the
// loop or the answer ends. The loop's thread only. Nothing here calls back before it returns.
//
// An answer is given once: a second one is a programmer error. So is a status outside 200 to 599.
//
// A handler that returns without an answer, without Later and without asking for the body is wrong:
// the client gets 500. Answers to pipelined requests leave in the order of the requests, whichever
// is ready first; what is written before its turn is kept.
#ifndef SLUICE_PROTOCOLS_HTTP1_EXCHANGE_H_
#define SLUICE_PROTOCOLS_HTTP1_EXCHANGE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "protocols/http1_body.h"
#include "protocols/http1_message.h"
#include "reactor/connection.h"
#include "reactor/handler.h"
#include "reactor/loop.h"

namespace sluice {

class Http1Exchange;

namespace http1 {
struct Arrival;
struct LogRecord;
class Session;
class Worker;
}  // namespace http1

// Names an exchange for as long as the program runs. Plain data: may be given to other threads.
struct Http1ExchangeId {
  ConnectionId connection;
  http1::Session* session = nullptr;  // lives as long as the connection
  uint32_t serial = 0;                // of the requests of the connection
  friend bool operator==(Http1ExchangeId, Http1ExchangeId) = default;
};

class Http1Exchange {
 public:
  // Called with each piece of a body as it comes, and once more with none and `last`.
  using BodyFunction = absl::AnyInvocable<void(Http1Exchange&, std::string_view piece, bool last)>;
  using WholeBodyFunction = absl::AnyInvocable<void(Http1Exchange&, std::string_view body)>;
  using Function = absl::AnyInvocable<void(Http1Exchange&)>;
  // Puts bytes into a connection's output.
  using Sender = absl::AnyInvocable<void(Connection&)>;

  Http1Exchange(const Http1Exchange&) = delete;
  Http1Exchange& operator=(const Http1Exchange&) = delete;

  // ---- The request.
  // Its head and what it views: while the route's handler runs, no longer. Copy what is needed
  // later, in a body's callback for instance.
  const Http1Request& request() const;
  // What stands in the target for `{name}` of the route, escapes and all (Http1Unescape); empty
  // where the route has no such name. As long as request().
  std::string_view Param(std::string_view name) const;
  // At any time. HEAD, too, where the handler is that of a GET.
  Http1Method method() const { return method_; }

  // ---- Its body. Asked for once; what nobody asks for is not read before the answer is given, and
  // then dropped. The first of these sends `100 Continue` to a client that waits for it.
  // All of it in one piece. The function is not called where the body is longer than that, or ends
  // too soon, or is malformed: the client gets 413 or 400.
  void ReadBody(size_t bytes_max, WholeBodyFunction function);
  // Piece by piece, up to Http1Limits::body_bytes_max. A piece is valid during the call.
  void StreamBody(BodyFunction function);
  // In between nothing is read from the client, and StreamBody's function is not called.
  void PauseBody();
  void ResumeBody();

  // ---- The answer.
  // For the answer to come; any number, in this order. False, and the client gets a 500 instead of
  // the answer, where the name is not a token, where the value has a control byte (a CR or LF would
  // end the field: header injection), or where the field is the server's own: Connection,
  // Content-Length, Date, Transfer-Encoding, Upgrade.
  bool AddHeader(std::string_view name, std::string_view value);

  // Field lines that were made before, each with its CRLF, checked by who made them: AddHeader does
  // so with every value.
  void AddFieldLines(std::string_view lines) { fields_.append(lines); }

  // Says in the answer to come what the connection may be upgraded to: a 426 has to (RFC 9110
  // 15.5.22). A token; empty ones and others are refused as by AddHeader.
  bool OfferUpgrade(std::string_view protocol);

  // The whole answer. An empty type is not sent. HEAD, 204 and 304 get no body.
  void Reply(int status, std::string_view content_type, std::string_view body);
  // 200 text/plain; charset=utf-8.
  void Reply(std::string_view body);
  // With "404 Not Found" or the like as its text.
  void Reply(int status);
  // `body` outlives the connection: a literal, a mapped file.
  void ReplyStatic(int status, std::string_view content_type, std::string_view body);
  // `sender` is called once it is this answer's turn, perhaps before this returns, and puts exactly
  // `size` bytes into the output: a file, with Connection::SendFile. Not called for a HEAD, nor
  // when the client is gone.
  void ReplyFrom(int status, std::string_view content_type, uint64_t size, Sender sender);

  // An answer in pieces: Begin, any number of Write, End. Chunked, or up to the connection's end
  // for an HTTP/1.0 client; with a size, exactly that many bytes. Heed unsent_bytes: above the
  // connection's high-water mark wait for OnDrain.
  // Ended too soon, an answer with a size ends the connection.
  void Begin(int status, std::string_view content_type);
  void Begin(int status, std::string_view content_type, uint64_t size);
  void Write(std::string_view bytes);
  void End();
  bool begun() const { return answer_ != Answer::kNone; }
  size_t unsent_bytes() const;
  // Unsent output fell below the low-water mark after having been above the high-water mark.
  void OnDrain(Function function);

  // ---- Later.
  // The answer, or the rest of it, comes after the handler returned.
  Http1ExchangeId Later();
  Http1ExchangeId id() const;
  // nullptr where the answer is complete or the client gone.
  static Http1Exchange* Find(Loop& loop, Http1ExchangeId id);
  // Called where the connection ended before the answer did, and where the server had to answer
  // itself, for the body was malformed or too long. Output has no effect any more.
  void OnGone(Function function);

  // ---- Another protocol.
  // Answers `101 Switching Protocols` with "Upgrade: protocol" and the fields added, and gives the
  // connection to `handler`: its OnOpen is called, and from then on it gets every callback, bytes
  // behind the request included (Connection::handler stays the server's). For a request that offers
  // an upgrade (request().upgrade); one with a body, or of HTTP/1.0, gets 400 and `handler` is
  // destroyed.
  void Upgrade(std::string_view protocol, std::unique_ptr<Handler> handler);

  // To be looked at, not to be sent on.
  const Connection& connection() const;
  Loop& loop() const { return connection().loop(); }

 private:
  friend class http1::Session;
  friend class http1::Worker;

  enum class Answer : uint8_t { kNone, kBegun, kDone };
  enum class Body : uint8_t {
    kUndecided,  // nobody asked for it yet: it is not read
    kWanted,
    kPaused,
    kDropped,  // read, and given to nobody
    kDone,     // read to its end, or there is none
  };
  // Unset: the answer has no known size.
  using Size = std::optional<uint64_t>;

  Http1Exchange() = default;

  // http1_exchange.cc
  void Start(http1::Session& session, const http1::Arrival& arrival, uint32_t serial);
  void Reset();
  void ResetRare();
  bool asked_for_body() const { return on_body_ != nullptr || on_whole_body_ != nullptr; }
  void AskForBody();
  bool complete() const {
    return answer_ == Answer::kDone && (body_state_ == Body::kDone || close_);
  }
  void GoOnWithBody(Body state);
  // True where what is left of the body is too much to read and drop.
  bool BodyEndsConnection() const;
  TimePoint body_deadline() const;
  bool is_first() const;

  // http1_answer.cc
  bool has_answer_body() const;
  bool BeginAnswer(int status, std::string_view content_type, Size size, std::string_view body);
  void DecideFraming(Size size);
  bool ReplyAsBefore(int status, std::string_view content_type, std::string_view body);
  char* WriteHead(char* at, std::string_view content_type, Size size) const;
  char* ComposeHead(char* at, std::string_view content_type, Size size) const;
  void WriteAnswer(std::string_view content_type, Size size, std::string_view body);
  void AnswerInstead(int status, std::string_view why);
  void Put(std::string_view bytes);
  char* ReserveOutput(size_t size);
  void CommitOutput(char* begin, char* end, size_t reserved);
  void Finish();

  http1::Session* session_ = nullptr;  // nullptr: in the pool
  Http1Exchange* next_ = nullptr;      // of the connection, or of the pool
  const http1::Arrival* arrival_ = nullptr;
  uint32_t serial_ = 0;
  uint16_t status_ = 0;
  Http1Method method_ = Http1Method::kOther;
  Answer answer_ = Answer::kDone;
  Body body_state_ = Body::kDone;
  uint8_t minor_version_ = 1;
  uint8_t refusal_ = 0;                // Http1Error, where that is what is answered
  bool exclusive_ : 1 = false;         // no other request of the connection is with a handler
  bool keep_alive_ : 1 = false;        // the client asked for it
  bool close_ : 1 = false;             // the connection ends with this answer
  bool later_ : 1 = false;             // Later was called
  bool chunked_ : 1 = false;           // the answer is
  bool expects_continue_ : 1 = false;  // and was not told to
  bool fields_refused_ : 1 = false;    // AddHeader was given what must not be sent
  bool offers_upgrade_ : 1 = false;
  bool sized_ : 1 = false;          // answer_left_ counts
  bool names_upgrade_ : 1 = false;  // OfferUpgrade was called
  bool rare_ : 1 = false;           // one of the members at the end was set
  uint64_t answer_left_ = 0;        // bytes of a sized answer that are still to be written
  uint64_t answer_bytes_ = 0;       // of the body, for the log
  std::string fields_;              // as they will stand in the head

  // What most requests do not need.
  bool empty_body_due_ = false;  // asked for a body where there is none
  bool drain_due_ = false;       // OnDrain is
  std::string held_;             // output before its turn
  Sender sender_;
  std::optional<Http1Body> body_;
  uint64_t body_bytes_ = 0;           // announced; 0: chunked
  TimePoint body_deadline_ = kNever;  // without what each byte of it adds
  TimePoint body_paused_ = kNever;    // since
  BodyFunction on_body_;
  WholeBodyFunction on_whole_body_;
  std::string whole_body_;
  size_t whole_body_max_ = 0;
  Function on_drain_;
  Function on_gone_;
  std::unique_ptr<http1::LogRecord> log_;
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_EXCHANGE_H_
