#include "tools/text/utf8_front.h"

#include <bit>

#include "protocols/utf8.h"

namespace sluice::text {

Utf8Front FrontOf(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const auto ones = static_cast<size_t>(std::countl_one(lead));
  const size_t bytes = ones == 0 ? 1 : ones;
  Utf8Validator validator;
  if (!validator.Take(text.substr(0, bytes))) return {};
  if (text.size() < bytes) return {.kind = Utf8Front::Kind::kIncomplete};
  char32_t value = bytes == 1 ? lead : lead & (0x7fU >> bytes);
  for (size_t i = 1; i < bytes; ++i) {
    value = value << 6 | (static_cast<unsigned char>(text[i]) & 0x3fU);
  }
  return {Utf8Front::Kind::kCharacter, value, bytes};
}

void AppendUtf8(char32_t character, std::string& out) {
  if (character < 0x80) {
    out += static_cast<char>(character);
    return;
  }
  const int following = character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
  out += static_cast<char>((0xf0U << (3 - following) & 0xffU) | character >> (6 * following));
  for (int shift = 6 * (following - 1); shift >= 0; shift -= 6) {
    out += static_cast<char>(0x80 | (character >> shift & 0x3f));
  }
}

}  // namespace sluice::text
