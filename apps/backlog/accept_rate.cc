#include "apps/backlog/accept_rate.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace sluice::backlog {
namespace {

// Finer than this a loop's turn is not worth its cost: several are then accepted at once.
constexpr Duration kIntervalMin = std::chrono::milliseconds(1);
constexpr Duration kIntervalMax = std::chrono::hours(24);

}  // namespace

absl::StatusOr<AcceptRate> AcceptRate::Parse(std::string_view text) {
  if (text == "never") return Never();
  if (text == "unlimited") return Unlimited();
  std::string_view number = text;
  if (number.size() > 2 && number.substr(number.size() - 2) == "/s") number.remove_suffix(2);
  double rate = -1;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), rate);
  const bool whole = error == std::errc() && end == number.data() + number.size();
  if (!whole || !(rate >= 0 && rate <= kPerSecondMax)) {
    return absl::InvalidArgumentError(
        "a rate is a number a second up to 1000000 (5/s, 0.5/s), never, or unlimited");
  }
  return rate == 0 ? Never() : PerSecond(rate);
}

std::string AcceptRate::ToString() const {
  if (never()) return "never";
  if (unlimited()) return "unlimited";
  char text[32];
  std::snprintf(text, sizeof(text), "%.7g/s", per_second_);
  return text;
}

uint64_t AcceptPacer::Due(Duration elapsed, uint64_t waiting) {
  const double turns = std::chrono::duration<double>(elapsed).count() * per_second_;
  const auto reached = static_cast<uint64_t>(turns);
  const uint64_t due = std::min(reached - turns_, waiting);
  turns_ = reached;
  return due;
}

Duration AcceptPacer::interval() const {
  const double nanoseconds = std::min(1e9 / per_second_, static_cast<double>(kIntervalMax.count()));
  return std::max(kIntervalMin, Duration(static_cast<int64_t>(nanoseconds)));
}

}  // namespace sluice::backlog
