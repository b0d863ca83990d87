#include "tools/sim/scenarios/conversation.h"

#include <algorithm>

namespace sluice::simulate {

using namespace std::chrono_literals;

std::string RandomBytes(Prng& prng, size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(prng.Next());
  return bytes;
}

BackendOptions SmallBuffers() {
  BackendOptions options;
  options.receive_buffers = 4;
  options.receive_buffer_bytes = 512;
  return options;
}

ConnectionLimits TightLimits() {
  ConnectionLimits limits;
  limits.output_high_water_bytes = 4096;
  limits.output_low_water_bytes = 1024;
  limits.turn_bytes = 2048;
  // Two ends that both stop reading for their unsent output would wait for each other.
  limits.stall_timeout = 0s;
  limits.idle_timeout = 10min;
  return limits;
}

void ConversationClient::OnOpen(Connection& connection) {
  ++conversation_.opens;
  SendSome(connection);
}

size_t ConversationClient::OnData(Connection& connection, std::string_view bytes) {
  const size_t consumed = prng_.Chance(1, 4) ? prng_.Between(0, bytes.size()) : bytes.size();
  conversation_.received.append(bytes.substr(0, consumed));
  // What is left unconsumed comes with the next bytes; at the end it would be lost.
  left_ = bytes.substr(consumed);
  if (prng_.Chance(1, 8)) {
    connection.PauseReading();
    const ConnectionId id = connection.id();
    Loop& loop = connection.loop();
    resume_ = std::make_unique<Timer>(loop, [id, &loop] {
      if (Connection* paused = loop.Find(id)) paused->ResumeReading();
    });
    resume_->ArmAfter(Duration(prng_.Between(1, 3'000'000)));
  }
  SendSome(connection);
  return consumed;
}

void ConversationClient::OnEnd(Connection& connection) {
  conversation_.received += left_;
  connection.Close();
}

void ConversationClient::OnClose(Connection&, CloseReason reason) {
  ++conversation_.closes;
  conversation_.reason = reason;
}

void ConversationClient::SendSome(Connection& connection) {
  const std::string_view all = conversation_.sent;
  while (sent_ < all.size() && connection.unsent_bytes() < 8192) {
    const size_t piece = std::min<size_t>(prng_.Between(1, 4096), all.size() - sent_);
    connection.Send(all.substr(sent_, piece));
    sent_ += piece;
  }
  if (sent_ == all.size()) connection.EndOutput();
}

void CheckEchoed(Trial& trial, const std::vector<Conversation>& conversations) {
  for (const Conversation& conversation : conversations) {
    const std::string_view sent = conversation.sent;
    const std::string_view received = conversation.received;
    trial.Expect(conversation.closes == 1, "a handler did not get OnClose exactly once");
    trial.Expect(conversation.opens <= 1, "a handler got OnOpen twice");
    trial.Expect(sent.substr(0, received.size()) == received, "bytes changed on their way");
    const bool complete = conversation.reason.code == CloseCode::kPeerEnded;
    if (complete) trial.Expect(received.size() == sent.size(), "bytes were lost without a word");
    trial.Tally(complete ? "conversations complete" : "conversations broken off");
  }
}

}  // namespace sluice::simulate
