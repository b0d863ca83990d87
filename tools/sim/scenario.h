// The scenarios that sluice-sim and the tests run. A new one is a file in tools/sim/scenarios/ and
// a line in the table of scenario.cc.
#ifndef SLUICE_TOOLS_SIM_SCENARIO_H_
#define SLUICE_TOOLS_SIM_SCENARIO_H_

#include <string_view>

#include "absl/types/span.h"
#include "tools/sim/trial.h"

namespace sluice::simulate {

// kEverySeed: what `run` takes unless told otherwise. kByName: too large for every seed, or broken
// on purpose.
enum class When { kEverySeed, kByName };

struct Scenario {
  std::string_view name;  // as on a command line
  std::string_view what;  // what it does and holds to account, in one sentence
  void (*run)(Trial& trial);
  When when = When::kEverySeed;
};

absl::Span<const Scenario> Scenarios();
const Scenario* FindScenario(std::string_view name);  // nullptr: there is none

// Runs one trial; does not return where it breaks a rule.
Totals RunTrial(const Scenario& scenario, uint64_t seed, sim::Tracer* tracer = nullptr);

}  // namespace sluice::simulate

#endif  // SLUICE_TOOLS_SIM_SCENARIO_H_
