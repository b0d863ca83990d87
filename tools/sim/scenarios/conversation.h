// What several scenarios share: clients that send their bytes in random pieces, read slowly where
// they feel like it, and compare what comes back.
#ifndef SLUICE_TOOLS_SIM_SCENARIOS_CONVERSATION_H_
#define SLUICE_TOOLS_SIM_SCENARIOS_CONVERSATION_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "reactor/base/prng.h"
#include "reactor/handler.h"
#include "reactor/loop.h"
#include "tools/sim/trial.h"

namespace sluice::simulate {

std::string RandomBytes(Prng& prng, size_t size);

// Receive memory that runs out: 4 buffers of 512 bytes.
BackendOptions SmallBuffers();
// Low marks, little a turn; no stall timeout, but an idle one: half-open connections must end.
ConnectionLimits TightLimits();
// A client that waits for whatever the handshake takes; no stall timeout, but an idle one.
ConnectOptions PatientConnect();

// Conversations may be broken off by a fault that ends connections, one each, and those that never
// reached the server by what happened to their handshakes. Nothing else breaks one off.
void ExpectExcused(Trial& trial, const sim::SimHost& server, size_t broken_off, size_t connects,
                   size_t accepts);

// Pauses the reading of a connection for a while. Goes with its handler.
class Rest {
 public:
  void Take(Connection& connection, Duration duration);

 private:
  std::unique_ptr<Timer> resume_;
};

// Sends a text in random pieces as long as little is unsent, then ends the output.
class PieceSender {
 public:
  PieceSender(std::string_view text, Prng& prng) : text_(text), prng_(prng) {}
  void SendSome(Connection& connection);

 private:
  const std::string_view text_;
  Prng& prng_;
  size_t sent_ = 0;
};

// Of one client. Outlives its connection.
struct Conversation {
  std::string sent;
  std::string received;
  int opens = 0;
  int closes = 0;
  CloseReason reason;
};

// Sends `sent`, ends its output, waits for the peer's end.
class ConversationClient : public Handler {
 public:
  ConversationClient(Conversation& conversation, Prng& prng)
      : conversation_(conversation), prng_(prng), sender_(conversation.sent, prng) {}

  void OnOpen(Connection& connection) override;
  size_t OnData(Connection& connection, std::string_view bytes) override;
  void OnDrain(Connection& connection) override { sender_.SendSome(connection); }
  void OnEnd(Connection& connection) override;
  void OnClose(Connection& connection, CloseReason reason) override;

 private:
  Conversation& conversation_;
  Prng& prng_;
  PieceSender sender_;
  std::string left_;
  Rest rest_;
};

class EchoHandler : public Handler {
 public:
  size_t OnData(Connection& connection, std::string_view bytes) override {
    connection.Send(bytes);
    return bytes.size();
  }
};

// Closed once; whatever came back is a front of what was sent; all of it where the peer ended in
// good order.
void CheckEchoed(Trial& trial, const std::vector<Conversation>& conversations);

}  // namespace sluice::simulate

#endif  // SLUICE_TOOLS_SIM_SCENARIOS_CONVERSATION_H_
