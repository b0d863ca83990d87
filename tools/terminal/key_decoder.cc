#include "tools/terminal/key_decoder.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "tools/text/utf8_front.h"

namespace sluice::terminal {
namespace {

constexpr char kEscape = '\x1b';

struct Sequence {
  std::string_view bytes;  // behind the escape
  char32_t key;
};

// xterm's and the Linux console's (console_codes(4), "XTerm Control Sequences").
constexpr Sequence kSequences[] = {{"[A", kKeyUp},
                                   {"OA", kKeyUp},
                                   {"[B", kKeyDown},
                                   {"OB", kKeyDown},
                                   {"[C", kKeyRight},
                                   {"OC", kKeyRight},
                                   {"[D", kKeyLeft},
                                   {"OD", kKeyLeft},
                                   {"[H", kKeyHome},
                                   {"OH", kKeyHome},
                                   {"[1~", kKeyHome},
                                   {"[7~", kKeyHome},
                                   {"[F", kKeyEnd},
                                   {"OF", kKeyEnd},
                                   {"[4~", kKeyEnd},
                                   {"[8~", kKeyEnd},
                                   {"[3~", kKeyDelete},
                                   {"[1;5C", kKeyWordRight},
                                   {"[1;3C", kKeyWordRight},
                                   {"f", kKeyWordRight},
                                   {"[1;5D", kKeyWordLeft},
                                   {"[1;3D", kKeyWordLeft},
                                   {"b", kKeyWordLeft},
                                   {"d", kKeyDeleteWord},
                                   {"\x7f", kKeyDeleteBefore}};

// Bytes of the sequence that `text` begins with, its escape included; 0: its end has not come.
size_t SequenceSize(std::string_view text) {
  if (text.size() < 2) return 0;
  if (text[1] == kEscape) return 1;  // pressed again: the first meant nothing
  if (text[1] == 'O') return text.size() < 3 ? 0 : 3;
  if (text[1] != '[') return 2;
  // Parameters, and then a final byte (ECMA-48, 5.4).
  const auto end = std::find_if(text.begin() + 2, text.end(),
                                [](unsigned char c) { return c < 0x20 || c >= 0x40; });
  return end == text.end() ? 0 : static_cast<size_t>(end - text.begin()) + 1;
}

}  // namespace

void KeyDecoder::Feed(std::string_view bytes, absl::FunctionRef<void(char32_t)> on_key) {
  const std::string all = std::exchange(pending_, {}) + std::string(bytes);
  std::string_view rest = all;
  while (!rest.empty()) {
    if (rest.front() != kEscape) {
      const text::Utf8Front front = text::FrontOf(rest);
      if (front.kind == text::Utf8Front::Kind::kIncomplete) break;
      if (front.kind == text::Utf8Front::Kind::kCharacter) on_key(front.value);
      rest.remove_prefix(front.bytes);
      continue;
    }
    const size_t size = SequenceSize(rest);
    if (size == 0 && rest.size() <= kSequenceBytesMax) break;
    for (const Sequence& sequence : kSequences) {
      if (size > 0 && sequence.bytes == rest.substr(1, size - 1)) on_key(sequence.key);
    }
    rest.remove_prefix(size == 0 ? rest.size() : size);
  }
  pending_ = rest;
}

}  // namespace sluice::terminal
