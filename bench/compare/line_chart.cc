#include "bench/compare/line_chart.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "bench/compare/svg.h"
#include "reactor/base/check.h"
#include "tools/report/format.h"

namespace sluice::compare {
namespace {

// In pixels.
constexpr double kWidth = 1000;
constexpr double kHeight = 460;
constexpr double kLeft = 60;
constexpr double kRight = 770;  // names stand right of it
constexpr double kTop = 40;
constexpr double kBottom = kHeight - 50;
constexpr double kNameHeight = 17;
constexpr int kStepsMax = 6;

// 1, 2 or 5 times a power of ten, so that at most kStepsMax of it reach `most`.
double StepFor(double most) {
  const double power = std::pow(10, std::floor(std::log10(most / kStepsMax)));
  for (const double step : {power, 2 * power, 5 * power}) {
    if (step * kStepsMax >= most) return step;
  }
  return 10 * power;
}

std::string Short(double value) {
  char text[64];
  std::snprintf(text, sizeof(text), "%g", value);
  return text;
}

class Drawing {
 public:
  explicit Drawing(const LineChart& chart) : chart_(chart) {
    SLUICE_CHECK(chart.at.size() >= 2 && chart.at.front() > 0, "a line has two ends");
    double most = 0;
    for (const ChartLine& line : chart.lines) {
      for (const std::optional<double>& value : line.values)
        most = std::max(most, value.value_or(0));
    }
    step_ = StepFor(most > 0 ? most : 1);
    y_max_ = step_ * std::max(1.0, std::ceil(most / step_));
  }

  std::string Draw() const {
    std::string svg = svg::Open(kWidth, kHeight, chart_.about);
    svg += svg::Text(0, 16, "title", chart_.title) + "\n" + Axes();
    for (const bool strong : {false, true}) {
      for (const ChartLine& line : chart_.lines) {
        if (line.strong == strong) svg += Path(line) + "\n";
      }
    }
    return svg + Names() + "</svg>\n";
  }

 private:
  double X(double at) const {
    const double low = std::log(chart_.at.front());
    const double high = std::log(chart_.at.back());
    return kLeft + (kRight - kLeft) * (std::log(at) - low) / (high - low);
  }
  double Y(double value) const { return kBottom - (kBottom - kTop) * value / y_max_; }

  std::string Axes() const {
    std::string svg;
    for (int i = 0; i * step_ <= y_max_ * 1.001; ++i) {
      const double y = Y(i * step_);
      svg += svg::Line(kLeft, y, kRight, y, i == 0 ? "axis" : "grid");
      svg += svg::Text(kLeft - 8, y + 4, "label", Short(i * step_) + " " + chart_.unit) + "\n";
    }
    for (const double at : chart_.at) {
      svg += svg::Line(X(at), kTop, X(at), kBottom + 4, "grid");
      svg +=
          svg::Text(X(at), kBottom + 20, "middle", report::FormatExact(static_cast<uint64_t>(at))) +
          "\n";
    }
    return svg + svg::Text((kLeft + kRight) / 2, kBottom + 40, "middle", chart_.x_title) + "\n";
  }

  std::string Path(const ChartLine& line) const {
    std::string path;
    std::string dots;
    bool drawing = false;
    for (size_t i = 0; i < chart_.at.size() && i < line.values.size(); ++i) {
      if (line.values[i]) {
        const std::string x = svg::Number(X(chart_.at[i]));
        const std::string y = svg::Number(Y(*line.values[i]));
        path += (drawing ? " L" : " M") + x + " " + y;
        dots += "<circle cx=\"" + x + "\" cy=\"" + y + "\" r=\"" + (line.strong ? "3.5" : "2.5") +
                "\" fill=\"" + line.colour + "\"/>";
      }
      drawing = line.values[i].has_value();
    }
    return "<path d=\"" + path + "\" fill=\"none\" stroke=\"" + line.colour + "\" stroke-width=\"" +
           (line.strong ? "3" : "1.5") + (line.dashed ? "\" stroke-dasharray=\"7 4" : "") + "\"/>" +
           dots;
  }

  struct Name {
    const ChartLine* line;
    double x;  // where the line ends
    double end_y;
    double y;  // where the name stands
  };

  // From top to bottom in the order of the lines' ends, none over another; those that would leave
  // the chart below push the others up.
  std::vector<Name> PlacedNames() const {
    std::vector<Name> names;
    for (const ChartLine& line : chart_.lines) {
      for (size_t i = std::min(line.values.size(), chart_.at.size()); i-- > 0;) {
        if (!line.values[i]) continue;
        const double y = Y(*line.values[i]);
        names.push_back({&line, X(chart_.at[i]), y, y});
        break;
      }
    }
    std::sort(names.begin(), names.end(),
              [](const Name& a, const Name& b) { return a.end_y < b.end_y; });
    for (size_t i = 1; i < names.size(); ++i) {
      names[i].y = std::max(names[i].y, names[i - 1].y + kNameHeight);
    }
    double limit = kBottom;
    for (size_t i = names.size(); i-- > 0; limit -= kNameHeight) {
      names[i].y = std::min(names[i].y, limit);
    }
    return names;
  }

  std::string Names() const {
    constexpr double kLead = 34;  // from a line's end to its name
    std::string svg;
    for (const Name& name : PlacedNames()) {
      svg += svg::Line(name.x + 5, name.end_y, kRight + kLead - 4, name.y, "lead");
      svg += svg::Text(kRight + kLead, name.y + 4, name.line->strong ? "strong" : "value",
                       name.line->label) +
             "\n";
      svg += "<rect x=\"" + svg::Number(kRight + kLead - 4) + "\" y=\"" + svg::Number(name.y - 5) +
             "\" width=\"2.5\" height=\"10\" fill=\"" + name.line->colour + "\"/>\n";
    }
    return svg;
  }

  const LineChart& chart_;
  double step_ = 1;
  double y_max_ = 1;
};

}  // namespace

std::string ChartAsSvg(const LineChart& chart) {
  return Drawing(chart).Draw();
}

}  // namespace sluice::compare
