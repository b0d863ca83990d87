#include "reactor/sim/sim_run.h"

#include <utility>

#include "reactor/sim/sim_backend.h"

namespace sluice::sim {

SimRun::SimRun(SimWorld& world) : world_(world) {
  world_.driven_ = true;
}

SimRun::~SimRun() {
  world_.driven_ = false;
  while (!loops_.empty()) loops_.pop_back();
}

Loop& SimRun::AddLoop(SimHost& host, const BackendOptions& options) {
  BackendChoice choice = world_.MakeBackend(host, options);
  auto& backend = static_cast<SimBackend&>(*choice.backend);
  Loop& loop = *loops_.emplace_back(std::make_unique<Loop>(std::move(choice)));
  backend.loop_ = &loop;
  backends_.push_back(&backend);
  return loop;
}

void SimRun::Crash(SimHost& host) {
  world_.network_.SetUp(host, false);
  // Each ends by itself, as at the end of a run; nothing of it leaves the host.
  world_.driven_ = false;
  for (size_t i = loops_.size(); i-- > 0;) {
    if (&backends_[i]->host_ != &host) continue;
    loops_.erase(loops_.begin() + static_cast<std::ptrdiff_t>(i));
    backends_.erase(backends_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  world_.driven_ = true;
}

void SimRun::Restart(SimHost& host) {
  world_.network_.SetUp(host, true);
}

void SimRun::AwakeAll() {
  for (SimBackend* backend : backends_) world_.Awake(*backend);
}

bool SimRun::TakeTurn() {
  if (world_.awake_.empty()) return false;
  SimBackend* backend = world_.awake_.front();
  world_.awake_.pop_front();
  backend->awake_ = false;
  backend->loop_->Turn();
  return true;
}

bool SimRun::Until(absl::FunctionRef<bool()> done, TimePoint limit) {
  AwakeAll();
  while (!done()) {
    if (TakeTurn()) continue;
    if (world_.events_.empty()) world_.Violate("deadlock: everybody waits and nothing will happen");
    if (world_.events_.next_time() > limit) return false;
    world_.CountStep();
    world_.events_.HappenNext();
  }
  return true;
}

void SimRun::For(Duration duration) {
  AwakeAll();
  const TimePoint end = world_.now() + duration;
  while (TakeTurn() || world_.events_.next_time() <= end) {
    if (world_.awake_.empty() && world_.events_.next_time() <= end) world_.events_.HappenNext();
  }
  if (end > world_.now()) world_.events_.SkipTo(end);
}

}  // namespace sluice::sim
