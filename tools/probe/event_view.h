// Events as lines for people: a head with time, direction, peer and size, and under it the bytes.
//
//   20:15:03.123456 +0.000213  <- #1 127.0.0.1:9999  chunk 2, 5 bytes
//     0000  68 65 6c 6c 6f                                    |hello           |
#ifndef SLUICE_TOOLS_PROBE_EVENT_VIEW_H_
#define SLUICE_TOOLS_PROBE_EVENT_VIEW_H_

#include <string>
#include <vector>

#include "tools/probe/characters.h"
#include "tools/probe/chunk_view.h"
#include "tools/probe/event.h"

namespace sluice::probe {

// "20:15:03.123456", local time.
std::string ClockText(Duration since_1970);
// "2026-11-21T20:15:03.123456Z"
std::string UtcText(Duration since_1970);

// The head, which may be wider than options.columns, and the lines of the chunk.
std::vector<std::string> EventLines(const Event& event, Characters& characters,
                                    const ChunkViewOptions& options);

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_EVENT_VIEW_H_
