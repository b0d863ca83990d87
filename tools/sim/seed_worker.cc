#include "tools/sim/seed_worker.h"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <nlohmann/json.hpp>

#include "absl/functional/function_ref.h"

namespace sluice::simulate {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kToldEvery = std::chrono::milliseconds(50);

void WriteAll(int out, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(out, text.data(), text.size());
    if (written < 0 && errno != EINTR) _exit(1);  // nobody listens any more
    if (written > 0) text.remove_prefix(static_cast<size_t>(written));
  }
}

// Before a violation ends the process, what it did until then is told.
class TellingLast final : public sim::Tracer {
 public:
  explicit TellingLast(absl::FunctionRef<void()> tell) : tell_(tell) {}
  void OnViolation(std::string_view) override { tell_(); }

 private:
  absl::FunctionRef<void()> tell_;
};

}  // namespace

const Scenario& ScenarioOf(const RunOptions& options, uint64_t trial) {
  return *options.scenarios[trial % options.scenarios.size()];
}

uint64_t SeedOf(const RunOptions& options, uint64_t trial) {
  return options.first_seed + trial / options.scenarios.size();
}

std::string EncodeTotals(size_t scenario, const Totals& totals) {
  const nlohmann::json line = {
      {"scenario", scenario},    {"trials", totals.trials},
      {"events", totals.events}, {"simulated_ns", totals.simulated.count()},
      {"faults", totals.faults}, {"tallies", totals.tallies}};
  return line.dump() + "\n";
}

bool DecodeTotals(std::string_view line, size_t* scenario, Totals* totals) {
  const nlohmann::json parsed = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object() || parsed.size() != 6) return false;
  *scenario = parsed["scenario"].get<size_t>();
  totals->trials = parsed["trials"].get<uint64_t>();
  totals->events = parsed["events"].get<uint64_t>();
  totals->simulated = Duration(parsed["simulated_ns"].get<int64_t>());
  totals->faults = parsed["faults"].get<decltype(totals->faults)>();
  for (const auto& [what, count] : parsed["tallies"].items()) {
    totals->tallies[what] = count.get<uint64_t>();
  }
  return true;
}

void Work(const RunOptions& options, SharedState& shared, int worker, int out) {
  std::vector<Totals> untold(options.scenarios.size());
  const auto tell = [&] {
    for (size_t i = 0; i < untold.size(); ++i) {
      if (untold[i].trials > 0) WriteAll(out, EncodeTotals(i, untold[i]));
      untold[i] = {};
    }
  };
  TellingLast telling_last(tell);
  Clock::time_point told = Clock::now();
  const uint64_t seeds = options.last_seed - options.first_seed + 1;  // 0: all there are
  while (!shared.stop) {
    const uint64_t trial = shared.next_trial.fetch_add(1);
    if (seeds != 0 && trial / options.scenarios.size() >= seeds) break;
    shared.trial_of[worker] = trial;
    const size_t scenario = trial % options.scenarios.size();
    const uint64_t seed = SeedOf(options, trial);
    untold[scenario].Add(RunTrial(*options.scenarios[scenario], seed, &telling_last));
    if (Clock::now() - told < kToldEvery) continue;
    tell();
    told = Clock::now();
  }
  shared.trial_of[worker] = kNoTrial;
  tell();
  // Without destructors: they are the parent's.
  _exit(0);
}

}  // namespace sluice::simulate
