// The results as tables for people and as JSON for machines.
#ifndef SLUICE_APPS_STICKY_REPORT_H_
#define SLUICE_APPS_STICKY_REPORT_H_

#include <string>
#include <vector>

#include "apps/sticky/run.h"
#include "apps/sticky/settings.h"

namespace sluice::sticky {

// What is about to run, before the first result.
std::string Headline(const Settings& settings);

// Tables, then a verdict a mode, then the drawings where --show asked for them. 80 columns. Empty
// where no mode ran.
std::string TextReport(const std::vector<Result>& results, const Settings& settings, bool color);

// One object and a newline:
//   {"modes": [{"mode", "sent", "received", "intact", "glued", "split", "corrupted", "lost",
//               "truncated", "messages_per_second", "p50_us", "p99_us", "interrupted", ...}],
//    "interrupted", ...}
std::string JsonReport(const std::vector<Result>& results, const Settings& settings);

}  // namespace sluice::sticky

#endif  // SLUICE_APPS_STICKY_REPORT_H_
