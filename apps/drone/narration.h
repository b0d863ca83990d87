// A flight in words, for people.
#ifndef SLUICE_APPS_DRONE_NARRATION_H_
#define SLUICE_APPS_DRONE_NARRATION_H_

#include <string>
#include <string_view>

#include "apps/drone/flight.h"

namespace sluice::drone {

// "up 50 -> ok (1.0 s)"; and of what has no answer, what is known of it.
std::string Describe(const Exchange& exchange);
// Why the first `command`, which failed, brought no drone.
std::string DescribeNoDrone(const Exchange& hello);
// "height 80 cm, battery 97 %, ..." of the newest state line, or why there is none.
std::string DescribeState(const Flight& flight);

// Says what happens beside the answers.
class Narrator : public FlightEvents {
 public:
  void OnStray(const Stray& stray) override;
  void OnRetry(std::string_view command, int next_try, int tries) override;
  void OnContact(bool lost) override;

 protected:
  // A line.
  virtual void Say(std::string_view text) = 0;
};

}  // namespace sluice::drone

#endif  // SLUICE_APPS_DRONE_NARRATION_H_
