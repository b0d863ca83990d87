#include "tools/load/stream_client.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

#include "reactor/loop.h"
#include "tools/load/driver.h"
#include "tools/report/format.h"

namespace sluice::load {

StreamClient::StreamClient(Driver& driver, uint32_t connection)
    : driver_(driver),
      number_(connection),
      writer_(driver.layout(), StreamSeed(driver.options(), connection),
              RequestAlphabet(driver.options())),
      checker_(driver.layout(), StreamSeed(driver.options(), connection),
               AnswerAlphabet(driver.options())),
      sent_at_(driver.options().depth) {}

void StreamClient::Start(std::unique_ptr<StreamClient> self) {
  const LoadOptions& options = driver_.options();
  ConnectOptions connect;
  connect.timeout = options.timeout;
  // The client must go on reading while it has much to send: two ends that both wait for the other
  // to read first would wait for ever.
  const uint64_t pipeline_bytes = uint64_t{driver_.layout().bytes()} * options.depth;
  connect.limits.output_high_water_bytes = static_cast<uint32_t>(
      std::max<uint64_t>(connect.limits.output_high_water_bytes, pipeline_bytes + 1));
  connect.limits.output_bytes_max =
      std::max(connect.limits.output_bytes_max, connect.limits.output_high_water_bytes);
  connect.limits.stall_timeout = Duration(0);  // options.timeout covers it
  started_ = driver_.loop().now();
  id_ = driver_.loop().Connect(options.target, std::move(connect), std::move(self));
}

void StreamClient::OnOpen(Connection& connection) {
  SendTo(connection, 1);
}

size_t StreamClient::OnData(Connection& connection, std::string_view bytes) {
  const size_t expected = std::min<uint64_t>(bytes.size(), unanswered_bytes_);
  const FrameChecker::Checked checked = checker_.Check(bytes.substr(0, expected));
  unanswered_bytes_ -= checked.matched_bytes;
  received_bytes_ += checked.matched_bytes;
  if (checked.frames > 0) Answered(connection, checked.frames);
  if (checked.matched_bytes < bytes.size()) {
    FailMismatch(connection, checked.matched_bytes, bytes);
  }
  return bytes.size();
}

void StreamClient::Answered(Connection& connection, size_t frames) {
  const TimePoint now = driver_.loop().now();
  for (size_t i = 0; i < frames; ++i) {
    const Duration latency = now - sent_at_[oldest_];
    oldest_ = oldest_ + 1 == sent_at_.size() ? 0 : oldest_ + 1;
    --under_way_;
    if (ready_) {
      driver_.Answered(latency);
    } else {
      ready_ = true;
      driver_.Ready(now - started_);
    }
  }
  if (driver_.draining() && under_way_ == 0) return Close(connection);
  const uint32_t wanted = driver_.wanted_depth();
  // An idle run's one request is not followed by another.
  if (!driver_.options().idle && wanted > under_way_) SendTo(connection, wanted - under_way_);
}

void StreamClient::SendTo(Connection& connection, uint32_t requests) {
  const size_t frame_bytes = driver_.layout().bytes();
  const TimePoint now = driver_.loop().now();
  for (uint32_t i = 0; i < requests; ++i) {
    writer_.Write(connection.Reserve(frame_bytes));
    connection.Commit(frame_bytes);
    sent_at_[(oldest_ + under_way_) % sent_at_.size()] = now;
    ++under_way_;
    unanswered_bytes_ += frame_bytes;
  }
}

void StreamClient::SendMore() {
  const uint32_t wanted = driver_.wanted_depth();
  Connection* connection = driver_.loop().Find(id_);
  if (connection == nullptr || !ready_ || !connection->is_open() || wanted <= under_way_) return;
  SendTo(*connection, wanted - under_way_);
}

void StreamClient::CheckTimeouts(TimePoint now) {
  if (under_way_ == 0 || failed_ || now - sent_at_[oldest_] < driver_.options().timeout) return;
  if (Connection* connection = driver_.loop().Find(id_)) {
    Fail(*connection, Failure::kAnswerTimeout,
         "no answer within " + report::FormatDuration(driver_.options().timeout) +
             " on connection " + std::to_string(number_) + ", with " +
             report::FormatExact(under_way_) + " requests under way");
  }
}

void StreamClient::Finish() {
  if (ready_ && under_way_ > 0) return;
  Connection* connection = driver_.loop().Find(id_);
  if (connection == nullptr) return;
  if (ready_) return Close(*connection);
  closing_ = true;
  connection->Abort();
}

void StreamClient::Close(Connection& connection) {
  closing_ = true;
  connection.Close();
}

void StreamClient::FailMismatch(Connection& connection, size_t matched_bytes,
                                std::string_view bytes) {
  if (failed_) return;
  char text[160];
  if (unanswered_bytes_ == 0) {
    std::snprintf(text, sizeof(text), "connection %u received more than it sent (%llu bytes)",
                  number_, static_cast<unsigned long long>(received_bytes_));
  } else {
    std::snprintf(text, sizeof(text),
                  "byte %llu of the answers on connection %u is 0x%02x, which is not what was sent",
                  static_cast<unsigned long long>(received_bytes_), number_,
                  static_cast<unsigned>(static_cast<unsigned char>(bytes[matched_bytes])));
  }
  failed_ = true;
  driver_.Failed(Failure::kMismatch, text);
  connection.Abort();
}

void StreamClient::Fail(Connection& connection, Failure failure, const std::string& detail) {
  if (!failed_) driver_.Failed(failure, detail);
  failed_ = true;
  connection.Abort();
}

void StreamClient::OnEnd(Connection& connection) {
  if (closing_) return connection.Close();
  Fail(connection, Failure::kPeerClosed, "the server ended connection " + std::to_string(number_));
}

// The command was told to stop at once: what is under way does not count.
void StreamClient::OnStop(Connection& connection) {
  failed_ = true;
  connection.Abort();
}

void StreamClient::OnClose(Connection&, CloseReason reason) {
  // A peer that resets what we were closing anyway took nothing from the measurement.
  if (!failed_ && !closing_ && reason.code != CloseCode::kLoopStopped) {
    driver_.Failed(FailureOf(reason), reason.ToString());
  }
  driver_.Gone(*this, ready_);
}

}  // namespace sluice::load
