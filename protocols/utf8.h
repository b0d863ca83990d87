// UTF-8 as RFC 3629 has it, checked piece by piece: no overlong form, no surrogate, nothing above
// U+10FFFF. A piece may end inside a character; what can never become one is refused at its first
// impossible byte.
//
//   Utf8Validator text;
//   if (!text.Take(piece)) Refuse();     // of each piece
//   if (!text.complete()) Refuse();      // at the end
#ifndef SLUICE_PROTOCOLS_UTF8_H_
#define SLUICE_PROTOCOLS_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice {

class Utf8Validator {
 public:
  // False when a byte of `bytes`, or of a piece before, is in no text; it stays false until Reset.
  bool Take(std::string_view bytes);

  // What was taken ends between two characters, and all of it was text.
  bool complete() const { return state_ == 0; }
  void Reset() { state_ = 0; }

 private:
  uint8_t state_ = 0;  // of the automaton in utf8.cc
};

inline bool IsUtf8(std::string_view text) {
  Utf8Validator validator;
  return validator.Take(text) && validator.complete();
}

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_UTF8_H_
