#include "tools/probe/characters.h"

#include "tools/probe/escapes.h"
#include "tools/report/table.h"
#include "tools/text/utf8_front.h"

namespace sluice::probe {
namespace {

// Moves what follows it, or is no character at all.
bool Steers(char32_t value) {
  return value < 0x20 || (value >= 0x7f && value < 0xa0) || value == 0xad ||
         (value >= 0x2028 && value <= 0x202f) || (value >= 0x2060 && value <= 0x206f) ||
         (value >= 0xe000 && value <= 0xf8ff) || value == 0x61c || value == 0xfeff ||
         (value >= 0xfff0 && value <= 0xffff) || value >= 0xe0000;
}

}  // namespace

bool IsHarmless(std::string_view utf8_character) {
  if (utf8_character.empty()) return false;
  const text::Utf8Front front = text::FrontOf(utf8_character);
  return front.kind == text::Utf8Front::Kind::kCharacter && front.bytes == utf8_character.size() &&
         !Steers(front.value) && report::DisplayWidth(utf8_character) > 0;
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
