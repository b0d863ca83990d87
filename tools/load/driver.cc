#include "tools/load/driver.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "reactor/base/check.h"
#include "tools/load/datagram_client.h"
#include "tools/load/http_client.h"
#include "tools/load/stream_client.h"

namespace sluice::load {
namespace {

// Only the loop's thread writes: no read-modify-write is needed.
void Increment(std::atomic<uint64_t>& counter, uint64_t by = 1) {
  counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

std::unique_ptr<ConnectionClient> MakeConnectionClient(Driver& driver, uint32_t connection) {
  if (driver.options().transport == Transport::kHttp) {
    return std::make_unique<HttpClient>(driver, connection);
  }
  return std::make_unique<StreamClient>(driver, connection);
}

}  // namespace

Driver::Driver(Loop& loop, const LoadOptions& options, Share share, std::function<void()> on_step)
    : loop_(loop),
      options_(options),
      share_(share),
      layout_(options),
      on_step_(std::move(on_step)),
      requests_left_(share.requests),
      check_timer_(loop, [this] { CheckTimeouts(); }) {}

void Driver::Start() {
  began_ = loop_.now();
  check_timer_.ArmAfter(CheckInterval());
  StartMore();
  UpdateSteps();
}

void Driver::StartMore() {
  if (phase_ != Phase::kRamp || loop_.stopping()) return;
  while (!all_started() && connecting_ < share_.connecting_max) {
    ++connecting_;
    StartClient(share_.first + started_++);
  }
}

void Driver::StartClient(uint32_t connection) {
  if (options_.transport != Transport::kDatagram) {
    auto client = MakeConnectionClient(*this, connection);
    ConnectionClient& started = *client;
    started.Start(std::move(client));
    started.index = clients_.size();
    clients_.push_back(&started);
    return;
  }
  absl::StatusOr<DatagramClient*> client = DatagramClient::Start(*this, connection);
  if (client.ok()) {
    (*client)->index = clients_.size();
    clients_.push_back(*client);
    return;
  }
  --connecting_;
  Failed(Failure::kConnectFailed, std::string(client.status().message()));
}

void Driver::Enter(Phase phase) {
  if (phase == Phase::kMeasure) measure_began_ = last_answer_ = loop_.now();
  if (phase == Phase::kDrain && phase_ == Phase::kMeasure && !ends_with_its_answers()) {
    results_.elapsed = loop_.now() - measure_began_;
  }
  phase_ = phase;
  // A client may go, or send, while it is visited; it never goes before the callback returned.
  for (size_t i = clients_.size(); i-- > 0;) {
    if (draining()) {
      clients_[i]->Finish();
    } else {
      clients_[i]->SendMore();
    }
  }
  if (phase == Phase::kMeasure) {
    progress_.measuring = true;
    on_step_();
  }
  UpdateSteps();
}

uint32_t Driver::wanted_depth() const {
  if (phase_ == Phase::kMeasure && options_.idle) return 1;
  if (phase_ == Phase::kWarmup && options_.requests > 0) return 0;
  return phase_ == Phase::kWarmup || phase_ == Phase::kMeasure ? options_.depth : 0;
}

// The one request of each idle connection is answered while the run drains.
bool Driver::recording() const {
  return phase_ == Phase::kMeasure || (phase_ == Phase::kDrain && options_.idle);
}

void Driver::Ready(Duration connect_time) {
  ++results_.ready;
  results_.connect_ns.Record(static_cast<uint64_t>(connect_time.count()));
  Increment(progress_.ready);
  --connecting_;
  StartMore();
  UpdateSteps();
}

void Driver::Answered(Duration latency, uint64_t bytes) {
  Increment(progress_.answered);
  if (options_.requests > 0) Settle(1);
  if (!recording()) return;
  ++results_.requests;
  results_.bytes += bytes;
  results_.latency_ns.Record(static_cast<uint64_t>(latency.count()));
  if (!ends_with_its_answers()) return;
  last_answer_ = loop_.now();
  results_.elapsed = last_answer_ - measure_began_;
}

void Driver::AnsweredStatus(uint16_t status) {
  if (recording()) ++results_.statuses[status / 100];
}

uint32_t Driver::TakeRequests(uint32_t wanted) {
  if (options_.requests == 0) return wanted;
  const auto taken = static_cast<uint32_t>(std::min<uint64_t>(wanted, requests_left_));
  requests_left_ -= taken;
  return taken;
}

void Driver::GaveUp(uint32_t requests) {
  if (options_.requests > 0 && requests > 0) Settle(requests);
}

void Driver::Settle(uint32_t requests) {
  Increment(progress_.settled, requests);
  if (progress_.settled == share_.requests) on_step_();
}

bool Driver::GivesUp(TimePoint started) const {
  const Duration longest = std::min(options_.timeout, options_.duration);
  return draining() || loop_.now() - (results_.ready == 0 ? began_ : started) >= longest;
}

bool Driver::all_started() const {
  if (started_ == share_.connections || phase_ != Phase::kRamp) return true;
  return options_.transport == Transport::kDatagram && results_.ready == 0 && GivesUp(began_);
}

void Driver::Failed(Failure failure, const std::string& detail) {
  ++results_.failures[static_cast<size_t>(failure)];
  Increment(progress_.failed);
  if (results_.first_failure.empty()) results_.first_failure = detail;
}

void Driver::Replace(Client& client, Client& next) {
  next.index = client.index;
  clients_[client.index] = &next;
}

void Driver::Gone(Client& client, bool was_ready) {
  SLUICE_CHECK(clients_[client.index] == &client, "a client goes once");
  clients_[client.index] = clients_.back();
  clients_[client.index]->index = client.index;
  clients_.pop_back();
  if (!was_ready) --connecting_;
  StartMore();
  UpdateSteps();
}

void Driver::UpdateSteps() {
  const bool ramped = all_started() && connecting_ == 0;
  const bool done = all_started() && clients_.empty();
  if (ramped == progress_.ramped && done == progress_.done) return;
  if (done) check_timer_.Cancel();
  progress_.ramped = ramped;
  progress_.done = done;
  on_step_();
}

void Driver::CheckTimeouts() {
  for (size_t i = clients_.size(); i-- > 0;) clients_[i]->CheckTimeouts(loop_.now());
  if (!progress_.done) check_timer_.ArmAfter(CheckInterval());
}

// Late by a fraction of what is waited for.
Duration Driver::CheckInterval() const {
  using std::chrono::milliseconds;
  const bool stream = options_.transport != Transport::kDatagram;
  const Duration waited = stream ? options_.timeout : options_.datagram_timeout;
  return std::clamp<Duration>(waited / 8, milliseconds(2), milliseconds(250));
}

}  // namespace sluice::load
