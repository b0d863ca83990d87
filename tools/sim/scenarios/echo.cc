// Bytes come back in order and unchanged, or the connection ends for a reason; everybody closes
// once.
#include <memory>
#include <vector>

#include "tools/sim/scenarios/conversation.h"
#include "tools/sim/scenarios/scenarios.h"

namespace sluice::simulate {
namespace {

using namespace std::chrono_literals;

// Loses the last byte of what it read, about once in a thousand.
class ForgetfulEcho : public Handler {
 public:
  explicit ForgetfulEcho(Prng* prng) : prng_(*prng) {}
  size_t OnData(Connection& connection, std::string_view bytes) override {
    connection.Send(bytes.substr(0, bytes.size() - (prng_.Chance(1, 1000) ? 1 : 0)));
    return bytes.size();
  }

 private:
  Prng& prng_;
};

template <class Server, class... Arguments>
void EchoWith(Trial& trial, Arguments... arguments) {
  Prng& draw = trial.draw();
  std::vector<Conversation> conversations(draw.Between(1, 12));
  sim::SimRun& run = trial.Start();
  Loop& server = run.AddLoop(trial.world().AddHost(), SmallBuffers());
  Loop& client = run.AddLoop(trial.world().AddHost(), SmallBuffers());
  ListenerOptions listen;
  listen.backlog = static_cast<int>(draw.Between(0, 8));
  listen.limits = TightLimits();
  auto listener = server.Listen<Server>("10.0.0.1:80", listen, arguments...);
  trial.Expect(listener.ok(), "the server could not listen");
  for (Conversation& conversation : conversations) {
    conversation.sent = RandomBytes(draw, draw.Between(0, 30'000));
    client.Connect((*listener)->endpoint(), PatientConnect(),
                   std::make_unique<ConversationClient>(conversation, draw));
  }
  trial.RunUntil([&] { return client.stats().connections == 0; }, 2h, "a client never ended");
  trial.End();
  CheckEchoed(trial, conversations);
}

}  // namespace

void Echo(Trial& trial) {
  EchoWith<EchoHandler>(trial);
}

void BrokenEcho(Trial& trial) {
  EchoWith<ForgetfulEcho>(trial, &trial.draw());
}

}  // namespace sluice::simulate
