// The events on the screen: the newest that fit, or older ones after scrolling back. Without a
// terminal.
#ifndef SLUICE_TOOLS_PROBE_LOG_PANE_H_
#define SLUICE_TOOLS_PROBE_LOG_PANE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "tools/probe/characters.h"
#include "tools/probe/chunk_view.h"
#include "tools/probe/event.h"

namespace sluice::probe {

class LogPane {
 public:
  // What goes beyond either is forgotten, the oldest first.
  static constexpr size_t kEventsMax = 10'000;
  static constexpr size_t kBytesMax = 32 << 20;

  struct Line {
    EventKind kind;
    bool head;  // the first line of its event
    std::string text;
  };

  LogPane(Characters characters, ChunkViewOptions options)
      : characters_(std::move(characters)), options_(options) {}

  void Add(const Event& event);
  void Resize(size_t columns, size_t rows);
  void SetView(View view);
  View view() const { return options_.view; }

  // Towards older lines; negative: towards newer ones. What is shown stays where it is while events
  // come, unless the newest is in sight.
  void Scroll(long lines);
  void ScrollToEnd() { below_ = 0; }
  size_t lines_below() const { return below_; }
  size_t rows() const { return rows_; }

  // At most rows(), the newest last.
  std::vector<Line> Visible();

 private:
  struct Entry {
    Event event;  // its views are into the two strings
    std::string bytes, text;
    uint32_t rendered = 0;  // for which generation_
    std::vector<std::string> lines;
  };

  const std::vector<std::string>& LinesOf(Entry& entry);

  Characters characters_;
  ChunkViewOptions options_;
  size_t rows_ = 1;
  std::deque<Entry> entries_;
  size_t bytes_ = 0;
  size_t below_ = 0;         // lines newer than the last one in sight
  uint32_t generation_ = 1;  // of view and width
};

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_LOG_PANE_H_
