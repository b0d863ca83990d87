// What several scenarios share: a client that sends its bytes in random pieces, reads slowly where
// it feels like it, and compares what comes back.
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
      : conversation_(conversation), prng_(prng) {}

  void OnOpen(Connection& connection) override;
  size_t OnData(Connection& connection, std::string_view bytes) override;
  void OnDrain(Connection& connection) override { SendSome(connection); }
  void OnEnd(Connection& connection) override;
  void OnClose(Connection& connection, CloseReason reason) override;

 private:
  void SendSome(Connection& connection);

  Conversation& conversation_;
  Prng& prng_;
  size_t sent_ = 0;
  std::string left_;
  std::unique_ptr<Timer> resume_;
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
