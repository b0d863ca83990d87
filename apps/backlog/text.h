// Small pieces of text that the output is made of. Pure.
#ifndef SLUICE_APPS_BACKLOG_TEXT_H_
#define SLUICE_APPS_BACKLOG_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "apps/backlog/cell.h"

namespace sluice::backlog {

inline constexpr size_t kTextColumns = 96;

// `text` in lines of at most kTextColumns, each indented and ending in "\n".
std::string WrapText(std::string_view text, size_t indent);

// "0.05", "8.7", "1036".
std::string MillisecondsText(double microseconds);

// "0.05/0.41/0.44", of p50, p99 and max, in milliseconds; "-" where nothing was measured.
std::string PercentilesText(const Percentiles& percentiles);

// "5", or "5..8" where they differ.
std::string RangeText(int64_t low, int64_t high);

// "0, 1"
std::string JoinNumbers(const std::vector<int>& numbers);

// "  ListenOverflows  +128  the accept queue was full when ...", a line for each counter that moved
// and tells of listen queues. Empty if none did.
std::string CounterLines(const MovedCounters& counters);

}  // namespace sluice::backlog

#endif  // SLUICE_APPS_BACKLOG_TEXT_H_
