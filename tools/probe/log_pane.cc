#include "tools/probe/log_pane.h"

#include <algorithm>

#include "tools/probe/event_view.h"
#include "tools/report/table.h"

namespace sluice::probe {
namespace {

// A head that is too wide goes on in the next lines; the bytes under it fit as they are.
void WrapFirst(std::vector<std::string>& lines, size_t columns) {
  std::vector<std::string> wrapped;
  std::string rest = lines.front();
  while (report::DisplayWidth(rest) > columns) {
    const std::string piece(report::CutToWidth(rest, columns));
    wrapped.push_back(piece);
    rest = "    " + rest.substr(piece.size());
  }
  wrapped.push_back(std::move(rest));
  lines.erase(lines.begin());
  lines.insert(lines.begin(), wrapped.begin(), wrapped.end());
}

}  // namespace

void LogPane::Add(const Event& event) {
  Entry& entry = entries_.emplace_back();
  entry.event = event;
  entry.bytes = std::string(event.bytes);
  entry.text = std::string(event.text);
  bytes_ += entry.bytes.size();
  if (below_ > 0) below_ += LinesOf(entry).size();
  while (entries_.size() > kEventsMax || (bytes_ > kBytesMax && entries_.size() > 1)) {
    bytes_ -= entries_.front().bytes.size();
    entries_.pop_front();
  }
}

const std::vector<std::string>& LogPane::LinesOf(Entry& entry) {
  if (entry.rendered == generation_) return entry.lines;
  entry.event.bytes = entry.bytes;
  entry.event.text = entry.text;
  entry.lines = EventLines(entry.event, characters_, options_);
  WrapFirst(entry.lines, options_.columns);
  entry.rendered = generation_;
  return entry.lines;
}

void LogPane::Resize(size_t columns, size_t rows) {
  options_.columns = std::max(columns, kColumnsMin);
  rows_ = std::max<size_t>(rows, 1);
  ++generation_;
}

void LogPane::SetView(View view) {
  options_.view = view;
  ++generation_;
}

void LogPane::Scroll(long lines) {
  if (lines < 0) {
    below_ -= std::min(below_, static_cast<size_t>(-lines));
    return;
  }
  below_ += static_cast<size_t>(lines);
  // Not beyond the oldest line: a full pane of them stays in sight.
  size_t all = 0;
  for (auto entry = entries_.rbegin(); entry != entries_.rend() && all < below_ + rows_; ++entry) {
    all += LinesOf(*entry).size();
  }
  below_ = std::min(below_, all - std::min(all, rows_));
}

std::vector<LogPane::Line> LogPane::Visible() {
  std::vector<Line> lines;  // newest first
  size_t skip = below_;
  for (auto entry = entries_.rbegin(); entry != entries_.rend() && lines.size() < rows_; ++entry) {
    const std::vector<std::string>& all = LinesOf(*entry);
    for (size_t i = all.size(); i-- > 0 && lines.size() < rows_;) {
      if (skip > 0) {
        --skip;
        continue;
      }
      lines.push_back({entry->event.kind, i == 0, all[i]});
    }
  }
  std::reverse(lines.begin(), lines.end());
  return lines;
}

}  // namespace sluice::probe
