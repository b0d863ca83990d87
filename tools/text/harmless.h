// Text of strangers, made fit for a terminal.
#ifndef SLUICE_TOOLS_TEXT_HARMLESS_H_
#define SLUICE_TOOLS_TEXT_HARMLESS_H_

#include <string>
#include <string_view>

namespace sluice::text {

// `text` with everything spelt out that could move the cursor, change colours, answer for the user
// or turn the reading direction round: control characters and bytes that are not UTF-8 as \x1b,
// direction marks and line separators as \u202e. A tab stays; a newline does not, or one line could
// pass for two.
std::string Harmless(std::string_view text);

}  // namespace sluice::text

#endif  // SLUICE_TOOLS_TEXT_HARMLESS_H_
