// Fuzz target: whatever is sent to a drone, it answers in words that print, stays within its space
// and is where its commands put it however often it is looked at; whatever a drone sends, its state
// and a script are read or refused.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/drone/command.h"
#include "apps/drone/drone_model.h"
#include "apps/drone/script.h"
#include "apps/drone/telemetry.h"
#include "reactor/base/check.h"

namespace sluice::drone {
namespace {

using std::chrono::milliseconds;

// At most three times as long as what it answers, counted with 28 bytes of headers for each.
void CheckAnswer(std::string_view request, const std::optional<std::string>& answer) {
  if (!answer) return;
  SLUICE_CHECK(28 + answer->size() <= 3 * (28 + request.size()), "answers are short");
  SLUICE_CHECK(answer->starts_with(Printable(*answer)), "answers print");
}

void CheckState(const Drone& drone) {
  const Telemetry now = drone.telemetry();
  SLUICE_CHECK(now.pose.z >= 0 && now.pose.z <= kHighestCm, "between the ground and the ceiling");
  SLUICE_CHECK(std::isfinite(now.pose.x) && std::isfinite(now.pose.y), "somewhere");
  SLUICE_CHECK(now.battery >= 0 && now.battery <= 100, "a battery");
  SLUICE_CHECK(IsState(FormatState(now)), "what is sent can be read");
}

// The drone is told a line, and then given a time that follows from it.
void Fly(std::string_view input) {
  TimePoint now{milliseconds(1)};
  Drone drone({}, now), watched({}, now);
  while (!input.empty()) {
    const std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(line.size() + 1, input.size()));
    const absl::StatusOr<Command> command = ParseCommand(line);
    if (command.ok()) {
      const std::optional<std::string> answer = drone.Execute(*command, now);
      CheckAnswer(line, answer);
      SLUICE_CHECK(answer == watched.Execute(*command, now), "two drones are alike");
    } else {
      CheckAnswer(line, "error " + std::string(command.status().message()));
    }
    const Duration span = milliseconds(line.empty() ? 0 : (line.back() & 0x1f) * 200);
    for (int i = 1; i <= 4; ++i) watched.Advance(now + span * i / 4);
    CheckAnswer(line, drone.Advance(now += span));
    CheckState(drone);
    SLUICE_CHECK(drone.flying() == watched.flying(), "looking at it changes nothing");
  }
}

void Read(std::string_view input) {
  if (IsState(input)) SLUICE_CHECK(FindInState(input, "pitch").has_value(), "as it begins");
  FindInState(input, "bat");
  CanAnswer(Verb::kAskBattery, input);
  const absl::StatusOr<std::vector<Step>> steps = ParseScript(input);
  if (!steps.ok()) return;
  for (const Step& step : *steps) {
    if (step.kind == Step::Kind::kExpect) IsExpected(step.text, input);
  }
}

}  // namespace
}  // namespace sluice::drone

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  sluice::drone::Fly(input);
  sluice::drone::Read(input);
  return 0;
}
