// Figures as they stand in the tables of every report.
#ifndef SLUICE_BENCH_COMPARE_CELL_TEXT_H_
#define SLUICE_BENCH_COMPARE_CELL_TEXT_H_

#include <string>
#include <vector>

#include "bench/compare/results.h"

namespace sluice::compare {

// "0.91 ±0.02", of the floor "1.00 (3.41 us)", of idle memory "217"; "fails", "-" without figures.
std::string CellText(const Column& column, size_t row);

// The details of one kind of work: titles, and the cells of a row below them.
std::vector<std::string> DetailTitles();
std::vector<std::string> DetailCells(const Column& column, const Contender& contender, size_t row);

// "3.41 us": three significant digits.
std::string MicrosecondsText(double microseconds);
// "8,191", "-3".
std::string BytesText(double bytes);

// How to read the figures, in a sentence or three; then the machine and the settings.
std::string LegendText();
std::string SettingsText(const Results& results);

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_CELL_TEXT_H_
