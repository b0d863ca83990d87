#include "tools/terminal/line_editor.h"

#include <langinfo.h>

#include <algorithm>
#include <clocale>
#include <cstdio>
#include <cstring>
#include <cwctype>
#include <utility>

#include "absl/status/status.h"
#include "tools/terminal/key_decoder.h"
#include "tools/text/utf8_front.h"

namespace sluice::terminal {
namespace {

constexpr char32_t kEndOfInput = 0x04;  // Ctrl-D

// What waits for another key is taken away, since there may be none for a long time; keys beyond
// characters do what key_decoder.h calls them.
constexpr const char* kBindings[][2] = {
    {"^X", "ed-unassigned"},  {"^V", "ed-unassigned"},         {"^R", "ed-search-prev-history"},
    {"^[", "ed-unassigned"},  {"\x1c", "em-delete-next-word"}, {"\x1d", "ed-prev-word"},
    {"\x1e", "em-next-word"}, {"\x1f", "ed-delete-next-char"}};

std::wstring ToWide(std::string_view text) {
  std::wstring wide;
  while (!text.empty()) {
    const text::Utf8Front front = text::FrontOf(text);
    const bool character = front.kind == text::Utf8Front::Kind::kCharacter;
    wide += static_cast<wchar_t>(character ? front.value : U'\ufffd');
    text.remove_prefix(character ? front.bytes : 1);
  }
  return wide;
}

std::string ToUtf8(const wchar_t* begin, const wchar_t* end) {
  std::string text;
  for (; begin != end; ++begin) text::AppendUtf8(static_cast<char32_t>(*begin), text);
  return text;
}

// libedit measures and writes characters as the locale has them.
void UseUtf8() {
  const char* locale = std::setlocale(LC_CTYPE, "");
  if (locale != nullptr && std::strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return;
  std::setlocale(LC_CTYPE, "C.UTF-8");
}

}  // namespace

absl::StatusOr<std::unique_ptr<LineEditor>> LineEditor::Create(std::string_view prompt,
                                                               size_t line_bytes_max,
                                                               int history_lines) {
  UseUtf8();
  std::unique_ptr<LineEditor> editor(new LineEditor(line_bytes_max));
  editor->prompt_ = ToWide(prompt);
  if (absl::Status status = editor->Start(history_lines); !status.ok()) return status;
  return editor;
}

absl::Status LineEditor::Start(int history_lines) {
  history_.reset(history_winit());
  editor_.reset(el_init("sluice", stdin, stdout, stderr));
  if (history_ == nullptr || editor_ == nullptr) {
    return absl::UnavailableError("the terminal: libedit cannot edit lines on it");
  }
  HistEventW event;
  history_w(history_.get(), &event, H_SETSIZE, history_lines);
  history_w(history_.get(), &event, H_SETUNIQUE, 1);
  EditLine* editor = editor_.get();
  el_wset(editor, EL_CLIENTDATA, this);
  el_wset(editor, EL_PROMPT, Prompt);
  el_wset(editor, EL_GETCFN, NextKey);
  el_wset(editor, EL_HIST, history_w, history_.get());
  el_wset(editor, EL_EDITOR, L"emacs");
  for (const auto& [key, command] : kBindings) {
    el_set(editor, EL_BIND, key, command, nullptr);
  }
  el_wset(editor, EL_UNBUFFERED, 1);  // one key a call; shows the prompt
  shown_ = true;
  return absl::OkStatus();
}

LineEditor::~LineEditor() {
  if (editor_ == nullptr) return;
  if (shown_) {
    el_cursor(editor_.get(), static_cast<int>(line_bytes_max_));
    Hide();
    Show();
    std::fputs("\n", stdout);
    std::fflush(stdout);
  }
  el_wset(editor_.get(), EL_UNBUFFERED, 0);
}

wchar_t* LineEditor::Prompt(EditLine* editor) {
  void* self = nullptr;
  el_wget(editor, EL_CLIENTDATA, &self);
  return static_cast<LineEditor*>(self)->prompt_.data();
}

// The key once, and then nothing: libedit's command ends there.
int LineEditor::NextKey(EditLine* editor, wchar_t* key) {
  void* self = nullptr;
  el_wget(editor, EL_CLIENTDATA, &self);
  *key = std::exchange(static_cast<LineEditor*>(self)->key_, 0);
  return *key == 0 ? 0 : 1;
}

void LineEditor::set_prompt(std::string_view prompt) {
  const bool was_shown = shown_;
  Hide();
  prompt_ = ToWide(prompt);
  if (was_shown) Show();
}

// What libedit would draw in a way that CursorRow does not know, and what makes the line too long.
bool LineEditor::Refuses(char32_t key) {
  if (key == '\t' || key == 0) return true;
  if (key < 0x20 || key == 0x7f) return false;
  if (std::iswprint(static_cast<wint_t>(key)) == 0) return true;
  const LineInfoW* line = el_wline(editor_.get());
  constexpr size_t kCharacterBytesMax = 4;
  const auto characters = static_cast<size_t>(line->lastchar - line->buffer);
  if ((characters + 1) * kCharacterBytesMax <= line_bytes_max_) return false;
  return ToUtf8(line->buffer, line->lastchar).size() + kCharacterBytesMax > line_bytes_max_;
}

LineEditor::Typed LineEditor::Type(char32_t key, std::string* line) {
  const LineInfoW* before = el_wline(editor_.get());
  if (key == kEndOfInput && before->buffer == before->lastchar) return Typed::kEnd;
  if (Refuses(key)) {
    std::fputs("\a", stdout);
    std::fflush(stdout);
    return Typed::kNothingYet;
  }
  key_ = static_cast<wchar_t>(key);
  int size = 0;
  const wchar_t* typed = el_wgets(editor_.get(), &size);
  if (typed == nullptr || size <= 0 || typed[size - 1] != L'\n') return Typed::kNothingYet;
  shown_ = false;
  *line = ToUtf8(typed, typed + size - 1);
  if (size > 1) {
    HistEventW event;
    history_w(history_.get(), &event, H_ENTER, std::wstring(typed, typed + size - 1).c_str());
  }
  return Typed::kLine;
}

// Beginning anew, which also forgets the place in the history, without giving the terminal its
// modes back in between: what is typed meanwhile would be echoed.
void LineEditor::NextLine() {
  el_wset(editor_.get(), EL_EDITMODE, 0);
  el_wset(editor_.get(), EL_UNBUFFERED, 0);
  el_wset(editor_.get(), EL_EDITMODE, 1);
  el_wset(editor_.get(), EL_UNBUFFERED, 1);
  shown_ = true;
}

// Rows below the first that the cursor stands, counted as libedit wraps (re_putc in its refresh.c).
int LineEditor::CursorRow() {
  int columns = 80;
  int rows = 24;
  el_get(editor_.get(), EL_GETTC, "co", &columns);
  el_get(editor_.get(), EL_GETTC, "li", &rows);
  const LineInfoW* line = el_wline(editor_.get());
  int row = 0;
  int column = 0;
  const auto make_room = [&](int width) {
    if (column + width > columns) {
      ++row;
      column = 0;
    }
  };
  for (const wchar_t character : prompt_ + std::wstring(line->buffer, line->cursor)) {
    const int width = std::max(wcwidth(character), 0);
    make_room(width);
    column += width;
    if (column >= columns) {
      ++row;
      column = 0;
    }
  }
  if (line->cursor < line->lastchar) make_room(std::max(wcwidth(*line->cursor), 0));
  return std::min(row, rows - 1);  // what scrolled out of sight stays there
}

void LineEditor::Hide() {
  if (!shown_) return;
  shown_ = false;
  std::fputs("\r", stdout);
  if (const int row = CursorRow(); row > 0) std::fprintf(stdout, "\x1b[%dA", row);
  std::fputs("\x1b[J", stdout);
  std::fflush(stdout);
}

void LineEditor::Show() {
  if (shown_) return;
  shown_ = true;
  el_wset(editor_.get(), EL_REFRESH);
}

void LineEditor::Resized() {
  const bool was_shown = shown_;
  Hide();
  el_resize(editor_.get());
  if (was_shown) Show();
}

void LineEditor::Suspend() {
  el_wset(editor_.get(), EL_PREP_TERM, 0);
  std::fputs("\n", stdout);
  std::fflush(stdout);
  suspended_ = true;
  StopProcess();
  Reclaim();
}

void LineEditor::Continued() {
  if (std::exchange(suspended_, false)) return;
  el_wset(editor_.get(), EL_PREP_TERM, 0);  // or libedit would think that nothing changed
  std::fputs("\r\x1b[J", stdout);
  Reclaim();
}

void LineEditor::Reclaim() {
  el_wset(editor_.get(), EL_PREP_TERM, 1);
  el_resize(editor_.get());
  if (std::exchange(shown_, false)) Show();
}

}  // namespace sluice::terminal
