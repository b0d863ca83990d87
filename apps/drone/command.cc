#include "apps/drone/command.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace sluice::drone {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Row {
  std::string_view word;
  Verb verb;
  Kind kind;
  bool repeatable;
  int low = 0, high = 0;       // of the one number it takes; both 0: it takes none, or others
  std::string_view unit = {};  // a value ends with it or, if it is "name:", begins with it
};

constexpr Row kRows[] = {
    {"command", Verb::kCommand, Kind::kControl, true},
    {"takeoff", Verb::kTakeoff, Kind::kMotion, false},
    {"land", Verb::kLand, Kind::kMotion, true},
    {"emergency", Verb::kEmergency, Kind::kControl, true},
    {"stop", Verb::kStop, Kind::kControl, true},
    {"up", Verb::kUp, Kind::kMotion, false, 20, 500},
    {"down", Verb::kDown, Kind::kMotion, false, 20, 500},
    {"left", Verb::kLeft, Kind::kMotion, false, 20, 500},
    {"right", Verb::kRight, Kind::kMotion, false, 20, 500},
    {"forward", Verb::kForward, Kind::kMotion, false, 20, 500},
    {"back", Verb::kBack, Kind::kMotion, false, 20, 500},
    {"cw", Verb::kClockwise, Kind::kMotion, false, 1, 3600},
    {"ccw", Verb::kCounterclockwise, Kind::kMotion, false, 1, 3600},
    {"flip", Verb::kFlip, Kind::kMotion, false},
    {"go", Verb::kGo, Kind::kMotion, false},
    {"speed", Verb::kSpeed, Kind::kControl, true, 10, 100},
    {"rc", Verb::kRc, Kind::kStick, false},
    {"speed?", Verb::kAskSpeed, Kind::kQuery, true, 0, 0, ".0"},
    {"battery?", Verb::kAskBattery, Kind::kQuery, true},
    {"time?", Verb::kAskTime, Kind::kQuery, true, 0, 0, "s"},
    {"height?", Verb::kAskHeight, Kind::kQuery, true, 0, 0, "dm"},
    {"temp?", Verb::kAskTemperature, Kind::kQuery, true, 0, 0, "C"},
    {"attitude?", Verb::kAskAttitude, Kind::kQuery, true, 0, 0, "pitch:"},
    {"baro?", Verb::kAskBarometer, Kind::kQuery, true},
    {"acceleration?", Verb::kAskAcceleration, Kind::kQuery, true, 0, 0, "agx:"},
    {"tof?", Verb::kAskTof, Kind::kQuery, true, 0, 0, "mm"},
    {"wifi?", Verb::kAskWifi, Kind::kQuery, true},
    {"sdk?", Verb::kAskSdk, Kind::kQuery, true},
    {"sn?", Verb::kAskSerial, Kind::kQuery, true},
    {"position?", Verb::kAskPosition, Kind::kQuery, true, 0, 0, "x:"},
};

const Row& RowOf(Verb verb) {
  return *std::find_if(std::begin(kRows), std::end(kRows),
                       [verb](const Row& row) { return row.verb == verb; });
}

std::string_view TrimEnd(std::string_view text) {
  while (!text.empty() && std::string_view(" \t\r\n\0", 5).find(text.back()) != text.npos) {
    text.remove_suffix(1);
  }
  return text;
}

std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::optional<int> Number(std::string_view word) {
  int number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return number;
}

absl::Status Refused(std::string reason) {
  return absl::InvalidArgumentError(std::move(reason));
}

absl::Status OutOfRange(const Row& row, std::string_view wanted) {
  return Refused("out of range: " + std::string(row.word) + " wants " + std::string(wanted));
}

// Not much of it goes back.
absl::Status Unknown(std::string_view word) {
  return Refused("unknown command: " + Printable(word.substr(0, 16)));
}

using Arguments = std::vector<std::string_view>;

absl::StatusOr<Command> ParseFlip(const Row& row, const Arguments& arguments) {
  const bool known = arguments.size() == 1 && arguments[0].size() == 1 &&
                     std::string_view("lrfb").find(arguments[0][0]) != std::string_view::npos;
  if (!known) return OutOfRange(row, "l, r, f or b");
  return Command{row.verb, {arguments[0][0]}};
}

