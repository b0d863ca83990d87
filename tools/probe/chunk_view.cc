#include "tools/probe/chunk_view.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "tools/probe/escapes.h"
#include "tools/report/format.h"

namespace sluice::probe {
namespace {

constexpr char kIndent[] = "  ";
constexpr size_t kOffsetColumns = 4;

// Indent, offset, two blanks, "hh " a byte with one more blank in the middle, and "|text|".
constexpr size_t HexColumns(size_t row) {
  return 3 * row + (row > 8 ? 1 : 0);
}
constexpr size_t RowColumns(size_t row, bool text) {
  return 2 + kOffsetColumns + 2 + HexColumns(row) + (text ? row + 3 : 0);
}
static_assert(RowColumns(16, true) <= 80);
static_assert(RowColumns(8, true) <= kColumnsMin);

size_t BytesInRow(const ChunkViewOptions& options) {
  return RowColumns(16, options.view == View::kBoth) <= options.columns ? 16 : 8;
}

std::string Hex(std::string_view bytes, size_t row) {
  std::string hex;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 8) hex += ' ';
    hex += HexOf(bytes.substr(i, 1)) + " ";
  }
  hex.resize(HexColumns(row), ' ');
  return hex;
}

// One column a byte: each character stands under its first byte, the columns of its others are
// blank; one wider than its bytes (UTF-7 has two-column characters in one byte) would push the
// others away and is a dot. `next` is the first character that begins at `begin` or later.
std::string TextColumn(const std::vector<Character>& characters, size_t& next, size_t begin,
                       size_t end, size_t row) {
  std::string text;
  size_t columns = begin;
  while (next < characters.size() && characters[next].begin < end) {
    const Character& character = characters[next++];
    text.append(character.begin - columns, ' ');
    columns = character.begin;
    if (character.text.empty()) {
      text.append(std::min(character.size, end - columns), '.');
      columns += std::min(character.size, end - columns);
    } else if (character.columns <= character.size && columns + character.columns <= begin + row) {
      text += character.text;
      columns += character.columns;
    } else {
      text += '.';  // no room, as for a wide one that begins in the last column
      ++columns;
    }
  }
  text.append(begin + row - columns, ' ');
  return text;
}

std::vector<std::string> HexLines(std::string_view bytes, const std::vector<Character>& characters,
                                  const ChunkViewOptions& options) {
  const size_t row = BytesInRow(options);
  std::vector<std::string> lines;
  size_t next = 0;
  for (size_t begin = 0; begin < bytes.size(); begin += row) {
    const std::string_view piece = bytes.substr(begin, row);
    char offset[24];
    std::snprintf(offset, sizeof(offset), "%04zx", begin);
    std::string line = kIndent + std::string(offset) + "  " + Hex(piece, row);
    if (options.view == View::kBoth) {
      line += " |" + TextColumn(characters, next, begin, begin + piece.size(), row) + "|";
    } else {
      line.erase(line.find_last_not_of(' ') + 1);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<std::string> TextLines(std::string_view bytes, const std::vector<Character>& characters,
                                   size_t columns) {
  std::vector<std::string> lines;
  std::string line = kIndent;
  size_t width = line.size();
  for (const Character& character : characters) {
    const std::string_view raw = bytes.substr(character.begin, character.size);
    const bool plain = !character.text.empty() && raw != "\\";
    const std::string shown = plain ? character.text : Escape(raw);
    const size_t wanted = plain ? character.columns : shown.size();
    if (width + wanted > columns) {
      lines.push_back(std::exchange(line, kIndent));
      width = line.size();
    }
    line += shown;
    width += wanted;
    if (raw == "\n") {
      lines.push_back(std::exchange(line, kIndent));
      width = line.size();
    }
  }
  if (line != kIndent) lines.push_back(std::move(line));
  return lines;
}

}  // namespace

std::string_view ViewName(View view) {
  return view == View::kBoth ? "both" : view == View::kHex ? "hex" : "text";
}

View NextView(View view) {
  return view == View::kBoth ? View::kHex : view == View::kHex ? View::kText : View::kBoth;
}

std::vector<std::string> ChunkLines(std::string_view bytes, Characters& characters,
                                    const ChunkViewOptions& options) {
  if (bytes.empty()) return {std::string(kIndent) + "(empty)"};
  const bool cut = options.bytes_shown != 0 && bytes.size() > options.bytes_shown;
  const std::string_view shown = cut ? bytes.substr(0, options.bytes_shown) : bytes;
  const std::vector<Character> read = characters.Read(shown);
  std::vector<std::string> lines = options.view == View::kText
                                       ? TextLines(shown, read, options.columns)
                                       : HexLines(shown, read, options);
  if (cut) {
    lines.push_back(std::string(kIndent) + "... " +
                    report::FormatExact(bytes.size() - shown.size()) + " bytes more");
  }
  return lines;
}

}  // namespace sluice::probe
