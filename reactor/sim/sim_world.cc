#include "reactor/sim/sim_world.h"

#include <cstdio>
#include <cstdlib>

#include "reactor/sim/sim_backend.h"

namespace sluice::sim {

SimWorld::SimWorld(const WorldOptions& options)
    : options_(options),
      prng_(options.seed),
      tracer_(options.tracer == nullptr ? no_tracer_ : *options.tracer),
      faults_(prng_, options.faults, events_, tracer_),
      network_(events_, faults_, tracer_, options.network) {}

SimWorld::~SimWorld() = default;

BackendChoice SimWorld::MakeBackend(SimHost& host, const BackendOptions& options,
                                    std::shared_ptr<SimWorld> keep_alive) {
  return {
      std::make_unique<SimBackend>(*this, host, options, backends_made_++, std::move(keep_alive)),
      "sim: seed " + std::to_string(options_.seed)};
}

void SimWorld::Violate(std::string_view rule) const {
  const std::string replay = options_.replay_command.empty()
                                 ? "seed " + std::to_string(options_.seed)
                                 : options_.replay_command;
  tracer_.OnViolation(rule);
  const auto since_start = static_cast<long long>((now() - EventQueue::kStart).count());
  std::fprintf(stderr, "violation: %.*s; at %lld.%09lld s; replay: %s\n",
               static_cast<int>(rule.size()), rule.data(), since_start / 1'000'000'000,
               since_start % 1'000'000'000, replay.c_str());
  std::abort();
}

bool SimWorld::Wait(SimBackend& backend, TimePoint deadline) {
  if (driven_) {
    const bool sooner = deadline != kNever && deadline > now() && deadline < backend.wake_at_;
    if (sooner) {
      backend.wake_at_ = deadline;
      events_.ScheduleAt(deadline, backend, SimBackend::kWakeAt, 0);
    }
    return false;
  }
  if (!events_.empty() && events_.next_time() <= deadline) {
    CountStep();
    events_.HappenNext();
    return true;
  }
  if (deadline == kNever) Violate("deadlock: the loop waits for ever and nothing will happen");
  if (deadline > now()) events_.SkipTo(deadline);
  return false;
}

void SimWorld::CountStep() {
  if (++steps_ > options_.steps_max) {
    Violate("livelock: the step budget is spent; whatever is awaited does not come");
  }
}

void SimWorld::Spend(Duration cost) {
  CountStep();
  const TimePoint until = now() + cost;
  while (!events_.empty() && events_.next_time() <= until) events_.HappenNext();
  events_.SkipTo(until);
}

void SimWorld::Awake(SimBackend& backend) {
  if (backend.awake_) return;
  backend.awake_ = true;
  awake_.push_back(&backend);
}

}  // namespace sluice::sim
