// How a running server shows its queues: as a block for terminals, a line for pipes, JSON for
// machines. Rendering is pure; LiveBlock alone writes.
#ifndef SLUICE_APPS_BACKLOG_LIVE_VIEW_H_
#define SLUICE_APPS_BACKLOG_LIVE_VIEW_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "apps/backlog/queue_watch.h"
#include "apps/backlog/server.h"
#include "nlohmann/json_fwd.hpp"

namespace sluice::backlog {

struct ServeSnapshot {
  double seconds = 0;  // since the start
  QueueReading reading;
  ServerCounts counts;
  MovedCounters counters;  // since the start
};

// Without line ends. `title` stands first.
std::vector<std::string> SnapshotBlock(const ServeSnapshot& snapshot, const std::string& title,
                                       bool colour);

// "3 s  accept queue 6/5 FULL  half-open 0  accepted 0  ...", with a line end.
std::string SnapshotLine(const ServeSnapshot& snapshot);

// What it came to, for people.
std::string SnapshotSummary(const ServeSnapshot& snapshot);

// `event` is "sample" or "summary".
nlohmann::json SnapshotAsJson(const ServeSnapshot& snapshot, std::string_view event);

// A block of lines on standard output that is drawn over again.
class LiveBlock {
 public:
  // Whether standard output is a terminal that understands escapes.
  static bool Possible();

  void Draw(const std::vector<std::string>& lines);
  // Removes it, for something else to stand there.
  void Clear() { Draw({}); }

 private:
  size_t lines_shown_ = 0;
};

}  // namespace sluice::backlog

#endif  // SLUICE_APPS_BACKLOG_LIVE_VIEW_H_
