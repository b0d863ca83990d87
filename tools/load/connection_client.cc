#include "tools/load/connection_client.h"

#include <algorithm>
#include <utility>

#include "reactor/loop.h"
#include "tools/load/driver.h"
#include "tools/report/format.h"

namespace sluice::load {

ConnectionClient::ConnectionClient(Driver& driver, uint32_t connection)
    : driver_(driver), number_(connection), sent_at_(driver.options().depth) {}

void ConnectionClient::Start(std::unique_ptr<ConnectionClient> self) {
  const LoadOptions& options = driver_.options();
  ConnectOptions connect;
  connect.timeout = options.timeout;
  // The client must go on reading while it has much to send: two ends that both wait for the other
  // to read first would wait for ever.
  connect.limits.output_pauses_reading = false;
  const uint64_t pipeline_bytes = uint64_t{request_bytes()} * options.depth;
  connect.limits.output_bytes_max = static_cast<uint32_t>(
      std::max<uint64_t>(connect.limits.output_bytes_max, pipeline_bytes + 1));
  connect.limits.stall_timeout = Duration(0);  // options.timeout covers it
  started_ = driver_.loop().now();
  id_ = driver_.loop().Connect(options.target, std::move(connect), std::move(self));
}

void ConnectionClient::OnOpen(Connection& connection) {
  if (!ready_) return Put(connection, 1);
  Put(connection, std::exchange(owed_, 0));
  GoOn(connection);
}

void ConnectionClient::Answered(uint64_t bytes) {
  const TimePoint now = driver_.loop().now();
  const Duration latency = now - sent_at_[oldest_];
  oldest_ = oldest_ + 1 == sent_at_.size() ? 0 : oldest_ + 1;
  --under_way_;
  if (ready_) {
    driver_.Answered(latency, bytes);
  } else {
    ready_ = true;
    driver_.Ready(now - started_);
  }
}

void ConnectionClient::GoOn(Connection& connection) {
  if (driver_.draining() && under_way_ == 0) return Close(connection);
  const uint32_t wanted = driver_.wanted_depth();
  // An idle run's one request is not followed by another.
  if (!driver_.options().idle && wanted > under_way_) SendTo(connection, wanted - under_way_);
}

void ConnectionClient::SendTo(Connection& connection, uint32_t requests) {
  Put(connection, driver_.TakeRequests(requests));
}

void ConnectionClient::Put(Connection& connection, uint32_t requests) {
  const TimePoint now = driver_.loop().now();
  for (uint32_t i = 0; i < requests; ++i) {
    SendRequest(connection);
    sent_at_[(oldest_ + under_way_) % sent_at_.size()] = now;
    ++under_way_;
  }
}

void ConnectionClient::SendMore() {
  const uint32_t wanted = driver_.wanted_depth();
  Connection* connection = driver_.loop().Find(id_);
  if (connection == nullptr || !ready_ || !connection->is_open() || wanted <= under_way_) return;
  SendTo(*connection, wanted - under_way_);
}

void ConnectionClient::CheckTimeouts(TimePoint now) {
  if (under_way_ == 0 || failed_ || now - sent_at_[oldest_] < driver_.options().timeout) return;
  if (Connection* connection = driver_.loop().Find(id_)) {
    Fail(*connection, Failure::kAnswerTimeout,
         "no answer within " + report::FormatDuration(driver_.options().timeout) +
             " on connection " + std::to_string(number_) + ", with " +
             report::FormatExact(under_way_) + " requests under way");
  }
}

void ConnectionClient::Finish() {
  if (ready_ && under_way_ > 0) return;
  Connection* connection = driver_.loop().Find(id_);
  if (connection == nullptr) return;
  if (ready_) return Close(*connection);
  closing_ = true;
  connection->Abort();
}

void ConnectionClient::Close(Connection& connection) {
  closing_ = true;
  connection.Close();
}

void ConnectionClient::Fail(Connection& connection, Failure failure, const std::string& detail) {
  if (!failed_) driver_.Failed(failure, detail);
  failed_ = true;
  connection.Abort();
}

void ConnectionClient::OnEnd(Connection& connection) {
  if (closing_) return connection.Close();
  Fail(connection, Failure::kPeerClosed, "the server ended connection " + std::to_string(number_));
}

// The command was told to stop at once: what is under way does not count.
void ConnectionClient::OnStop(Connection& connection) {
  failed_ = true;
  connection.Abort();
}

void ConnectionClient::OnClose(Connection&, CloseReason reason) {
  // A peer that resets what we were closing anyway took nothing from the measurement.
  if (!failed_ && !closing_ && reason.code != CloseCode::kLoopStopped) {
    driver_.Failed(FailureOf(reason), reason.ToString());
  }
  if (ready_) driver_.GaveUp(under_way_ + owed_);
  driver_.Gone(*this, ready_);
}

}  // namespace sluice::load
