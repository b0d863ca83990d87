// One load run: leads the drivers of all loops through the phases, from the calling thread.
#ifndef SLUICE_TOOLS_LOAD_RUN_H_
#define SLUICE_TOOLS_LOAD_RUN_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reactor/group.h"
#include "tools/load/driver.h"
#include "tools/load/options.h"
#include "tools/load/results.h"
#include "tools/report/progress.h"

namespace sluice::load {

class Run {
 public:
  // All outlive the run.
  Run(const LoadOptions& options, const GroupOptions& group, report::Progress& progress);

  // Blocks until the run is over. SIGINT or SIGTERM ends it early, with the results so far; a
  // second one without waiting for answers under way. Fails only when the loops cannot start.
  absl::StatusOr<Results> Execute();

 private:
  using Clock = std::chrono::steady_clock;

  absl::Status SetUp(Loop& loop, int index);
  Driver::Share ShareOf(int index) const;
  void Lead();
  void Hold();
  void Measure();
  void EnterAll(Phase phase);
  // Waits for `reached`, which may come true by itself at `end`, telling `progress_` what
  // `describe` says. False when it ended for another reason: interrupts, or every connection is
  // gone.
  bool WaitUntil(const std::function<bool()>& reached, const std::function<std::string()>& describe,
                 Clock::time_point end = Clock::time_point::max());
  bool WaitFor(Duration duration, const std::function<std::string()>& describe);
  bool All(std::atomic<bool> DriverProgress::*step) const;
  uint64_t Sum(std::atomic<uint64_t> DriverProgress::*counter) const;
  std::string DescribeErrors() const;

  const LoadOptions& options_;
  const GroupOptions& group_options_;
  report::Progress& progress_;
  std::vector<std::unique_ptr<Driver>> drivers_;
  std::unique_ptr<Group> group_;
  std::mutex mutex_;
  std::condition_variable step_;
  std::atomic<int> interrupts_{0};
  int interrupts_handled_ = 0;
  std::string backend_, backend_reason_;
};

}  // namespace sluice::load

#endif  // SLUICE_TOOLS_LOAD_RUN_H_
