#include "tools/sim/seed_range.h"

#include <charconv>
#include <string>

#include "absl/status/status.h"

namespace sluice::simulate {
namespace {

bool ParseSeed(std::string_view text, uint64_t* seed) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, *seed);
  return error == std::errc() && stop == end;
}

}  // namespace

absl::StatusOr<SeedRange> ParseSeedRange(std::string_view text) {
  SeedRange range;
  const size_t dots = text.find("..");
  const std::string_view first = text.substr(0, dots);
  bool good = ParseSeed(first, &range.first);
  if (dots == std::string_view::npos) {
    range.last = range.first;
  } else if (dots + 2 == text.size()) {
    range.last = UINT64_MAX;
  } else {
    good = good && ParseSeed(text.substr(dots + 2), &range.last);
  }
  if (!good) {
    return absl::InvalidArgumentError("\"" + std::string(text) +
                                      "\" names no seeds: they read 7, 1..1000, or 500.. without "
                                      "an end");
  }
  if (range.first > range.last) {
    return absl::InvalidArgumentError("\"" + std::string(text) +
                                      "\" ends before it begins: they read FIRST..LAST");
  }
  return range;
}

}  // namespace sluice::simulate
