#include "apps/sticky/drawing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "tools/report/format.h"

namespace sluice::sticky {
namespace {

constexpr size_t kColumns = 80;
constexpr size_t kHeadColumns = 26;  // "  receive 1     1,024 B  ", or more for large numbers
constexpr double kScaleColumns = kColumns - kHeadColumns - 8;  // some are for brackets and signs
constexpr double kMessageColumnsMin = 10;
constexpr double kMessageColumnsMax = 40;

// ECMA-48 SGR: neighbouring messages differ, a wrong boundary is red.
constexpr std::array<std::string_view, 3> kMessageColors = {"\x1b[36m", "\x1b[33m", "\x1b[35m"};
constexpr std::string_view kWrongColor = "\x1b[1;31m";
constexpr std::string_view kNoColor = "\x1b[0m";

// A piece ready to be drawn, with the signs at its left and right.
struct Cell {
  std::string left;
  std::string body;
  std::string right;
  uint64_t number = 0;
  size_t columns() const { return left.size() + body.size() + right.size(); }
};

class Artist {
 public:
  Artist(const std::vector<SketchReceive>& receives, const DrawingOptions& options)
      : color_(options.color) {
    size_t bytes_max = 1;
    for (const SketchReceive& receive : receives) bytes_max = std::max(bytes_max, receive.bytes);
    const auto message_bytes = static_cast<double>(std::max<size_t>(options.message_bytes_max, 1));
    columns_a_byte_ =
        std::clamp(kScaleColumns / static_cast<double>(bytes_max),
                   kMessageColumnsMin / message_bytes, kMessageColumnsMax / message_bytes);
  }

  std::string Draw(const SketchReceive& receive) const {
    char head[64];
    std::snprintf(head, sizeof(head), "  receive %-6llu%6s B  ",
                  static_cast<unsigned long long>(receive.index),
                  report::FormatExact(receive.bytes).c_str());
    const std::string text = head;
    return text + Fit(CellsOf(receive), KeptText(receive), kColumns - text.size()) + "\n";
  }

 private:
  std::vector<Cell> CellsOf(const SketchReceive& receive) const {
    std::vector<Cell> cells;
    for (const SketchUnit& unit : receive.units) {
      for (size_t i = 0; i < unit.pieces.size(); ++i) {
        const SketchPiece& piece = unit.pieces[i];
        Cell cell{
            .left = i == 0 ? "[" : "|", .body = Body(piece), .right = "", .number = piece.number};
        if (!piece.begins) cell.left += "~";
        if (!piece.ends) cell.right += "~";
        if (i + 1 == unit.pieces.size()) cell.right += "]";
        cells.push_back(std::move(cell));
      }
    }
    return cells;
  }

  std::string Body(const SketchPiece& piece) const {
    const std::string label = piece.number == 0 ? "?" : "#" + std::to_string(piece.number);
    const auto columns =
        static_cast<size_t>(std::lround(static_cast<double>(piece.bytes) * columns_a_byte_));
    const size_t used = label.size() + 1;  // a blank between label and dots
    return columns <= used ? label : label + " " + std::string(columns - used, '.');
  }

  static std::string KeptText(const SketchReceive& receive) {
    if (receive.kept_bytes == 0) return "";
    return " " + report::FormatExact(receive.kept_bytes) + " kept";
  }

  // Leaves messages out of the middle, and says how many, where all would be too wide.
  std::string Fit(const std::vector<Cell>& cells, const std::string& kept,
                  size_t columns_max) const {
    size_t columns = kept.size();
    for (const Cell& cell : cells) columns += cell.columns();
    if (columns <= columns_max) return Join(cells, 0, cells.size()) + kept;

    // The last one stays, as far as there is room: it tells how the receive ended.
    std::vector<Cell> last = {cells.back()};
    columns = kept.size() + MoreText(cells.size()).size() + last[0].columns();
    if (columns > columns_max) {
      std::string& body = last[0].body;
      const size_t label = std::min(body.find(' '), body.size());
      const size_t cut = std::min(columns - columns_max, body.size() - label);
      body.resize(body.size() - cut);
      columns -= cut;
    }
    size_t shown = 0;
    while (shown + 1 < cells.size() && columns + cells[shown].columns() <= columns_max) {
      columns += cells[shown++].columns();
    }
    const size_t more = cells.size() - shown - 1;
    return Join(cells, 0, shown) + (more > 0 ? MoreText(more) : "") + Join(last, 0, 1) + kept;
  }

  static std::string MoreText(size_t count) { return " " + std::to_string(count) + " more "; }

  std::string Join(const std::vector<Cell>& cells, size_t begin, size_t end) const {
    std::string text;
    for (size_t i = begin; i < end; ++i) {
      const Cell& cell = cells[i];
      text += Sign(cell.left) +
              Paint(kMessageColors[cell.number % kMessageColors.size()], cell.body) +
              Sign(cell.right);
    }
    return text;
  }

  // Brackets as they are; | and ~ are what is wrong.
  std::string Sign(const std::string& signs) const {
    std::string text;
    for (const char sign : signs) {
      const std::string one(1, sign);
      text += sign == '|' || sign == '~' ? Paint(kWrongColor, one) : one;
    }
    return text;
  }

  std::string Paint(std::string_view color, const std::string& text) const {
    if (!color_ || text.empty()) return text;
    return std::string(color) + text + std::string(kNoColor);
  }

  bool color_;
  double columns_a_byte_ = 0;
};

uint64_t FirstNumber(const SketchReceive& receive) {
  if (receive.units.empty() || receive.units.front().pieces.empty()) return 0;
  return receive.units.front().pieces.front().number;
}

uint64_t LastNumber(const SketchReceive& receive) {
  if (receive.units.empty() || receive.units.back().pieces.empty()) return 0;
  return receive.units.back().pieces.back().number;
}

// What lies between two receives that were drawn: others, or messages that never came.
std::string Between(const SketchReceive& before, const SketchReceive& after) {
  if (after.index > before.index + 1) {
    return "  ... " + report::FormatExact(after.index - before.index - 1) +
           " receives like these ...\n";
  }
  const uint64_t last = LastNumber(before);
  const uint64_t first = FirstNumber(after);
  if (last == 0 || first <= last + 1) return "";
  const std::string lost = "#" + std::to_string(last + 1);
  const std::string to = first == last + 2 ? "" : " to #" + std::to_string(first - 1);
  return "  ... " + lost + to + " never came ...\n";
}

}  // namespace

std::string DrawReceives(const std::vector<SketchReceive>& receives,
                         const DrawingOptions& options) {
  const Artist artist(receives, options);
  std::string text;
  for (size_t i = 0; i < receives.size(); ++i) {
    if (i > 0) text += Between(receives[i - 1], receives[i]);
    text += artist.Draw(receives[i]);
  }
  return text;
}

}  // namespace sluice::sticky
