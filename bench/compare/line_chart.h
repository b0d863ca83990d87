// A line chart in SVG: one line a server over a logarithmic axis, its name at its end.
#ifndef SLUICE_BENCH_COMPARE_LINE_CHART_H_
#define SLUICE_BENCH_COMPARE_LINE_CHART_H_

#include <optional>
#include <string>
#include <vector>

namespace sluice::compare {

struct ChartLine {
  std::string label;
  std::string colour;
  bool strong = false;  // thick, and drawn over the others
  bool dashed = false;
  std::vector<std::optional<double>> values;  // at each of LineChart::at; none leaves a gap
};

struct LineChart {
  std::string title;
  std::string about;       // for those who do not see it
  std::string x_title;     // "connections"
  std::string unit;        // of the values: "us"
  std::vector<double> at;  // positive, ascending, at least two
  std::vector<ChartLine> lines;
};

std::string ChartAsSvg(const LineChart& chart);

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_LINE_CHART_H_
