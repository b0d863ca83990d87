#include "tools/sim/scenario.h"

#include "tools/sim/scenarios/scenarios.h"

namespace sluice::simulate {
namespace {

constexpr Scenario kScenarios[] = {
    {"echo", "clients send random bytes in random pieces and read them back, slowly at times",
     Echo},
    {"broken-echo", "an echo server that loses a byte now and then: what a violation looks like",
     BrokenEcho, When::kByName},
    {"million-clients", "a million clients connected to one server at once, each with an answer",
     MillionClients, When::kByName},
};

}  // namespace

absl::Span<const Scenario> Scenarios() {
  return kScenarios;
}

const Scenario* FindScenario(std::string_view name) {
  for (const Scenario& scenario : kScenarios) {
    if (scenario.name == name) return &scenario;
  }
  return nullptr;
}

Totals RunTrial(const Scenario& scenario, uint64_t seed, sim::Tracer* tracer) {
  Trial trial(scenario.name, seed, tracer);
  scenario.run(trial);
  return trial.totals();
}

}  // namespace sluice::simulate
