#include "bench/compare/bar_chart.h"

#include <algorithm>
#include <cstdio>

namespace sluice::compare {
namespace {

// In pixels.
constexpr double kWidth = 480;
constexpr double kLabels = 150;  // left of the bars
constexpr double kValues = 110;  // right of the longest
constexpr double kTitle = 30;
constexpr double kRow = 22;
constexpr double kBarHeight = 14;
constexpr double kBarsWidth = kWidth - kLabels - kValues;

std::string Number(double value) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.1f", value);
  return text;
}

std::string Rectangle(double x, double y, double width, const std::string& colour) {
  return "<rect x=\"" + Number(x) + "\" y=\"" + Number(y) + "\" width=\"" + Number(width) +
         "\" height=\"" + Number(kBarHeight) + "\" rx=\"2\" fill=\"" + colour + "\"/>";
}

std::string Line(double x1, double y1, double x2, double y2, const char* style) {
  return "<line x1=\"" + Number(x1) + "\" y1=\"" + Number(y1) + "\" x2=\"" + Number(x2) +
         "\" y2=\"" + Number(y2) + "\" class=\"" + style + "\"/>";
}

std::string Text(double x, double y, const char* style, const std::string& text) {
  return "<text x=\"" + Number(x) + "\" y=\"" + Number(y) + "\" class=\"" + style + "\">" +
         EscapeForHtml(text) + "</text>";
}

class Drawing {
 public:
  explicit Drawing(const BarChart& chart) : chart_(chart) {}

  std::string Draw() const {
    const double height = kTitle + kRow * static_cast<double>(chart_.bars.size()) + 4;
    std::string svg = "<svg viewBox=\"0 0 " + Number(kWidth) + " " + Number(height) +
                      "\" width=\"" + Number(kWidth) + "\" height=\"" + Number(height) +
                      "\" role=\"img\"><title>" + EscapeForHtml(chart_.about) + "</title>\n";
    svg += Text(0, 16, "title", chart_.title) + "\n";
    for (size_t i = 0; i < chart_.bars.size(); ++i) {
      svg += DrawBar(chart_.bars[i], kTitle + kRow * static_cast<double>(i)) + "\n";
    }
    if (chart_.reference) {
      const double x = At(*chart_.reference);
      svg += Line(x, kTitle - 4, x, height - 4, "reference") + "\n";
    }
    return svg + "</svg>\n";
  }

 private:
  double At(double value) const {
    return kLabels + kBarsWidth * std::clamp(value / chart_.axis_max, 0.0, 1.0);
  }

  std::string DrawBar(const Bar& bar, double y) const {
    const double baseline = y + kBarHeight - 3;
    std::string svg = Text(kLabels - 8, baseline, "label", bar.label);
    if (!bar.value) return svg + Text(kLabels + 4, baseline, "value", bar.value_text);
    const bool cut = *bar.value > chart_.axis_max;
    double end = At(*bar.value);
    svg += Rectangle(kLabels, y, end - kLabels, bar.colour);
    if (bar.high > bar.low && !cut) {
      const double middle = y + kBarHeight / 2;
      svg += Line(At(bar.low), middle, At(bar.high), middle, "whisker");
      end = std::max(end, At(bar.high));
    }
    // The number stands clear of the line.
    if (chart_.reference) end = std::max(end, At(*chart_.reference));
    // A bar that goes on beyond the axis is broken by a gap.
    if (cut)
      svg += Line(At(*bar.value) - 12, y + kBarHeight + 2, At(*bar.value) - 6, y - 2, "break");
    return svg + Text(end + 6, baseline, "value", bar.value_text);
  }

  const BarChart& chart_;
};

}  // namespace

std::string EscapeForHtml(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string ChartAsSvg(const BarChart& chart) {
  return Drawing(chart).Draw();
}

}  // namespace sluice::compare
