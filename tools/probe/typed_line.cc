#include "tools/probe/typed_line.h"

#include <utility>

#include "tools/report/table.h"

namespace sluice::probe {
namespace {

std::string Utf8Of(std::u32string_view text) {
  std::string bytes;
  for (const char32_t c : text) {
    const auto tail = [&](int shift) { return static_cast<char>(0x80 | (c >> shift & 0x3f)); };
    if (c < 0x80) {
      bytes += static_cast<char>(c);
    } else if (c < 0x800) {
      bytes += {static_cast<char>(0xc0 | c >> 6), tail(0)};
    } else if (c < 0x10000) {
      bytes += {static_cast<char>(0xe0 | c >> 12), tail(6), tail(0)};
    } else {
      bytes += {static_cast<char>(0xf0 | c >> 18), tail(12), tail(6), tail(0)};
    }
  }
  return bytes;
}

size_t WidthOf(char32_t character) {
  return report::DisplayWidth(Utf8Of(std::u32string(1, character)));
}

}  // namespace

void TypedLine::Insert(char32_t character) {
  if (text_.size() == kCharactersMax) return;
  text_.insert(cursor_++, 1, character);
}

void TypedLine::DeleteBefore() {
  if (cursor_ > 0) text_.erase(--cursor_, 1);
}

void TypedLine::DeleteAt() {
  if (cursor_ < text_.size()) text_.erase(cursor_, 1);
}

void TypedLine::DeleteWordBefore() {
  const size_t end = cursor_;
  while (cursor_ > 0 && text_[cursor_ - 1] == ' ') --cursor_;
  while (cursor_ > 0 && text_[cursor_ - 1] != ' ') --cursor_;
  text_.erase(cursor_, end - cursor_);
}

void TypedLine::DeleteToBegin() {
  text_.erase(0, std::exchange(cursor_, 0));
}

void TypedLine::Left() {
  if (cursor_ > 0) --cursor_;
}

void TypedLine::Right() {
  if (cursor_ < text_.size()) ++cursor_;
}

void TypedLine::Recall(size_t back) {
  if (back_ == 0) typed_ = text_;
  back_ = back;
  text_ = back == 0 ? typed_ : history_[back - 1];
  cursor_ = text_.size();
}

void TypedLine::Older() {
  if (back_ < history_.size()) Recall(back_ + 1);
}

void TypedLine::Newer() {
  if (back_ > 0) Recall(back_ - 1);
}

std::string TypedLine::Take() {
  std::u32string line = std::exchange(text_, {});
  cursor_ = back_ = 0;
  if (!line.empty() && (history_.empty() || history_.front() != line)) {
    history_.push_front(line);
    if (history_.size() > kHistoryMax) history_.pop_back();
  }
  return Utf8Of(line);
}

TypedLine::Window TypedLine::Fit(size_t columns) const {
  // From the cursor to the left, one column kept for the cursor itself.
  size_t begin = cursor_;
  size_t width = 0;
  while (begin > 0 && width + WidthOf(text_[begin - 1]) < columns) width += WidthOf(text_[--begin]);
  size_t end = cursor_;
  size_t right = width;
  while (end < text_.size() && right + WidthOf(text_[end]) <= columns)
    right += WidthOf(text_[end++]);
  return {Utf8Of(std::u32string_view(text_).substr(begin, end - begin)), width};
}

}  // namespace sluice::probe
