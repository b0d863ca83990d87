// One scenario on one seed: its world, what is drawn for it, and what is held against it.
//
//   void EchoScenario(Trial& trial) {
//     std::vector<Outcome> outcomes(trial.draw().Between(1, 12));
//     SimRun& run = trial.Start();
//     Loop& server = run.AddLoop(trial.world().AddHost());
//     ...
//     trial.RunUntil([&] { return client.stats().connections == 0; }, 2h, "clients never ended");
//     trial.End();  // the loops go, and with them every handler that knows `outcomes`
//     for (const Outcome& outcome : outcomes) trial.Expect(outcome.closes == 1, "closed twice");
//   }
//
// A broken expectation is a violation: one line with the command that replays it, and the end of
// the process. Not thread-safe.
#ifndef SLUICE_TOOLS_SIM_TRIAL_H_
#define SLUICE_TOOLS_SIM_TRIAL_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "reactor/base/prng.h"
#include "reactor/sim/sim_run.h"
#include "reactor/sim/sim_world.h"

namespace sluice::simulate {

// What trials amount to; adds up.
struct Totals {
  uint64_t trials = 0;
  uint64_t events = 0;  // of the network: arrivals, timers
  Duration simulated{0};
  std::array<uint64_t, sim::kFaults> faults{};
  std::map<std::string, uint64_t, std::less<>> tallies;  // what the scenario counted, by its words

  void Add(const Totals& other);
};

class Trial {
 public:
  // `tracer`, where given, is told everything, and outlives the trial.
  Trial(std::string_view scenario, uint64_t seed, sim::Tracer* tracer);
  ~Trial();
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;

  uint64_t seed() const { return seed_; }
  // What the scenario draws, apart from what the world draws for its faults.
  Prng& draw() { return draw_; }

  // Drawn from the seed: faults, latency, jitter, buffer sizes. To be changed before Start.
  sim::WorldOptions options;

  // Makes the world. Once.
  sim::SimRun& Start();
  sim::SimWorld& world() { return *world_; }
  sim::SimRun& run() { return *run_; }

  // A violation with these words where `done` is not true within `limit` of simulated time.
  void RunUntil(absl::FunctionRef<bool()> done, Duration limit, std::string_view otherwise);
  void Expect(bool holds, std::string_view otherwise);
  // Counts something that happened, so that a report shows what was in fact tried.
  void Tally(std::string_view what, uint64_t count = 1);

  // The loops go, and what they leave in the network is looked at. Due before the scenario returns.
  void End();

  const Totals& totals() const { return totals_; }

 private:
  const uint64_t seed_;
  Prng draw_;
  std::unique_ptr<sim::SimWorld> world_;
  std::unique_ptr<sim::SimRun> run_;
  TimePoint began_;
  Totals totals_;
};

}  // namespace sluice::simulate

#endif  // SLUICE_TOOLS_SIM_TRIAL_H_
