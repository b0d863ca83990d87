// One connection of an HTTP/1.1 server: requests in, each to its handler, answers out in order.
// Http1Server and Http1Exchange are what users call.
//
// The exchanges whose answers are due stand in a list, oldest first. The first one's output goes to
// the connection as it is written; that of the others is held until their turn. A request with a
// body, one whose method is not safe and one that offers an upgrade is exclusive: it is taken when
// the list is empty, and nothing is taken behind it until it is answered.
#ifndef SLUICE_PROTOCOLS_HTTP1_SESSION_H_
#define SLUICE_PROTOCOLS_HTTP1_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "protocols/http1_error.h"
#include "protocols/http1_exchange.h"
#include "protocols/http1_parser.h"
#include "protocols/http1_worker.h"
#include "reactor/connection.h"
#include "reactor/handler.h"

namespace sluice::http1 {

class Session final : public Handler {
 public:
  explicit Session(std::shared_ptr<Worker> worker);
  ~Session() override;

  void OnOpen(Connection& connection) override;
  size_t OnData(Connection& connection, std::string_view bytes) override;
  void OnEnd(Connection& connection) override;
  void OnDrain(Connection& connection) override;
  void OnStop(Connection& connection) override;
  void OnClose(Connection& connection, CloseReason reason) override;

  // What its exchanges call.
  Worker& worker() { return *worker_; }
  Connection& connection() { return *connection_; }
  // For output: behind what was gathered.
  Connection& output() {
    if (gathered_bytes_ > 0) SendGathered();
    return *connection_;
  }
  // Room for output; CommitOutput sends the first `size` bytes of it.
  char* ReserveOutput(size_t size) {
    if (!gathering_ || size > Worker::kGatheredBytes) return output().Reserve(size);
    if (size > Worker::kGatheredBytes - gathered_bytes_) SendGathered();
    return worker_->gathered() + gathered_bytes_;
  }
  void CommitOutput(const char* begin, size_t size) {
    if (begin == worker_->gathered() + gathered_bytes_) {
      gathered_bytes_ += size;
    } else {
      connection_->Commit(size);
    }
  }
  size_t unsent_bytes() const { return connection_->unsent_bytes() + gathered_bytes_; }
  bool IsFirst(const Http1Exchange& exchange) const { return &exchange == first_; }
  Http1Exchange* Find(uint32_t serial);
  void Held(size_t bytes);
  // Its answer is complete, or its body's state another.
  void Changed(Http1Exchange& exchange);
  void RunSoon();
  void Upgrade(std::unique_ptr<Handler> handler);
  void RefuseBody(Http1Exchange& exchange, Http1Error error);

 private:
  using Body = Http1Exchange::Body;
  using Answer = Http1Exchange::Answer;

  // While it lives, a callback of this connection may be on the stack: exchanges that are complete
  // stay in memory.
  class Busy {
   public:
    explicit Busy(Session& session) : session_(session) { ++session_.busy_; }
    ~Busy() {
      if (--session_.busy_ == 0) session_.Recycle();
    }
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;

   private:
    Session& session_;
  };

  // http1_session.cc
  size_t TakeInput(Connection& connection, std::string_view bytes);
  void SendGathered();
  bool TakesRequests() const;
  bool WantsInput() const;
  void UpdateReading();
  void UpdateDeadline();
  TimePoint Deadline() const;
  void EndInput();
  void Close(uint8_t refusal);
  void Advance();
  void Promote(Http1Exchange& exchange);
  void Retire(Http1Exchange* exchange, bool sent);
  void Recycle();
  void TellGone(Http1Exchange& exchange);
  void TellDrained(Http1Exchange& exchange);
  void Soon();
  Http1Exchange* FindDue() const;
  void GiveDue(Http1Exchange& exchange);
  void OpenUpgraded();

  // http1_request_intake.cc
  size_t TakeRequest(std::string_view bytes);
  void KeepPartialHead();
  Http1Exchange& Append(const Arrival& arrival);
  void StartBody(Http1Exchange& exchange, const Http1Request& request);
  void StartLog(Http1Exchange& exchange, const Http1Request& request);
  void Handle(Http1Exchange& exchange, Arrival& arrival);
  void HandleRoute(Http1Exchange& exchange, Arrival& arrival);
  void AnswerTrace(Http1Exchange& exchange, const Http1Request& request);
  void CheckAnswered(Http1Exchange& exchange);
  void RefuseHead(Http1Error error, std::string_view head);

  // http1_body_intake.cc
  size_t TakeBody(std::string_view bytes);
  void TakeBodyEnd();
  void GiveBody(Http1Exchange& exchange, std::string_view piece, std::string_view* whole);
  void EndBody(Http1Exchange& exchange, std::string_view whole);
  void BreakOffBody(Http1Error error);

  const std::shared_ptr<Worker> worker_;
  Connection* connection_ = nullptr;  // from OnOpen until after OnClose
  Http1Exchange* first_ = nullptr;    // whose answers are due, oldest first
  Http1Exchange* last_ = nullptr;
  Http1Exchange* retired_ = nullptr;
  Http1Exchange* body_owner_ = nullptr;         // whose body comes next
  std::unique_ptr<Http1RequestParser> parser_;  // with a part of a head in it
  std::unique_ptr<Handler> upgraded_;
  std::string client_;  // for the log
  TimePoint head_deadline_ = kNever;
  TimePoint idle_deadline_ = kNever;
  size_t held_bytes_ = 0;
  size_t gathered_bytes_ = 0;  // of output, with the worker
  uint32_t pending_ = 0;       // exchanges in the list
  uint32_t serial_ = 0;
  uint32_t busy_ = 0;
  bool input_ended_ : 1 = false;    // no request follows those in the list
  bool waiting_ : 1 = false;        // an exclusive request waits for the list to be empty
  bool stopping_ : 1 = false;       // and that one is the last
  bool paused_ : 1 = false;         // reading, by us
  bool output_paused_ : 1 = false;  // OnDrain is to come
  bool soon_ : 1 = false;           // RunSoon was called
  bool upgrade_open_ : 1 = false;   // upgraded_ got OnOpen
  bool gathering_ : 1 = false;      // answers go to the worker's room first
  bool closed_ : 1 = false;         // OnClose was called
};

}  // namespace sluice::http1

#endif  // SLUICE_PROTOCOLS_HTTP1_SESSION_H_
