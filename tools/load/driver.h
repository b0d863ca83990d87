// The load of one loop: opens its share of the connections, a few at a time, leads them through the
// phases of the run, and gathers what they measure.
//
// The phases come from outside (Enter, through Loop::Post), so that all loops measure at the same
// time. Everything but `progress` is for the loop's thread.
#ifndef SLUICE_TOOLS_LOAD_DRIVER_H_
#define SLUICE_TOOLS_LOAD_DRIVER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "reactor/loop.h"
#include "tools/load/client.h"
#include "tools/load/frame.h"
#include "tools/load/options.h"
#include "tools/load/results.h"

namespace sluice::load {

// kRamp: connections open, each sends one request and waits for its answer: only then has the
// server surely accepted it. kHold: nothing is sent. kDrain: answers are awaited, then all close.
enum class Phase : uint8_t { kRamp, kHold, kWarmup, kMeasure, kDrain };

// How far it is; may be read from any thread.
struct DriverProgress {
  std::atomic<uint64_t> ready{0};     // connections that answered once
  std::atomic<uint64_t> answered{0};  // requests, those of the ramp not counted
  std::atomic<uint64_t> failed{0};
  // Of LoadOptions::requests: answered, or on a connection that failed.
  std::atomic<uint64_t> settled{0};
  std::atomic<bool> ramped{false};     // no connection is on its way any more
  std::atomic<bool> measuring{false};  // kMeasure was entered
  std::atomic<bool> done{false};       // ramped, and no connection is left
};

class Driver {
 public:
  struct Share {
    uint32_t first = 0;  // number of its first connection in the run
    uint32_t connections = 0;
    uint32_t connecting_max = 1;
    uint64_t requests = 0;  // of LoadOptions::requests
  };

  // `options` outlives the driver. on_step is called when a bool of `progress` changed.
  Driver(Loop& loop, const LoadOptions& options, Share share, std::function<void()> on_step);

  void Start();
  void Enter(Phase phase);
  const DriverProgress& progress() const { return progress_; }
  // After the loop ended.
  const Results& results() const { return results_; }

  // ---- for its clients

  Loop& loop() { return loop_; }
  const LoadOptions& options() const { return options_; }
  const FrameLayout& layout() const { return layout_; }
  // Requests a ready connection should have under way now.
  uint32_t wanted_depth() const;
  bool draining() const { return phase_ == Phase::kDrain; }

  void Ready(Duration connect_time);
  void Answered(Duration latency, uint64_t bytes);
  // Before Answered, of an HTTP answer.
  void AnsweredStatus(uint16_t status);
  // How many of these a client that is ready may send.
  uint32_t TakeRequests(uint32_t wanted);
  // Taken, and not answered.
  void GaveUp(uint32_t requests);
  // Whether a datagram client that has waited for its first answer since `started` should give up.
  // Where nobody answers nobody waits longer than the first one did.
  bool GivesUp(TimePoint started) const;
  void DatagramSent() { ++results_.datagrams; }
  void Lost() { ++results_.lost; }
  void Late() { ++results_.late; }
  // One error; `detail` says more than its name, for the first.
  void Failed(Failure failure, const std::string& detail = "");
  // `next` takes the place of `client`, which is ready.
  void Replace(Client& client, Client& next);
  // `was_ready`: Ready was called for it.
  void Gone(Client& client, bool was_ready);

 private:
  void StartMore();
  void StartClient(uint32_t connection);
  void UpdateSteps();
  void CheckTimeouts();
  void Settle(uint32_t requests);
  bool recording() const;
  // The measurement ends with the last answer, not at a time.
  bool ends_with_its_answers() const { return options_.idle || options_.requests > 0; }
  bool all_started() const;
  Duration CheckInterval() const;

  Loop& loop_;
  const LoadOptions& options_;
  const Share share_;
  const FrameLayout layout_;
  std::function<void()> on_step_;
  Phase phase_ = Phase::kRamp;
  std::vector<Client*> clients_;
  uint32_t started_ = 0;
  uint64_t requests_left_ = 0;  // of the share
  uint32_t connecting_ = 0;
  TimePoint began_;
  TimePoint measure_began_;
  TimePoint last_answer_;
  Timer check_timer_;
  DriverProgress progress_;
  Results results_;
};

}  // namespace sluice::load

#endif  // SLUICE_TOOLS_LOAD_DRIVER_H_
