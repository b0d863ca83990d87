// One line being typed at the terminal, by libedit: prompt, editing, history. It never reads the
// terminal itself and so never waits; keys are handed to it.
#ifndef SLUICE_TOOLS_TERMINAL_LINE_EDITOR_H_
#define SLUICE_TOOLS_TERMINAL_LINE_EDITOR_H_

#include <histedit.h>

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "tools/terminal/terminal_modes.h"

namespace sluice::terminal {

class LineEditor {
 public:
  enum class Typed { kNothingYet, kLine, kEnd };

  // Takes the terminal and shows the prompt. Fails where libedit cannot work with it.
  static absl::StatusOr<std::unique_ptr<LineEditor>> Create(std::string_view prompt,
                                                            size_t line_bytes_max,
                                                            int history_lines);
  // Puts the terminal back.
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  // kLine: `line` is what was typed, and nothing stands on the terminal until NextLine. kEnd:
  // Ctrl-D on an empty line. A key that would make the line too long only beeps.
  Typed Type(char32_t key, std::string* line);
  void NextLine();

  void set_prompt(std::string_view prompt);

  // Takes prompt and typed part off the screen, and puts them where the cursor is then.
  void Hide();
  void Show();

  void Resized();  // SIGWINCH
  void Suspend();  // Ctrl-Z: returns when the program goes on
  // SIGCONT, also after a stop that nobody could catch: others had the terminal meanwhile.
  void Continued();

 private:
  struct EndEditor {
    void operator()(EditLine* editor) const { el_end(editor); }
  };
  struct EndHistory {
    void operator()(HistoryW* history) const { history_wend(history); }
  };

  LineEditor(size_t line_bytes_max) : line_bytes_max_(line_bytes_max) {}
  absl::Status Start(int history_lines);
  static wchar_t* Prompt(EditLine* editor);
  static int NextKey(EditLine* editor, wchar_t* key);
  bool Refuses(char32_t key);
  int CursorRow();
  void Reclaim();

  const size_t line_bytes_max_;
  TerminalModes modes_;
  std::wstring prompt_;
  wchar_t key_ = 0;  // that libedit is to read; 0: none
  bool shown_ = false;
  bool suspended_ = false;  // and its SIGCONT is to come
  std::unique_ptr<HistoryW, EndHistory> history_;
  std::unique_ptr<EditLine, EndEditor> editor_;
};

}  // namespace sluice::terminal

#endif  // SLUICE_TOOLS_TERMINAL_LINE_EDITOR_H_
