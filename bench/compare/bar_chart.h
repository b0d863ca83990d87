// A horizontal bar chart in SVG: one bar a server, its value at the end, its quartiles as a
// whisker.
#ifndef SLUICE_BENCH_COMPARE_BAR_CHART_H_
#define SLUICE_BENCH_COMPARE_BAR_CHART_H_

#include <optional>
#include <string>
#include <vector>

namespace sluice::compare {

struct Bar {
  std::string label;
  std::string value_text;         // "0.91 ±0.02", or "fails"
  std::optional<double> value{};  // without one there is no bar
  double low = 0;                 // of the whisker; none where low == high
  double high = 0;
  std::string colour{};
};

struct BarChart {
  std::string title;
  std::string about;  // for those who do not see it
  std::vector<Bar> bars;
  std::optional<double> reference;  // a line across all bars
  double axis_max = 1;              // longer bars are cut there, and marked
};

std::string ChartAsSvg(const BarChart& chart);

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_BAR_CHART_H_
