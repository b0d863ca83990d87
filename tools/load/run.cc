#include "tools/load/run.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <utility>

#include "tools/report/format.h"

namespace sluice::load {
namespace {

using report::FormatDuration;
using report::FormatExact;
using report::FormatRate;

// How often progress is shown and an interrupt noticed.
constexpr std::chrono::milliseconds kTick{100};

// "2.1 s of 5.00 s"
std::string Elapsed(Duration elapsed, Duration whole) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f s of ", std::chrono::duration<double>(elapsed).count());
  return text + FormatDuration(whole);
}

}  // namespace

Run::Run(const LoadOptions& options, const GroupOptions& group, report::Progress& progress)
    : options_(options), group_options_(group), progress_(progress), drivers_(group.threads) {}

absl::StatusOr<Results> Run::Execute() {
  absl::StatusOr<std::unique_ptr<Group>> group =
      Group::Start(group_options_, [this](Loop& loop, int index) { return SetUp(loop, index); });
  if (!group.ok()) return group.status();
  group_ = *std::move(group);
  Lead();
  progress_.Finish();
  group_->Stop(Duration(0));
  group_->Join();

  Results results;
  for (const std::unique_ptr<Driver>& driver : drivers_) results.Merge(driver->results());
  results.interrupted = interrupts_ > 0;
  results.backend = backend_;
  results.backend_reason = backend_reason_;
  return results;
}

absl::Status Run::SetUp(Loop& loop, int index) {
  if (index == 0) {
    backend_ = std::string(loop.backend_name());
    backend_reason_ = loop.backend_reason();
    for (const int signal : {SIGINT, SIGTERM}) {
      loop.OnSignal(signal, [this] { ++interrupts_; });
    }
  }
  drivers_[index] = std::make_unique<Driver>(loop, options_, ShareOf(index), [this] {
    const std::lock_guard<std::mutex> lock(mutex_);
    step_.notify_one();
  });
  drivers_[index]->Start();
  return absl::OkStatus();
}

// As equal as whole connections can be.
Driver::Share Run::ShareOf(int index) const {
  const auto loops = static_cast<uint64_t>(drivers_.size());
  const auto part = [&](uint64_t whole, uint64_t loop) {
    return static_cast<uint32_t>(whole * loop / loops);
  };
  Driver::Share share;
  share.first = part(options_.connections, index);
  share.connections = part(options_.connections, index + 1) - share.first;
  const uint64_t requests = options_.requests;
  const auto at = static_cast<uint64_t>(index);
  share.requests = requests * (at + 1) / loops - requests * at / loops;
  share.connecting_max = std::max<uint32_t>(1, options_.connecting_max / drivers_.size());
  return share;
}

void Run::Lead() {
  const bool ramped = WaitUntil([this] { return All(&DriverProgress::ramped); },
                                [this] {
                                  return "connected " + FormatExact(Sum(&DriverProgress::ready)) +
                                         " of " + FormatExact(options_.connections) +
                                         DescribeErrors();
                                });
  if (ramped) options_.idle ? Hold() : Measure();
  EnterAll(Phase::kDrain);
  WaitUntil([this] { return All(&DriverProgress::done); },
            [this] { return "waiting for the last answers" + DescribeErrors(); });
}

void Run::Hold() {
  EnterAll(Phase::kHold);
  const Clock::time_point begin = Clock::now();
  const bool held = WaitFor(options_.duration, [&] {
    return FormatExact(Sum(&DriverProgress::ready)) + " connections idle for " +
           Elapsed(Clock::now() - begin, options_.duration) + DescribeErrors();
  });
  if (held) EnterAll(Phase::kMeasure);
}

void Run::Measure() {
  EnterAll(Phase::kWarmup);
  const Duration warmup = options_.requests > 0 ? Duration(0) : options_.warmup;
  if (!WaitFor(warmup, [this] { return "warming up" + DescribeErrors(); })) return;
  EnterAll(Phase::kMeasure);
  // The clock runs once all are there: none measures for less than was asked.
  if (!WaitUntil([this] { return All(&DriverProgress::measuring); },
                 [this] { return "measuring" + DescribeErrors(); })) {
    return;
  }
  const Clock::time_point begin = Clock::now();
  const uint64_t answered = Sum(&DriverProgress::answered);
  const Clock::time_point end = Clock::now() + options_.duration;
  const auto over = [&] {
    const bool all = options_.requests > 0 && Sum(&DriverProgress::settled) >= options_.requests;
    return all || Clock::now() >= end;
  };
  const auto describe = [&] {
    const std::chrono::duration<double> elapsed = Clock::now() - begin;
    const uint64_t requests = Sum(&DriverProgress::answered) - answered;
    const std::string so_far =
        options_.requests > 0
            ? FormatExact(requests) + " of " + FormatExact(options_.requests) + " answered"
            : Elapsed(std::chrono::duration_cast<Duration>(elapsed), options_.duration);
    return FormatRate(static_cast<double>(requests) / std::max(elapsed.count(), 1e-3)) + ", " +
           so_far + DescribeErrors();
  };
  WaitUntil(over, describe, end);
}

void Run::EnterAll(Phase phase) {
  for (size_t i = 0; i < drivers_.size(); ++i) {
    group_->loop(static_cast<int>(i)).Post([driver = drivers_[i].get(), phase] {
      driver->Enter(phase);
    });
  }
}

bool Run::WaitFor(Duration duration, const std::function<std::string()>& describe) {
  const Clock::time_point end = Clock::now() + duration;
  return WaitUntil([end] { return Clock::now() >= end; }, describe, end);
}

bool Run::WaitUntil(const std::function<bool()>& reached,
                    const std::function<std::string()>& describe, Clock::time_point end) {
  while (!reached()) {
    if (interrupts_ > interrupts_handled_) {
      ++interrupts_handled_;
      return false;
    }
    if (All(&DriverProgress::done)) return false;
    progress_.Update(describe());
    std::unique_lock<std::mutex> lock(mutex_);
    if (reached()) return true;  // since the last look: its notification has gone
    step_.wait_until(lock, std::min(end, Clock::now() + kTick));
  }
  return true;
}

bool Run::All(std::atomic<bool> DriverProgress::*step) const {
  for (const std::unique_ptr<Driver>& driver : drivers_) {
    if (!(driver->progress().*step)) return false;
  }
  return true;
}

uint64_t Run::Sum(std::atomic<uint64_t> DriverProgress::*counter) const {
  uint64_t sum = 0;
  for (const std::unique_ptr<Driver>& driver : drivers_) {
    sum += (driver->progress().*counter).load(std::memory_order_relaxed);
  }
  return sum;
}

std::string Run::DescribeErrors() const {
  const uint64_t failed = Sum(&DriverProgress::failed);
  return failed == 0 ? "" : ", " + FormatExact(failed) + " errors";
}

}  // namespace sluice::load
