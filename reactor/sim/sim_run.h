// Several loops of one simulated world, driven together: whoever has something to do takes a turn,
// and when nobody has, the clock goes on to the next event.
//
//   SimWorld world({...});
//   SimRun run(world);
//   Loop& server = run.AddLoop(world.AddHost());
//   Loop& client = run.AddLoop(world.AddHost());
//   run.Until([&] { return done; }, world.now() + 60s);
#ifndef SLUICE_REACTOR_SIM_SIM_RUN_H_
#define SLUICE_REACTOR_SIM_SIM_RUN_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/functional/function_ref.h"
#include "reactor/loop.h"
#include "reactor/sim/sim_world.h"

namespace sluice::sim {

class SimRun {
 public:
  explicit SimRun(SimWorld& world);
  // Ends the loops, each by itself, newest first.
  ~SimRun();
  SimRun(const SimRun&) = delete;
  SimRun& operator=(const SimRun&) = delete;

  // The loop belongs to the run.
  Loop& AddLoop(SimHost& host, const BackendOptions& options = {});

  // The host loses its power: its loops go (handlers get OnClose), no packet leaves it, and nobody
  // is told. Not from inside a callback of its loops.
  void Crash(SimHost& host);
  // Packets pass again; what reaches for connections from before is answered with RST. The caller
  // adds loops anew.
  void Restart(SimHost& host);

  // False where `done` was not yet true at `limit`. A world in which nothing will ever happen again
  // while `done` is false is a violation (deadlock).
  bool Until(absl::FunctionRef<bool()> done, TimePoint limit);
  // Lets so much time pass, whether or not anything happens in it.
  void For(Duration duration);

 private:
  // The caller may have given any of the loops something to do.
  void AwakeAll();
  // One turn of whoever has something to do; false where nobody has.
  bool TakeTurn();

  SimWorld& world_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::vector<SimBackend*> backends_;  // of the loops
};

}  // namespace sluice::sim

#endif  // SLUICE_REACTOR_SIM_SIM_RUN_H_
