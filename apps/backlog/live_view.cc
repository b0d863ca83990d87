#include "apps/backlog/live_view.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>

#include "apps/backlog/text.h"
#include "nlohmann/json.hpp"

namespace sluice::backlog {
namespace {

constexpr size_t kBarColumns = 32;
constexpr const char* kRed = "\x1b[31m";  // ECMA-48 SGR
constexpr const char* kPlain = "\x1b[0m";

// Above its limit the queue is full; at it one more fits (sk_acceptq_is_full).
bool IsFull(const AcceptQueue& queue) {
  return queue.length > queue.limit;
}

std::string SecondsText(double seconds) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.0f s", seconds);
  return text;
}

// "[######......]", as long as what fits in all: limit + 1.
std::string Bar(const AcceptQueue& queue) {
  const uint64_t fits = uint64_t{queue.limit} + 1;
  const size_t columns = static_cast<size_t>(std::min<uint64_t>(fits, kBarColumns));
  const size_t filled = static_cast<size_t>(
      std::min<uint64_t>(columns, (uint64_t{queue.length} * columns + fits - 1) / fits));
  return "[" + std::string(filled, '#') + std::string(columns - filled, '.') + "]";
}

std::string QueueText(const AcceptQueue& queue) {
  return std::to_string(queue.length) + "/" + std::to_string(queue.limit);
}

std::string CountsText(const ServerCounts& counts, const char* gap) {
  std::string text = "accepted " + std::to_string(counts.accepted) + gap + "serving " +
                     std::to_string(counts.serving) + gap + "served " +
                     std::to_string(counts.served);
  if (counts.left > 0) text += gap + ("gone before their turn " + std::to_string(counts.left));
  return text;
}

void AppendLines(const std::string& text, std::vector<std::string>& lines) {
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
}

}  // namespace

std::vector<std::string> SnapshotBlock(const ServeSnapshot& snapshot, const std::string& title,
                                       bool colour) {
  const QueueReading& reading = snapshot.reading;
  const bool full = IsFull(reading.queue);
  std::string queue = "  accept queue  " + Bar(reading.queue) + " " + QueueText(reading.queue);
  if (full) queue += std::string("  ") + (colour ? kRed : "") + "FULL" + (colour ? kPlain : "");
  queue += "  (peak " + std::to_string(reading.queue_peak) + ")";
  std::vector<std::string> lines = {title + ", " + SecondsText(snapshot.seconds), queue,
                                    "  half-open     " + std::to_string(reading.half_open) +
                                        " in SYN_RECV  (peak " +
                                        std::to_string(reading.half_open_peak) + ")",
                                    "  " + CountsText(snapshot.counts, "   ")};
  const std::string counters = CounterLines(snapshot.counters);
  lines.push_back(counters.empty() ? "  no counter of the kernel's has moved"
                                   : "  the kernel's counters since the start:");
  AppendLines(counters, lines);
  return lines;
}

std::string SnapshotLine(const ServeSnapshot& snapshot) {
  const QueueReading& reading = snapshot.reading;
  std::string line = SecondsText(snapshot.seconds) + "  accept queue " + QueueText(reading.queue) +
                     (IsFull(reading.queue) ? " FULL" : "") + "  half-open " +
                     std::to_string(reading.half_open) + "  " + CountsText(snapshot.counts, "  ");
  for (const auto& [name, value] : snapshot.counters) {
    if (IsQueueCounter(name)) line += "  " + ShortCounterName(name) + " +" + std::to_string(value);
  }
  return line + "\n";
}

std::string SnapshotSummary(const ServeSnapshot& snapshot) {
  const QueueReading& reading = snapshot.reading;
  char time[32];
  std::snprintf(time, sizeof(time), "%.1f s", snapshot.seconds);
  std::string text = std::string("summary of ") + time + ": " + CountsText(snapshot.counts, ", ") +
                     ", waiting " + std::to_string(reading.queue.length) +
                     (reading.queue.length > 0 ? " (reset now)" : "") + "\n  accept queue peak " +
                     std::to_string(reading.queue_peak) + " of limit " +
                     std::to_string(reading.queue.limit) + " + 1, half-open peak " +
                     std::to_string(reading.half_open_peak) + "\n";
  return text + CounterLines(snapshot.counters);
}

nlohmann::json SnapshotAsJson(const ServeSnapshot& snapshot, std::string_view event) {
  const QueueReading& reading = snapshot.reading;
  return {{"event", event},
          {"seconds", snapshot.seconds},
          {"accept_queue",
           {{"length", reading.queue.length},
            {"limit", reading.queue.limit},
            {"peak", reading.queue_peak}}},
          {"half_open", {{"length", reading.half_open}, {"peak", reading.half_open_peak}}},
          {"accepted", snapshot.counts.accepted},
          {"serving", snapshot.counts.serving},
          {"served", snapshot.counts.served},
          {"left", snapshot.counts.left},
          {"counters", snapshot.counters}};
}

}  // namespace sluice::backlog
