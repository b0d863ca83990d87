// A chunk of bytes as lines for people: hex and text side by side, hex alone, or text alone.
//
//     0000  68 65 6c 6c 6f 0d 0a                              |hello..         |
#ifndef SLUICE_TOOLS_PROBE_CHUNK_VIEW_H_
#define SLUICE_TOOLS_PROBE_CHUNK_VIEW_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tools/probe/characters.h"

namespace sluice::probe {

enum class View { kBoth, kHex, kText };

// "both", "hex", "text".
std::string_view ViewName(View view);
View NextView(View view);

struct ChunkViewOptions {
  View view = View::kBoth;
  size_t columns = 80;       // no line is wider; at least kColumnsMin
  size_t bytes_shown = 512;  // of a chunk; a line says how many more there are. 0: all
};
inline constexpr size_t kColumnsMin = 45;

// What cannot be shown is a dot beside hex, and an escape (\r, \x1b) in the text view. An empty
// chunk, as datagrams may be, has one line that says so.
std::vector<std::string> ChunkLines(std::string_view bytes, Characters& characters,
                                    const ChunkViewOptions& options);

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_CHUNK_VIEW_H_
