// Figures as they stand in the tables of every report.
#ifndef SLUICE_BENCH_COMPARE_CELL_TEXT_H_
#define SLUICE_BENCH_COMPARE_CELL_TEXT_H_

#include <string>
#include <vector>

#include "bench/compare/results.h"

namespace sluice::compare {

inline constexpr const char* kNoFigure = "-";

// "0.91 ±0.02", of the floor "1.00 (3.41 us)", of idle memory "217", of a burst "12 of 131,072", of
// loops "0.93 ±0.01"; "fails", "-" without figures.
std::string CellText(const Column& column, size_t row);

std::string Decimals(double value, int decimals);
// "0.91 ±0.02".
std::string SpreadText(const Spread& spread, int decimals);
// "3.41 us": three significant digits.
std::string MicrosecondsText(double microseconds);
// "8,191", "-3".
std::string BytesText(double bytes);

// How to read the figures, in a sentence or three; then the machine and the settings.
std::string LegendText();
std::string SettingsText(const Results& results);

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_CELL_TEXT_H_
