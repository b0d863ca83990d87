// Received bytes as characters that may be shown: nothing a terminal would obey gets through.
#ifndef SLUICE_TOOLS_PROBE_CHARACTERS_H_
#define SLUICE_TOOLS_PROBE_CHARACTERS_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/text/converter.h"

namespace sluice::probe {

// One character, or bytes that are none.
struct Character {
  size_t begin = 0;  // in the bytes it was read from
  size_t size = 0;
  std::string text;    // UTF-8; empty: it is not to be shown (control, unassigned, no character)
  size_t columns = 0;  // of `text` on a terminal, 1 or 2
};

// Reads one encoding.
class Characters {
 public:
  // InvalidArgument, with names that work, where the encoding is unknown.
  static absl::StatusOr<Characters> Create(std::string_view encoding);

  // All of `bytes`, in order and without gaps. A character cut off at either end is none: that is
  // what a chunk boundary inside a character looks like.
  std::vector<Character> Read(std::string_view bytes);

  // Text into this encoding. InvalidArgument where it lacks a character.
  absl::StatusOr<std::string> Encode(std::string_view utf8) const;

  const std::string& encoding() const { return encoding_; }

 private:
  Characters(std::string encoding, text::Converter to_utf8)
      : encoding_(std::move(encoding)), to_utf8_(std::move(to_utf8)) {}

  std::string encoding_;
  text::Converter to_utf8_;
};

// Whether a UTF-8 character may be shown: it takes one or two columns and steers nothing (no
// control character, no direction mark).
bool IsHarmless(std::string_view utf8_character);

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_CHARACTERS_H_
