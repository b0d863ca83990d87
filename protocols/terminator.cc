#include "protocols/terminator.h"

#include "reactor/base/check.h"

namespace sluice {

Terminator::Terminator(std::string_view bytes) : bytes_(bytes), border_(bytes.size(), 0) {
  SLUICE_CHECK(bytes_.size() >= 2, "a terminator of one byte needs no matcher");
  size_t matched = 0;
  for (size_t i = 1; i < bytes_.size(); ++i) {
    while (matched > 0 && bytes_[i] != bytes_[matched]) matched = border_[matched - 1];
    if (bytes_[i] == bytes_[matched]) ++matched;
    border_[i] = matched;
  }
}

size_t Terminator::FindEnd(std::string_view text, size_t from, size_t* matched) const {
  SLUICE_CHECK(*matched < bytes_.size(), "a whole terminator was found before");
  size_t match = *matched;
  size_t i = from;
  while (i < text.size()) {
    if (match == 0) {
      i = text.find(bytes_[0], i);  // memchr: what cannot start a terminator passes at its speed
      if (i == std::string_view::npos) break;
      match = 1;
      ++i;
      continue;
    }
    while (match > 0 && text[i] != bytes_[match]) match = border_[match - 1];
    if (text[i] == bytes_[match]) ++match;
    ++i;
    if (match == bytes_.size()) {
      *matched = 0;
      return i;
    }
  }
  *matched = match;
  return std::string_view::npos;
}

bool Terminator::CanEnd(std::string_view message) const {
  size_t matched = 0;
  if (FindEnd(message, 0, &matched) != std::string_view::npos) return false;
  return FindEnd(bytes_, 0, &matched) == bytes_.size();
}

}  // namespace sluice
