// The line being typed on the screen: editing and history, without a terminal.
#ifndef SLUICE_TOOLS_PROBE_TYPED_LINE_H_
#define SLUICE_TOOLS_PROBE_TYPED_LINE_H_

#include <cstddef>
#include <deque>
#include <string>

namespace sluice::probe {

class TypedLine {
 public:
  static constexpr size_t kCharactersMax = 4096;  // what would go beyond is not taken
  static constexpr size_t kHistoryMax = 500;

  void Insert(char32_t character);
  void DeleteBefore();
  void DeleteAt();
  void DeleteWordBefore();
  void DeleteToBegin();
  void Left();
  void Right();
  void Begin() { cursor_ = 0; }
  void End() { cursor_ = text_.size(); }
  // The line entered before, and back towards the one being typed, which is not lost.
  void Older();
  void Newer();

  // What was typed, as UTF-8; the line is empty then.
  std::string Take();

  // What of it fits `columns` with the cursor in sight, and in which column the cursor is.
  struct Window {
    std::string text;
    size_t cursor_column = 0;
  };
  Window Fit(size_t columns) const;

 private:
  void Recall(size_t back);

  std::u32string text_;
  size_t cursor_ = 0;                   // before this character
  std::deque<std::u32string> history_;  // newest first
  size_t back_ = 0;                     // 0: what is typed; n: history_[n - 1] is shown
  std::u32string typed_;                // while history is shown
};

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_TYPED_LINE_H_
