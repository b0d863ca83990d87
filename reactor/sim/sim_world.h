// A simulated world: one seed, one clock, a network, and backends on its hosts. The same Handlers,
// codecs and tests run on it as on the kernel.
//
// One loop drives the world by itself: its Poll makes time pass until something happens to it.
//
//   SimWorld world({.seed = 7});
//   Loop loop(world.MakeBackend(world.AddHost()));
//   loop.Run();
//
// Several loops are driven together by Run (reactor/sim/sim_run.h). Not thread-safe. The world
// outlives its loops.
#ifndef SLUICE_REACTOR_SIM_SIM_WORLD_H_
#define SLUICE_REACTOR_SIM_SIM_WORLD_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "reactor/backend/backend.h"
#include "reactor/base/prng.h"
#include "reactor/sim/sim_events.h"
#include "reactor/sim/sim_faults.h"
#include "reactor/sim/sim_network.h"
#include "reactor/sim/sim_trace.h"

namespace sluice::sim {

class SimBackend;

struct WorldOptions {
  uint64_t seed = 1;
  FaultKnobs faults = FaultKnobs::None();
  NetworkOptions network;
  Tracer* tracer = nullptr;    // not owned; nullptr: none
  std::string replay_command;  // printed with a violation; empty: the seed alone
  // What a turn of a loop costs of the simulated time: without it a busy loop would stop the clock.
  Duration poll_cost = std::chrono::microseconds(1);
  // Polls in a row that find nothing and need not wait, after which the loop is said to spin.
  uint64_t idle_polls_max = 100'000;
  // Turns and events after which a run is said to get nowhere.
  uint64_t steps_max = UINT64_MAX;
  // A backend that goes with sockets still open is a violation.
  bool all_must_be_closed = true;
};

class SimWorld {
 public:
  explicit SimWorld(const WorldOptions& options);
  ~SimWorld();
  SimWorld(const SimWorld&) = delete;
  SimWorld& operator=(const SimWorld&) = delete;

  SimHost& AddHost(const HostOptions& options = {}) { return network_.AddHost(options); }
  // `keep_alive`, where given, lives as long as the backend: a world that only its backends hold.
  BackendChoice MakeBackend(SimHost& host, const BackendOptions& options = {},
                            std::shared_ptr<SimWorld> keep_alive = nullptr);

  TimePoint now() const { return events_.now(); }
  EventQueue& events() { return events_; }
  SimNetwork& network() { return network_; }
  FaultInjector& faults() { return faults_; }
  Tracer& tracer() { return tracer_; }
  Prng& prng() { return prng_; }
  const WorldOptions& options() const { return options_; }
  uint64_t steps() const { return steps_; }  // turns of loops and events so far

  // A rule of the contract was broken: prints one line with the command that replays it and aborts.
  [[noreturn]] void Violate(std::string_view rule) const;

 private:
  friend class SimBackend;
  friend class SimRun;

  // Lets time pass for a backend that has nothing to report. False: `deadline` came first.
  bool Wait(SimBackend& backend, TimePoint deadline);
  void Awake(SimBackend& backend);
  void CountStep();
  // The time a turn takes; what is due in it happens.
  void Spend(Duration cost);

  const WorldOptions options_;
  Prng prng_;
  EventQueue events_;
  Tracer no_tracer_;
  Tracer& tracer_;
  FaultInjector faults_;
  SimNetwork network_;
  uint64_t steps_ = 0;
  uint32_t backends_made_ = 0;
  bool driven_ = false;            // by SimRun
  std::deque<SimBackend*> awake_;  // backends whose loops have something to do
};

}  // namespace sluice::sim

#endif  // SLUICE_REACTOR_SIM_SIM_WORLD_H_
