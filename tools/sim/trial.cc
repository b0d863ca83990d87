#include "tools/sim/trial.h"

#include <utility>

#include "reactor/base/check.h"

namespace sluice::simulate {
namespace {

using namespace std::chrono_literals;

// No scenario is anywhere near it; one that gets nowhere reaches it in some seconds.
constexpr uint64_t kStepsMax = 20'000'000;

}  // namespace

void Totals::Add(const Totals& other) {
  trials += other.trials;
  events += other.events;
  simulated += other.simulated;
  for (size_t i = 0; i < faults.size(); ++i) faults[i] += other.faults[i];
  for (const auto& [what, count] : other.tallies) tallies[what] += count;
}

Trial::Trial(std::string_view scenario, uint64_t seed, sim::Tracer* tracer)
    : seed_(seed), draw_(seed) {
  options.seed = draw_.Next();
  options.tracer = tracer;
  options.steps_max = kStepsMax;
  options.replay_command = "sluice-sim replay --scenario=" + std::string(scenario) +
                           " --seed=" + std::to_string(seed) + " --trace";
  // Drawn apart, so that a new fault does not change what else is drawn.
  Prng faults(draw_.Next());
  options.faults = sim::FaultKnobs::Draw(faults);
  sim::NetworkOptions& network = options.network;
  network.latency = Duration(draw_.Between(1'000, 20'000'000));
  network.jitter = draw_.Chance(1, 2) ? Duration(draw_.Between(0, 2'000'000)) : Duration(0);
  network.bytes_per_second = draw_.Chance(1, 4) ? draw_.Between(100'000, 100'000'000) : 0;
  network.send_buffer_bytes = static_cast<uint32_t>(draw_.Between(1, 20'000));
  network.receive_buffer_bytes = static_cast<uint32_t>(draw_.Between(1, 20'000));
}

Trial::~Trial() {
  SLUICE_CHECK(run_ == nullptr, "a scenario ends its run before it returns");
}

sim::SimRun& Trial::Start() {
  SLUICE_CHECK(world_ == nullptr, "a trial has one world");
  world_ = std::make_unique<sim::SimWorld>(options);
  run_ = std::make_unique<sim::SimRun>(*world_);
  began_ = world_->now();
  return *run_;
}

void Trial::RunUntil(absl::FunctionRef<bool()> done, Duration limit, std::string_view otherwise) {
  Expect(run_->Until(done, world_->now() + limit), otherwise);
}

void Trial::Expect(bool holds, std::string_view otherwise) {
  if (!holds) world_->Violate(otherwise);
}

void Trial::Tally(std::string_view what, uint64_t count) {
  const auto found = totals_.tallies.find(what);
  if (found != totals_.tallies.end()) {
    found->second += count;
  } else {
    totals_.tallies.emplace(what, count);
  }
}

void Trial::End() {
  totals_.trials = 1;
  totals_.simulated = world_->now() - began_;
  run_.reset();
  totals_.events = world_->events().happened();
  totals_.faults = world_->faults().counts();
  // What is under way comes to its end, by timeouts at the latest.
  sim::EventQueue& events = world_->events();
  const TimePoint limit = world_->now() + 2h;
  while (!world_->network().idle() && events.next_time() < limit) events.HappenNext();
  Expect(world_->network().idle(), "something was left in the network after every loop went");
}

}  // namespace sluice::simulate
