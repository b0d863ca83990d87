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
  options.retained_bytes_min = 1;
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

ConnectOptions PatientConnect() {
  ConnectOptions options;
  options.timeout = 300s;
  options.limits.stall_timeout = 0s;
  options.limits.idle_timeout = 10min;
  return options;
}

void ExpectExcused(Trial& trial, const sim::SimHost& server, size_t broken_off, size_t connects,
                   size_t accepts) {
  const auto& counts = trial.world().faults().counts();
  const auto count = [&counts](sim::Fault fault) { return counts[static_cast<size_t>(fault)]; };
  const uint64_t fatal = count(sim::Fault::kPeerReset) + count(sim::Fault::kTimedOut) +
                         count(sim::Fault::kSendFailed) + count(sim::Fault::kConnectRefused) +
                         count(sim::Fault::kSocketOutOfFiles);
  const bool handshakes_suffered = count(sim::Fault::kHandshakeLoss) > 0 ||
                                   server.counters.listen_drops > 0 ||
                                   server.counters.listen_overflows > 0;
  const uint64_t never_accepted =
      handshakes_suffered && connects > accepts ? connects - accepts : 0;
  trial.Expect(broken_off <= fatal + never_accepted, "a conversation broke off for no reason");
}

void Rest::Take(Connection& connection, Duration duration) {
  connection.PauseReading();
  const ConnectionId id = connection.id();
  Loop& loop = connection.loop();
  resume_ = std::make_unique<Timer>(loop, [id, &loop] {
    if (Connection* paused = loop.Find(id)) paused->ResumeReading();
  });
  resume_->ArmAfter(duration);
}

void PieceSender::SendSome(Connection& connection) {
  while (sent_ < text_.size() && connection.unsent_bytes() < 8192) {
    const size_t piece = std::min<size_t>(prng_.Between(1, 4096), text_.size() - sent_);
    connection.Send(text_.substr(sent_, piece));
    sent_ += piece;
  }
  if (sent_ == text_.size()) connection.EndOutput();
}

void ConversationClient::OnOpen(Connection& connection) {
  ++conversation_.opens;
  sender_.SendSome(connection);
}

size_t ConversationClient::OnData(Connection& connection, std::string_view bytes) {
  const size_t consumed = prng_.Chance(1, 4) ? prng_.Between(0, bytes.size()) : bytes.size();
  conversation_.received.append(bytes.substr(0, consumed));
  // What is left unconsumed comes with the next bytes; at the end it would be lost.
  left_ = bytes.substr(consumed);
  if (prng_.Chance(1, 8)) rest_.Take(connection, Duration(prng_.Between(1, 3'000'000)));
  sender_.SendSome(connection);
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
