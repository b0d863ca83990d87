// Flies a script, step by step, and lands what is still in the air at its end.
#ifndef SLUICE_APPS_DRONE_SCRIPT_RUN_H_
#define SLUICE_APPS_DRONE_SCRIPT_RUN_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "apps/drone/flight.h"
#include "apps/drone/narration.h"
#include "apps/drone/script.h"

namespace sluice::drone {

class ScriptRun : public Narrator {
 public:
  // What was done, in order; `line` 0: not the script's, but the command before it and the landing
  // after it.
  struct Entry {
    int line = 0;
    Exchange exchange;
  };

  // Prints every answer as it comes, unless `quiet`. `over` is called once, when all has ended.
  ScriptRun(Loop& loop, const FlightOptions& options, std::vector<Step> steps, bool quiet,
            absl::AnyInvocable<void()> over);

  absl::Status Start();
  // Lands and ends.
  void Interrupt();

  bool ok() const { return error_.empty(); }
  // Why it ended early, with its line; empty: it did not.
  const std::string& error() const { return error_; }
  // One JSON object.
  std::string ToJson() const;

  void OnStray(const Stray& stray) override;

 private:
  void NextStep();
  void Send(const Step& step);
  void Ended(const Step& step, const Exchange& exchange);
  void Record(int line, const Exchange& exchange);
  void Fail(const Step& step, std::string_view what);
  void Leave();
  void Landed(const Exchange& exchange);
  void Say(std::string_view text) override;

  // Without it the drone refuses everything; said twice it is the same.
  const Step hello_{.text = std::string(Word(Verb::kCommand))};
  const std::vector<Step> steps_;
  const bool quiet_;
  absl::AnyInvocable<void()> over_;
  Flight flight_;
  Timer wait_;
  size_t next_ = 0;
  std::string answer_;  // the last
  std::vector<Entry> entries_;
  std::vector<Stray::Kind> strays_;
  std::string error_;
  bool leaving_ = false;
};

}  // namespace sluice::drone

#endif  // SLUICE_APPS_DRONE_SCRIPT_RUN_H_
