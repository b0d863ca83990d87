// Aligned plain-text tables for people, in terminal columns rather than bytes: CJK words line up.
//
//   Table table({{"mode"}, {"messages/s", Table::Align::kRight}});
//   table.AddRow({"naive", "1.23 M"});
//   std::fputs(table.ToString().c_str(), stdout);
#ifndef SLUICE_TOOLS_REPORT_TABLE_H_
#define SLUICE_TOOLS_REPORT_TABLE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::report {

// Columns a terminal gives UTF-8 text: 2 for East Asian wide characters, 0 for combining marks.
size_t DisplayWidth(std::string_view text);

// The longest front of `text`, whole characters, that fits `columns`.
std::string_view CutToWidth(std::string_view text, size_t columns);

class Table {
 public:
  enum class Align { kLeft, kRight };
  struct Column {
    std::string title;
    Align align = Align::kLeft;
  };

  explicit Table(std::vector<Column> columns, size_t indent = 2);

  // One cell a column; a missing one is empty.
  void AddRow(std::vector<std::string> cells);
  void AddSeparator();

  // Lines end in "\n", without trailing blanks.
  std::string ToString() const;

 private:
  std::string Line(const std::vector<std::string>& cells, const std::vector<size_t>& widths) const;

  std::vector<Column> columns_;
  size_t indent_;
  std::vector<std::vector<std::string>> rows_;  // an empty row is a separator
};

}  // namespace sluice::report

#endif  // SLUICE_TOOLS_REPORT_TABLE_H_
