#include "apps/backlog/queue_watch.h"

#include <algorithm>
#include <string_view>

#include "tools/netlab/listen_queue.h"

namespace sluice::backlog {

absl::StatusOr<std::unique_ptr<QueueWatch>> QueueWatch::Start(Loop& loop, const Listener& listener,
                                                              const WatchIntervals& intervals) {
  absl::StatusOr<netlab::CounterSnapshot> before = netlab::CounterSnapshot::Take();
  if (!before.ok()) return before.status();
  // That both can be read is found out now; later failures keep the last values.
  if (absl::StatusOr<AcceptQueue> queue = listener.accept_queue(); !queue.ok()) {
    return queue.status();
  }
  if (absl::StatusOr<uint32_t> held = netlab::CountHalfOpen(listener.endpoint().port());
      !held.ok()) {
    return held.status();
  }
  auto watch = std::unique_ptr<QueueWatch>(new QueueWatch(loop, listener, intervals));
  watch->before_ = *std::move(before);
  watch->ReadQueue();
  watch->ReadHalfOpen();
  return watch;
}

// Each reading arms its timer anew.
QueueWatch::QueueWatch(Loop& loop, const Listener& listener, const WatchIntervals& intervals)
    : listener_(listener),
      intervals_(intervals),
      queue_timer_(loop, [this] { ReadQueue(); }),
      half_open_timer_(loop, [this] { ReadHalfOpen(); }) {}

void QueueWatch::ReadQueue() {
  queue_timer_.ArmAfter(intervals_.queue);
  const absl::StatusOr<AcceptQueue> queue = listener_.accept_queue();
  if (!queue.ok()) return;
  reading_.queue = *queue;
  reading_.queue_peak = std::max(reading_.queue_peak, queue->length);
}

void QueueWatch::ReadHalfOpen() {
  half_open_timer_.ArmAfter(intervals_.half_open);
  const absl::StatusOr<uint32_t> held = netlab::CountHalfOpen(listener_.endpoint().port());
  if (!held.ok()) return;
  reading_.half_open = *held;
  reading_.half_open_peak = std::max(reading_.half_open_peak, *held);
}

const QueueReading& QueueWatch::Read() {
  ReadQueue();
  ReadHalfOpen();
  return reading_;
}

absl::StatusOr<netlab::CounterSnapshot> QueueWatch::Since() const {
  absl::StatusOr<netlab::CounterSnapshot> now = netlab::CounterSnapshot::Take();
  if (!now.ok()) return now.status();
  return now->Since(before_);
}

MovedCounters MovedOf(const netlab::CounterSnapshot& difference) {
  MovedCounters moved;
  for (const netlab::CounterNote& note : netlab::WatchedCounters()) {
    const int64_t value = difference.Get(note.name);
    if (value != 0) moved[std::string(note.name)] = value;
  }
  return moved;
}

bool IsQueueCounter(std::string_view name) {
  constexpr std::string_view kTraffic[] = {"TcpExt.TCPTimeouts", "TcpExt.TW", "TcpExt.TWRecycled",
                                           "TcpExt.TCPTimeWaitOverflow", "TcpExt.DelayedACKs"};
  return name.substr(0, 7) == "TcpExt." &&
         std::find(std::begin(kTraffic), std::end(kTraffic), name) == std::end(kTraffic);
}

std::string ShortCounterName(std::string_view name) {
  return std::string(name.substr(name.find('.') + 1));
}

}  // namespace sluice::backlog
