// Every scenario of sluice-sim on some seeds. The simulator itself watches the contract of
// backend.h and the scenario's own rules, and ends the process with the command that replays it.
#include "tools/sim/scenario.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "tools/sim/digest.h"

namespace sluice::simulate {
namespace {

class ScenarioTest : public testing::TestWithParam<Scenario> {};

TEST_P(ScenarioTest, HoldsOnManySeeds) {
  constexpr uint64_t kSeeds = 100;
  Totals totals;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) totals.Add(RunTrial(GetParam(), seed));
  EXPECT_EQ(totals.trials, kSeeds);
  EXPECT_GT(totals.events, kSeeds) << "a scenario without events tests nothing";
  EXPECT_FALSE(totals.tallies.empty()) << "a scenario counts what it tried";
}

TEST_P(ScenarioTest, OneSeedIsOneRun) {
  const auto digest_of = [](uint64_t seed) {
    Digest digest;
    RunTrial(GetParam(), seed, &digest);
    return digest.value();
  };
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    EXPECT_EQ(digest_of(seed), digest_of(seed)) << "seed " << seed;
  }
  EXPECT_NE(digest_of(1), digest_of(2));
}

std::vector<Scenario> OfEverySeed() {
  std::vector<Scenario> scenarios;
  for (const Scenario& scenario : Scenarios()) {
    if (scenario.when == When::kEverySeed) scenarios.push_back(scenario);
  }
  return scenarios;
}

std::string NameOf(const testing::TestParamInfo<Scenario>& scenario) {
  std::string name(scenario.param.name);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Every, ScenarioTest, testing::ValuesIn(OfEverySeed()), NameOf);

// What the simulator found once. A scenario that draws otherwise needs another seed here, found
// with the bug planted anew.
struct Found {
  const char* scenario;
  uint64_t seed;
  const char* what;
};

TEST(FoundTest, StaysMended) {
  constexpr Found kFound[] = {
      {"echo", 65, "a failed send ended the stream in good order: the peer took a front for all"},
      {"callbacks", 236, "what was left unconsumed was shown again behind the end"},
      {"callbacks", 515, "what was sent while connecting stayed where OnOpen closed"},
      {"slow-readers", 379,
       "paused and resumed in OnData, a connection read on beyond what it left"},
  };
  for (const Found& found : kFound) {
    SCOPED_TRACE(found.what);
    EXPECT_EQ(RunTrial(*FindScenario(found.scenario), found.seed).trials, 1u);
  }
}

TEST(ViolationDeathTest, SaysHowToReplayIt) {
  const Scenario& broken = *FindScenario("broken-echo");
  const auto run_until_broken = [&] {
    for (uint64_t seed = 1; seed <= 1000; ++seed) RunTrial(broken, seed);
  };
  EXPECT_DEATH(run_until_broken(),
               "violation: bytes .*; replay: sluice-sim replay --scenario=broken-echo --seed=");
}

}  // namespace
}  // namespace sluice::simulate
