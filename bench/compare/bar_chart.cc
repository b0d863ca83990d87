#include "bench/compare/bar_chart.h"

#include <algorithm>

#include "bench/compare/svg.h"

namespace sluice::compare {
namespace {

// In pixels.
constexpr double kWidth = 480;
constexpr double kLabels = 180;  // left of the bars
constexpr double kValues = 110;  // right of the longest
constexpr double kTitle = 30;
constexpr double kRow = 22;
constexpr double kBarHeight = 14;
constexpr double kBarsWidth = kWidth - kLabels - kValues;

std::string Rectangle(double x, double y, double width, const std::string& colour) {
  return "<rect x=\"" + svg::Number(x) + "\" y=\"" + svg::Number(y) + "\" width=\"" +
         svg::Number(width) + "\" height=\"" + svg::Number(kBarHeight) + "\" rx=\"2\" fill=\"" +
         colour + "\"/>";
}

class Drawing {
 public:
  explicit Drawing(const BarChart& chart) : chart_(chart) {}

  std::string Draw() const {
    const double height = kTitle + kRow * static_cast<double>(chart_.bars.size()) + 4;
    std::string svg = svg::Open(kWidth, height, chart_.about);
    svg += svg::Text(0, 16, "title", chart_.title) + "\n";
    for (size_t i = 0; i < chart_.bars.size(); ++i) {
      svg += DrawBar(chart_.bars[i], kTitle + kRow * static_cast<double>(i)) + "\n";
    }
    if (chart_.reference) {
      const double x = At(*chart_.reference);
      svg += svg::Line(x, kTitle - 4, x, height - 4, "reference") + "\n";
    }
    return svg + "</svg>\n";
  }

 private:
  double At(double value) const {
    return kLabels + kBarsWidth * std::clamp(value / chart_.axis_max, 0.0, 1.0);
  }

  std::string DrawBar(const Bar& bar, double y) const {
    const double baseline = y + kBarHeight - 3;
    std::string svg = svg::Text(kLabels - 8, baseline, "label", bar.label);
    if (!bar.value) return svg + svg::Text(kLabels + 4, baseline, "value", bar.value_text);
    const bool cut = *bar.value > chart_.axis_max;
    double end = At(*bar.value);
    svg += Rectangle(kLabels, y, end - kLabels, bar.colour);
    if (bar.high > bar.low && !cut) {
      const double middle = y + kBarHeight / 2;
      svg += svg::Line(At(bar.low), middle, At(bar.high), middle, "whisker");
      end = std::max(end, At(bar.high));
    }
    // The number stands clear of the line.
    if (chart_.reference) end = std::max(end, At(*chart_.reference));
    // A bar that goes on beyond the axis is broken by a gap.
    if (cut)
      svg += svg::Line(At(*bar.value) - 12, y + kBarHeight + 2, At(*bar.value) - 6, y - 2, "break");
    return svg + svg::Text(end + 6, baseline, "value", bar.value_text);
  }

  const BarChart& chart_;
};

}  // namespace

std::string ChartAsSvg(const BarChart& chart) {
  return Drawing(chart).Draw();
}

}  // namespace sluice::compare
