// Pieces of SVG and HTML that the charts are drawn with. Lengths in pixels.
#ifndef SLUICE_BENCH_COMPARE_SVG_H_
#define SLUICE_BENCH_COMPARE_SVG_H_

#include <string>

namespace sluice::compare::svg {

std::string Number(double value);

// `about` is for those who do not see it. To be closed with "</svg>\n".
std::string Open(double width, double height, const std::string& about);
// `style` names classes of the page's style sheet.
std::string Text(double x, double y, const std::string& style, const std::string& text);
std::string Line(double x1, double y1, double x2, double y2, const std::string& style);

}  // namespace sluice::compare::svg

#endif  // SLUICE_BENCH_COMPARE_SVG_H_
