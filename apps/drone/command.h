// The drone's commands: one line of text a datagram, no terminator, no number to tell one from the
// other.
//
//   absl::StatusOr<Command> command = ParseCommand("up 50");   // {Verb::kUp, {50}}
#ifndef SLUICE_APPS_DRONE_COMMAND_H_
#define SLUICE_APPS_DRONE_COMMAND_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "reactor/base/time.h"

namespace sluice::drone {

inline constexpr std::string_view kOk = "ok";
inline constexpr std::string_view kError = "error";  // what follows it is the reason

// Longer datagrams are no command.
inline constexpr size_t kCommandBytesMax = 64;

enum class Verb : uint8_t {
  kCommand,
  kTakeoff,
  kLand,
  kEmergency,
  kStop,
  kUp,
  kDown,
  kLeft,
  kRight,
  kForward,
  kBack,
  kClockwise,
  kCounterclockwise,
  kFlip,
  kGo,
  kSpeed,
  kRc,
  kAskSpeed,
  kAskBattery,
  kAskTime,
  kAskHeight,
  kAskTemperature,
  kAskAttitude,
  kAskBarometer,
  kAskAcceleration,
  kAskTof,
  kAskWifi,
  kAskSdk,
  kAskSerial,
  kAskPosition,  // ours: a real drone does not know where it is
};

// kControl: answered at once, whatever the drone is doing. kMotion: one at a time, answered when it
// is over. kStick: never answered. kQuery: answered with a value.
enum class Kind : uint8_t { kControl, kMotion, kStick, kQuery };

struct Command {
  Verb verb = Verb::kCommand;
  // What the verb takes: `up 50` one, `go x y z speed` and `rc a b c d` four; of `flip` the letter.
  std::array<int, 4> arguments{};
};

// InvalidArgument with the reason, as the drone gives it behind "error ". Trailing white space is
// forgiven; upper case is not.
absl::StatusOr<Command> ParseCommand(std::string_view text);

std::string_view Word(Verb verb);
Kind KindOf(Verb verb);

// Whether the drone may be told twice where an answer went missing: it does the same as once. After
// a lost answer to `up 50` a second one would go up another 50.
bool IsRepeatable(Verb verb);

// How long the drone is busy with it, flying at `speed_cm_s`; what no formula knows (how high it
// lands from) is guessed long.
Duration TimeTaken(const Command& command, int speed_cm_s);

// Whether `answer` can be one to `verb`: the protocol does not say which command an answer is for.
bool CanAnswer(Verb verb, std::string_view answer);
bool IsError(std::string_view answer);

// As it may be shown on a terminal: without white space at its end, at most 200 bytes of it, and a
// question mark for every byte that does not print. What comes over a network may be anything.
std::string Printable(std::string_view text);

}  // namespace sluice::drone

#endif  // SLUICE_APPS_DRONE_COMMAND_H_
