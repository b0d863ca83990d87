// What a terminal sends for the keys somebody presses, as whole keys: a character may come in
// pieces, and an arrow is three bytes. Nobody has to wait for the rest of either.
#ifndef SLUICE_TOOLS_TERMINAL_KEY_DECODER_H_
#define SLUICE_TOOLS_TERMINAL_KEY_DECODER_H_

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"

namespace sluice::terminal {

// Keys beyond characters, as control characters that no keyboard needs; LineEditor binds them.
inline constexpr char32_t kKeyHome = 0x01;          // Ctrl-A
inline constexpr char32_t kKeyLeft = 0x02;          // Ctrl-B
inline constexpr char32_t kKeyEnd = 0x05;           // Ctrl-E
inline constexpr char32_t kKeyRight = 0x06;         // Ctrl-F
inline constexpr char32_t kKeyDown = 0x0e;          // Ctrl-N
inline constexpr char32_t kKeyUp = 0x10;            // Ctrl-P
inline constexpr char32_t kKeyDeleteBefore = 0x17;  // Ctrl-W
inline constexpr char32_t kKeyDeleteWord = 0x1c;
inline constexpr char32_t kKeyWordLeft = 0x1d;
inline constexpr char32_t kKeyWordRight = 0x1e;
inline constexpr char32_t kKeyDelete = 0x1f;

class KeyDecoder {
 public:
  // Calls `on_key` for each key that is complete. Sequences it does not know are dropped, as are
  // bytes that are not UTF-8.
  void Feed(std::string_view bytes, absl::FunctionRef<void(char32_t)> on_key);

 private:
  static constexpr size_t kSequenceBytesMax = 32;  // what is longer is no key

  std::string pending_;  // the beginning of a key
};

}  // namespace sluice::terminal

#endif  // SLUICE_TOOLS_TERMINAL_KEY_DECODER_H_
