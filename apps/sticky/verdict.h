// What the numbers of a mode mean: in words for people, and as a Status for the exit code.
#ifndef SLUICE_APPS_STICKY_VERDICT_H_
#define SLUICE_APPS_STICKY_VERDICT_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "apps/sticky/run.h"
#include "apps/sticky/settings.h"

namespace sluice::sticky {

// A sentence or two.
std::string Verdict(const Result& result, const Settings& settings);

// Not OK when a framed mode delivered anything but every message intact and in order, or when any
// exchange ended before its time or sent nothing: then it proves nothing.
absl::Status Judge(const std::vector<Result>& results);

// "50 ms" for what was asked for, where report::FormatDuration says "50.0 ms" of what was measured.
std::string Words(Duration duration);

// Breaks text into lines of 80 columns at most, each ending in "\n": the first begins with `head`,
// the others with as many blanks.
std::string Wrap(std::string_view head, std::string_view text);

}  // namespace sluice::sticky

#endif  // SLUICE_APPS_STICKY_VERDICT_H_
