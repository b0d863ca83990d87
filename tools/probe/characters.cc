#include "tools/probe/characters.h"

#include <cstdint>

#include "protocols/utf8.h"
#include "tools/probe/escapes.h"
#include "tools/report/table.h"

namespace sluice::probe {
namespace {

// Of valid UTF-8, one character.
uint32_t CodePoint(std::string_view character) {
  const auto lead = static_cast<uint8_t>(character[0]);
  if (lead < 0x80) return lead;
  uint32_t value = lead & (0x7f >> character.size());
  for (const char byte : character.substr(1)) {
    value = value << 6 | (static_cast<uint8_t>(byte) & 0x3f);
  }
  return value;
}

size_t SizeOfFirst(std::string_view utf8) {
  size_t size = 1;
  while (size < utf8.size() && (static_cast<uint8_t>(utf8[size]) & 0xc0) == 0x80) ++size;
  return size;
}

// Moves what follows it, or is no character at all.
bool Steers(uint32_t value) {
  return value < 0x20 || (value >= 0x7f && value < 0xa0) || value == 0xad ||
         (value >= 0x2028 && value <= 0x202f) || (value >= 0x2060 && value <= 0x206f) ||
         (value >= 0xe000 && value <= 0xf8ff) || value == 0x61c || value == 0xfeff ||
         (value >= 0xfff0 && value <= 0xffff) || value >= 0xe0000;
}

}  // namespace

bool IsHarmless(std::string_view utf8_character) {
  return !utf8_character.empty() && IsUtf8(utf8_character) &&
         SizeOfFirst(utf8_character) == utf8_character.size() &&
         !Steers(CodePoint(utf8_character)) && report::DisplayWidth(utf8_character) > 0;
}

absl::StatusOr<Characters> Characters::Create(std::string_view encoding) {
  absl::StatusOr<text::Converter> converter = text::Converter::Create(encoding, "UTF-8");
  if (!converter.ok()) return converter.status();
  return Characters(std::string(encoding), *std::move(converter));
}

std::vector<Character> Characters::Read(std::string_view bytes) {
  std::vector<Character> characters;
  std::string decoded;
  size_t begin = 0;
  // What lies between `begin` and `end` turned out to be `decoded`.
  const auto add = [&](size_t end, bool broken) {
    Character character{begin, end - begin, {}, 0};
    if (!broken && IsHarmless(decoded)) {
      character.text = decoded;
      character.columns = report::DisplayWidth(decoded);
    }
    characters.push_back(std::move(character));
    begin = end;
    decoded.clear();
  };
  for (size_t at = 0; at < bytes.size(); ++at) {
    const uint64_t replaced = to_utf8_.replaced();
    to_utf8_.Convert(bytes.substr(at, 1), decoded);
    const size_t end = at + 1 - to_utf8_.incomplete().size();
    if (end > begin && !decoded.empty()) add(end, to_utf8_.replaced() != replaced);
  }
  to_utf8_.Finish(decoded);
  if (begin < bytes.size()) add(bytes.size(), /*broken=*/true);
  return characters;
}

absl::StatusOr<std::string> Characters::Encode(std::string_view utf8) const {
  absl::StatusOr<text::Converter> converter = text::Converter::Create("UTF-8", encoding_);
  if (!converter.ok()) return converter.status();
  std::string encoded = converter->ConvertAll(utf8);
  if (converter->replaced() == 0) return encoded;
  return absl::InvalidArgumentError("\"" + Escape(utf8) + "\" cannot be said in " + encoding_ +
                                    ": send it as \\xHH, or choose another --encoding");
}

}  // namespace sluice::probe
