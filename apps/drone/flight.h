// A flight: the sockets to one drone, commands in their order, the state that comes, and nothing
// left in the air. Script and console tell it what to do and hear from it what happens.
#ifndef SLUICE_APPS_DRONE_FLIGHT_H_
#define SLUICE_APPS_DRONE_FLIGHT_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "apps/drone/radio.h"
#include "reactor/timer.h"
#include "reactor/udp.h"

namespace sluice::drone {

struct FlightOptions {
  Endpoint drone{};
  Endpoint local{};            // of the commands; its host is the state's, too
  uint16_t state_port = 8890;  // 0: no state
  // A drone lands when it hears nothing for 15 s: after so long without a command it is asked for
  // its battery. 0: never.
  Duration keep_alive = std::chrono::seconds(5);
  RadioOptions radio{};
};

class FlightEvents : public RadioEvents {
 public:
  // The drone did not answer the keep-alive; or does again.
  virtual void OnContact(bool lost) = 0;
};

class Flight {
 public:
  using Done = Radio::Done;
  // Commands that wait for the one before.
  static constexpr size_t kWaitingMax = 100;

  // `events` outlives it. It outlives the loop's Run.
  Flight(Loop& loop, const FlightOptions& options, FlightEvents& events);

  // Unavailable where the commands have no socket; says which. A state port that cannot be had is
  // told by state_error.
  absl::Status Open();
  const absl::Status& state_error() const { return state_error_; }

  // In the order they come, one outstanding at a time; `land`, `stop` and `emergency` at once, and
  // what waits is then not sent. False: too many wait, and `done` is never called.
  bool Do(std::string text, Done done);
  // Lands first if it may fly, saying by `landed` how that ended. From then on nothing is sent.
  void Leave(Done landed, absl::AnyInvocable<void()> left);
  // What was sent and not yet answered counts as done.
  bool may_fly() const;

  // The newest line of the state stream, and its age; nothing: none came.
  std::string_view state() const { return state_; }
  Duration state_age() const;

  // From the sockets.
  void OnAnswer(const Datagram& datagram);
  void OnState(const Datagram& datagram);

 private:
  struct Waiting {
    std::string text;
    Done done;
  };

  void SendNext();
  void Ended(const Exchange& exchange, Done done);
  void KeepAlive();
  void Learn(const Exchange& exchange);

  Loop& loop_;
  const FlightOptions options_;
  FlightEvents& events_;
  Radio radio_;
  std::deque<Waiting> waiting_;
  DatagramSocket* commands_ = nullptr;
  DatagramSocket* states_ = nullptr;
  absl::Status state_error_;
  std::string state_;
  TimePoint state_time_;
  bool may_fly_ = false;
  bool leaving_ = false;
  bool lost_ = false;  // the newest keep-alive had no answer
  Timer keep_alive_;
};

}  // namespace sluice::drone

#endif  // SLUICE_APPS_DRONE_FLIGHT_H_
