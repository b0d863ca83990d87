#include "tools/text/harmless.h"

#include <cstdio>

#include "tools/text/utf8_front.h"

namespace sluice::text {
namespace {

bool IsControl(char32_t c) {
  return (c < 0x20 && c != '\t') || (c >= 0x7f && c < 0xa0);
}

// Line and paragraph separator, and what reorders the text around it (Unicode annex 9, 2).
bool Misleads(char32_t c) {
  return c == 0x61c || (c >= 0x200e && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069);
}

void AppendSpelt(const char* format, unsigned value, std::string& out) {
  char spelt[16];
  std::snprintf(spelt, sizeof(spelt), format, value);
  out += spelt;
}

}  // namespace

std::string Harmless(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Front front = FrontOf(text);
    const bool character = front.kind == Utf8Front::Kind::kCharacter;
    const size_t bytes = character ? front.bytes : 1;
    if (!character || IsControl(front.value)) {
      for (const unsigned char byte : text.substr(0, bytes)) AppendSpelt("\\x%02x", byte, out);
    } else if (Misleads(front.value)) {
      AppendSpelt("\\u%04x", front.value, out);
    } else {
      out += text.substr(0, bytes);
    }
    text.remove_prefix(bytes);
  }
  return out;
}

}  // namespace sluice::text
