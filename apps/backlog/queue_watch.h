// Watches what the kernel says of one listener: its queues, their peaks, and the counters that
// moved meanwhile.
#ifndef SLUICE_APPS_BACKLOG_QUEUE_WATCH_H_
#define SLUICE_APPS_BACKLOG_QUEUE_WATCH_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "reactor/loop.h"
#include "tools/netlab/counters.h"

namespace sluice::backlog {

struct QueueReading {
  AcceptQueue queue;
  uint32_t queue_peak = 0;
  uint32_t half_open = 0;
  uint32_t half_open_peak = 0;
};

struct WatchIntervals {
  Duration queue = std::chrono::milliseconds(1);       // a reading costs 2 us
  Duration half_open = std::chrono::milliseconds(50);  // 0.3 ms, and 0.3 more a thousand held
};

// Counters by their full names ("TcpExt.ListenOverflows"), those that moved only.
using MovedCounters = std::map<std::string, int64_t>;

// On the loop of its listener; must go before either. The counters are the whole network
// namespace's: the kernel has none by listener.
class QueueWatch {
 public:
  static absl::StatusOr<std::unique_ptr<QueueWatch>> Start(Loop& loop, const Listener& listener,
                                                           const WatchIntervals& intervals);

  // Reads now. What cannot be read keeps its last value.
  const QueueReading& Read();
  // The peaks so far and the last readings.
  const QueueReading& reading() const { return reading_; }

  absl::StatusOr<netlab::CounterSnapshot> Since() const;

 private:
  QueueWatch(Loop& loop, const Listener& listener, const WatchIntervals& intervals);
  void ReadQueue();
  void ReadHalfOpen();

  const Listener& listener_;
  WatchIntervals intervals_;
  netlab::CounterSnapshot before_;
  QueueReading reading_;
  Timer queue_timer_;
  Timer half_open_timer_;
};

// The watched counters that are not 0 in `difference`.
MovedCounters MovedOf(const netlab::CounterSnapshot& difference);

// Whether a counter tells of listen queues and handshakes rather than of traffic in general.
bool IsQueueCounter(std::string_view name);

// "ListenOverflows" of "TcpExt.ListenOverflows".
std::string ShortCounterName(std::string_view name);

}  // namespace sluice::backlog

#endif  // SLUICE_APPS_BACKLOG_QUEUE_WATCH_H_
