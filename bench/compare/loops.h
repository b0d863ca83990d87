// A server of several loops beside the same of one, with so many clients on the cores that are
// left.
#ifndef SLUICE_BENCH_COMPARE_LOOPS_H_
#define SLUICE_BENCH_COMPARE_LOOPS_H_

#include <functional>
#include <string>
#include <vector>

#include "bench/compare/results.h"
#include "bench/compare/runner.h"

namespace sluice::compare {

// Which cores the loops and their clients run on.
struct Placement {
  std::vector<int> one;      // the server's of one loop
  std::vector<int> several;  // the server's of several
  std::vector<int> clients;  // of both; one core each, in turn
  bool shared = false;       // clients and loops have a core in common
};
Placement PlaceLoops(const Settings& settings, uint32_t loops);

// "2 loops on cores 0 1, 2 clients on core 1, which ...": what the figures mean here.
std::string PlacementText(const Settings& settings, uint32_t loops);

// Of the rows that have loops; those of the others have no figures.
Column MeasureLoops(const std::vector<Contender>& rows, const Workload& workload,
                    const Settings& settings, const SlicePlan& plan,
                    const std::function<void(const std::string&)>& progress);

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_LOOPS_H_
