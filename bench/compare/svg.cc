#include "bench/compare/svg.h"

#include <cstdio>

#include "protocols/http1_listing.h"

namespace sluice::compare::svg {

std::string Number(double value) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.1f", value);
  return text;
}

std::string Open(double width, double height, const std::string& about) {
  return "<svg viewBox=\"0 0 " + Number(width) + " " + Number(height) + "\" width=\"" +
         Number(width) + "\" height=\"" + Number(height) + "\" role=\"img\"><title>" +
         EscapeHtml(about) + "</title>\n";
}

std::string Text(double x, double y, const std::string& style, const std::string& text) {
  return "<text x=\"" + Number(x) + "\" y=\"" + Number(y) + "\" class=\"" + style + "\">" +
         EscapeHtml(text) + "</text>";
}

std::string Line(double x1, double y1, double x2, double y2, const std::string& style) {
  return "<line x1=\"" + Number(x1) + "\" y1=\"" + Number(y1) + "\" x2=\"" + Number(x2) +
         "\" y2=\"" + Number(y2) + "\" class=\"" + style + "\"/>";
}

}  // namespace sluice::compare::svg
