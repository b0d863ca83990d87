// The first character of UTF-8 text that may end, or break, anywhere.
#ifndef SLUICE_TOOLS_TEXT_UTF8_FRONT_H_
#define SLUICE_TOOLS_TEXT_UTF8_FRONT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::text {

struct Utf8Front {
  enum class Kind { kCharacter, kIncomplete, kBroken };
  Kind kind = Kind::kBroken;
  char32_t value = 0;  // kCharacter
  size_t bytes = 1;    // to go on behind; not for kIncomplete
};

// `text` is not empty.
Utf8Front FrontOf(std::string_view text);

void AppendUtf8(char32_t character, std::string& out);

}  // namespace sluice::text

#endif  // SLUICE_TOOLS_TEXT_UTF8_FRONT_H_
