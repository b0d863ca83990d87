// Numbers for people: three significant digits and a unit.
#ifndef SLUICE_TOOLS_REPORT_FORMAT_H_
#define SLUICE_TOOLS_REPORT_FORMAT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "reactor/base/time.h"

namespace sluice::report {

std::string FormatCount(double count);          // "950", "12.3 k", "4.56 M"
std::string FormatRate(double per_second);      // "12.3 k/s"
std::string FormatBytes(double bytes);          // "512 B", "1.50 KiB", "64.0 MiB"
std::string FormatDuration(Duration duration);  // "850 ns", "4.50 us", "12.3 ms", "1.20 s", "2m05s"
std::string FormatExact(uint64_t count);        // "1,234,567"
std::string FormatCounted(uint64_t count, std::string_view noun);  // "1 byte", "1,234 bytes"
std::string FormatPercent(double fraction);                        // 0.123 -> "12.3 %"

}  // namespace sluice::report

#endif  // SLUICE_TOOLS_REPORT_FORMAT_H_