// `words`, each from -limit to limit, into the command. False where one is not.
bool TakeNumbers(const Arguments& words, int limit, Command& command) {
  for (size_t i = 0; i < words.size(); ++i) {
    const std::optional<int> number = Number(words[i]);
    if (!number || std::abs(*number) > limit) return false;
    command.arguments[i] = *number;
  }
  return true;
}

absl::StatusOr<Command> ParseGo(const Row& row, const Arguments& arguments) {
  Command command{row.verb, {}};
  if (arguments.size() != 4 || !TakeNumbers(arguments, 500, command)) {
    return OutOfRange(row, "x y z -500..500, speed 10..100");
  }
  const auto& [x, y, z, speed] = command.arguments;
  if (speed < 10 || speed > 100) return OutOfRange(row, "a speed of 10..100");
  if (std::max({std::abs(x), std::abs(y), std::abs(z)}) < 20) {
    return OutOfRange(row, "20 cm or more one way");
  }
  return command;
}

absl::StatusOr<Command> ParseRc(const Row& row, const Arguments& arguments) {
  Command command{row.verb, {}};
  if (arguments.size() != 4 || !TakeNumbers(arguments, 100, command)) {
    return OutOfRange(row, "four of -100..100");
  }
  return command;
}

absl::StatusOr<Command> ParseNumber(const Row& row, const Arguments& arguments) {
  const std::optional<int> number = arguments.size() == 1 ? Number(arguments[0]) : std::nullopt;
  if (!number || *number < row.low || *number > row.high) {
    return OutOfRange(row, std::to_string(row.low) + ".." + std::to_string(row.high));
  }
  return Command{row.verb, {*number}};
}

Duration Seconds(double count) {
  return milliseconds(static_cast<int64_t>(count * 1000));
}

}  // namespace

absl::StatusOr<Command> ParseCommand(std::string_view text) {
  if (text.size() > kCommandBytesMax) return Refused("longer than any command");
  const std::vector<std::string_view> words = Words(TrimEnd(text));
  if (words.empty()) return Refused("nothing in it");
  const Row* row = std::find_if(std::begin(kRows), std::end(kRows),
                                [&](const Row& known) { return known.word == words[0]; });
  if (row == std::end(kRows)) return Unknown(words[0]);
  const Arguments arguments(words.begin() + 1, words.end());
  if (row->verb == Verb::kFlip) return ParseFlip(*row, arguments);
  if (row->verb == Verb::kGo) return ParseGo(*row, arguments);
  if (row->verb == Verb::kRc) return ParseRc(*row, arguments);
  if (row->high != 0) return ParseNumber(*row, arguments);
  if (!arguments.empty()) return OutOfRange(*row, "nothing behind it");
  return Command{row->verb, {}};
}

std::string_view Word(Verb verb) {
  return RowOf(verb).word;
}
Kind KindOf(Verb verb) {
  return RowOf(verb).kind;
}
bool IsRepeatable(Verb verb) {
  return RowOf(verb).repeatable;
}

Duration TimeTaken(const Command& command, int speed_cm_s) {
  const auto& [a, b, c, d] = command.arguments;
  switch (command.verb) {
    case Verb::kTakeoff:
      return seconds(5);
    case Verb::kLand:
      return seconds(4);
    case Verb::kFlip:
      return seconds(2);
    case Verb::kClockwise:
    case Verb::kCounterclockwise:
      return Seconds(a / 90.0);
    case Verb::kGo:
      return Seconds(std::hypot(a, b, c) / d);
    default:
      break;
  }
  return KindOf(command.verb) == Kind::kMotion ? Seconds(a * 1.0 / speed_cm_s) : Duration(0);
}

std::string Printable(std::string_view text) {
  std::string shown(TrimEnd(text).substr(0, 200));
  for (char& letter : shown) {
    if (letter < ' ' || letter > '~') letter = '?';
  }
  return shown;
}

bool IsError(std::string_view answer) {
  return answer.starts_with(kError) || answer.starts_with("unknown command") ||
         answer.starts_with("out of range");
}

bool CanAnswer(Verb verb, std::string_view answer) {
  answer = TrimEnd(answer);
  if (IsError(answer)) return true;
  const Row& row = RowOf(verb);
  if (row.kind != Kind::kQuery) return answer == kOk;
  if (row.unit.ends_with(':')) return answer.starts_with(row.unit);
  if (row.unit.empty()) return !answer.empty() && answer.back() >= '0' && answer.back() <= '9';
  return answer.ends_with(row.unit);
}

}  // namespace sluice::drone
