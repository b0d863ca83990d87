// One connection of an Http1Client: sends requests, reads the answers in their order.
#ifndef SLUICE_PROTOCOLS_HTTP1_CLIENT_LINK_H_
#define SLUICE_PROTOCOLS_HTTP1_CLIENT_LINK_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "protocols/http1_body.h"
#include "protocols/http1_client_call.h"
#include "protocols/http1_parser.h"
#include "reactor/connection.h"
#include "reactor/handler.h"
#include "reactor/loop.h"

namespace sluice::http1 {

class ClientCore;
class Pool;

// The handler of its connection, and owned by it. Out of the pool it is a handler that waits for
// its connection to end.
class Link : public Handler {
 public:
  Link(ClientCore& core, Pool& pool);
  ~Link() override;

  // ---- for the pool
  // Sends the call, now or once the connection is open.
  void Begin(Call& call);
  void Connects(ConnectionId id) { id_ = id; }
  bool idle() const { return !gone() && calls_.empty(); }
  // Not about to end, as far as this end knows.
  bool usable() const;
  size_t under_way() const { return calls_.size(); }
  // To be pipelined behind the others.
  bool HasRoomFor(const Call& call) const;
  void CloseIdle();
  void Abandon();

  // ---- for the client
  // Its answer is wanted no more. Ends the connection where it was the next one due.
  void Forget(Call& call);
  void Pause(Call& call);
  void Resume(Call& call);
  // Sends the body without "100 Continue".
  void Continue(Call& call);
  // Calls the user: last.
  void AskForBody();
  bool Write(Call& call, std::string_view bytes);
  bool EndBody(Call& call);
  size_t unsent_bytes() const;

  void OnOpen(Connection& connection) override;
  size_t OnData(Connection& connection, std::string_view bytes) override;
  void OnEnd(Connection& connection) override;
  void OnDrain(Connection& connection) override;
  void OnStop(Connection& connection) override;
  void OnClose(Connection& connection, CloseReason reason) override;

 private:
  enum class Ending : uint8_t { kOrderly, kAbort };
  // Of bytes shown by OnData.
  struct Taken {
    size_t bytes = 0;
    bool needs_more = false;
  };

  // It has left the pool; the client may be gone, too.
  bool gone() const { return core_ == nullptr; }
  Call& front() { return *calls_.front(); }
  Connection* connection() const { return loop_.Find(id_); }

  void Send(Connection& connection, Call& call);
  void BeginBody(Connection& connection, Call& call);
  void FeedBody(Connection& connection, Call& call);
  void EndUpload(Call& call);

  Taken TakeHead(std::string_view bytes);
  void TakeInterim(const Http1Response& response);
  void TakeFinalHead(const Http1Response& response);
  Taken TakeBody(std::string_view bytes);
  void TakePiece(std::string_view piece);
  void EndAnswer();
  void FailFront(const Http1FetchError& error);
  void Lost(CloseReason reason);
  Call* Leave(Ending ending);
  Call* Quit(Ending ending);
  void ApplyPause(Call& call);

  Loop& loop_;
  ClientCore* core_;
  Pool* pool_;
  ConnectionId id_;
  bool open_ = false;
  bool ending_ = false;      // nothing new is sent on it
  bool keep_alive_ = false;  // as the answer that is read has it
  bool begun_ = false;       // a byte of the answer that is due is here
  uint64_t served_ = 0;
  std::vector<Call*> calls_;  // in the order sent; nullptr: forgotten
  std::optional<Http1ResponseParser> parser_;
  std::optional<Http1Body> body_;  // of the answer whose head is complete
};

}  // namespace sluice::http1

#endif  // SLUICE_PROTOCOLS_HTTP1_CLIENT_LINK_H_
