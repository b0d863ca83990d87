// A comparison for people and for machines.
#ifndef SLUICE_BENCH_COMPARE_REPORTS_H_
#define SLUICE_BENCH_COMPARE_REPORTS_H_

#include <string>

#include "bench/compare/results.h"

namespace sluice::compare {

// Aligned tables of what is relative to the floor; with `details` one more for each kind of work.
std::string TextReport(const Results& results, bool details);
// The same tables with their details.
std::string MarkdownReport(const Results& results);
// A page that needs nothing else: bar charts in SVG, and the details below.
std::string HtmlReport(const Results& results);
std::string JsonReport(const Results& results);

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_REPORTS_H_
