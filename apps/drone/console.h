// Flies a drone by hand: lines from a terminal or a pipe are commands, answers are printed as they
// come.
#ifndef SLUICE_APPS_DRONE_CONSOLE_H_
#define SLUICE_APPS_DRONE_CONSOLE_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "apps/drone/flight.h"
#include "apps/drone/narration.h"
#include "tools/terminal/typed_lines.h"

namespace sluice::drone {

class Console : public Narrator {
 public:
  // `over` is called once, when all has ended. The loop outlives the console.
  Console(Loop& loop, const FlightOptions& options, absl::AnyInvocable<void()> over);

  absl::Status Start();
  // Lands and ends.
  void Leave();
  // Why it failed, if it did.
  const absl::Status& status() const { return status_; }

 private:
  void TakeLine(std::string_view line);
  void Send(std::string text);
  void Ended(const Exchange& exchange);
  void InputEnded(const absl::Status& status);
  void Say(std::string_view text) override;

  Loop& loop_;
  absl::AnyInvocable<void()> over_;
  Flight flight_;
  std::unique_ptr<terminal::TypedLines> lines_;
  bool greeted_ = false;  // the first `command` has ended
  bool met_ = false;      // the drone answered something
  bool leaving_ = false;
  absl::Status status_;
};

}  // namespace sluice::drone

#endif  // SLUICE_APPS_DRONE_CONSOLE_H_
