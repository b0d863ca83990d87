#include "tools/report/table.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "reactor/base/check.h"

namespace sluice::report {
namespace {

struct CodePoint {
  uint32_t value = 0;
  size_t bytes = 1;
};

// The first character; a byte that is not UTF-8 counts as one of its own.
CodePoint First(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const size_t bytes = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 0;
  if (bytes <= 1 || bytes > text.size()) return {lead, 1};
  uint32_t value = lead & (0x7f >> bytes);
  for (size_t i = 1; i < bytes; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0) != 0x80) return {lead, 1};
    value = value << 6 | (byte & 0x3f);
  }
  return {value, bytes};
}

bool IsIn(uint32_t value, uint32_t first, uint32_t last) {
  return value >= first && value <= last;
}

bool IsCombining(uint32_t value) {
  return IsIn(value, 0x300, 0x36f) || IsIn(value, 0x200b, 0x200f) || IsIn(value, 0x20d0, 0x20ff) ||
         IsIn(value, 0xfe00, 0xfe0f);
}

// The wide and full-width blocks of Unicode's EastAsianWidth.txt, and emoji.
bool IsWide(uint32_t value) {
  return IsIn(value, 0x1100, 0x115f) || IsIn(value, 0x2e80, 0x303e) ||
         IsIn(value, 0x3041, 0xa4cf) || IsIn(value, 0xac00, 0xd7a3) ||
         IsIn(value, 0xf900, 0xfaff) || IsIn(value, 0xfe30, 0xfe6f) ||
         IsIn(value, 0xff00, 0xff60) || IsIn(value, 0xffe0, 0xffe6) ||
         IsIn(value, 0x1f300, 0x1f64f) || IsIn(value, 0x1f900, 0x1f9ff) ||
         IsIn(value, 0x20000, 0x3fffd);
}

size_t WidthOf(uint32_t value) {
  return IsCombining(value) ? 0 : IsWide(value) ? 2 : 1;
}

constexpr size_t kGap = 2;  // blanks between columns

}  // namespace

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const CodePoint first = First(text);
    width += WidthOf(first.value);
    text.remove_prefix(first.bytes);
  }
  return width;
}

std::string_view CutToWidth(std::string_view text, size_t columns) {
  size_t bytes = 0;
  while (bytes < text.size()) {
    const CodePoint first = First(text.substr(bytes));
    const size_t width = WidthOf(first.value);
    if (width > columns) break;
    columns -= width;
    bytes += first.bytes;
  }
  return text.substr(0, bytes);
}

Table::Table(std::vector<Column> columns, size_t indent)
    : columns_(std::move(columns)), indent_(indent) {
  SLUICE_CHECK(!columns_.empty(), "a table has a column");
}

void Table::AddRow(std::vector<std::string> cells) {
  SLUICE_CHECK(cells.size() <= columns_.size(), "a row has no more cells than the table columns");
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

void Table::AddSeparator() {
  rows_.emplace_back();
}

std::string Table::ToString() const {
  std::vector<std::string> titles;
  std::vector<size_t> widths;
  for (const Column& column : columns_) {
    titles.push_back(column.title);
    widths.push_back(DisplayWidth(column.title));
  }
  for (const std::vector<std::string>& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  std::vector<std::string> rules;
  for (const size_t width : widths) rules.emplace_back(width, '-');

  std::string text = Line(titles, widths) + Line(rules, widths);
  for (const std::vector<std::string>& row : rows_) text += Line(row.empty() ? rules : row, widths);
  return text;
}

std::string Table::Line(const std::vector<std::string>& cells,
                        const std::vector<size_t>& widths) const {
  std::string line(indent_, ' ');
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line.append(kGap, ' ');
    const size_t pad = widths[i] - DisplayWidth(cells[i]);
    if (columns_[i].align == Align::kRight) line.append(pad, ' ');
    line += cells[i];
    if (columns_[i].align == Align::kLeft) line.append(pad, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace sluice::report
