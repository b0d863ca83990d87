// The kernel's TCP and UDP counters of this network namespace: what explains a full queue.
//
//   auto before = CounterSnapshot::Take();
//   ...a storm of connects...
//   CounterSnapshot moved = CounterSnapshot::Take()->Since(*before);
//   for (const CounterNote& note : WatchedCounters())
//     if (moved.Get(note.name) != 0) Print(note.name, moved.Get(note.name), note.meaning);
#ifndef SLUICE_TOOLS_NETLAB_COUNTERS_H_
#define SLUICE_TOOLS_NETLAB_COUNTERS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace sluice::netlab {

class CounterSnapshot {
 public:
  using Map = std::map<std::string, int64_t, std::less<>>;

  // Reads netstat and snmp of the calling thread's network namespace.
  static absl::StatusOr<CounterSnapshot> Take();

  // Parses the text of such a file: pairs of lines "Group: name name" and "Group: value value".
  static absl::StatusOr<CounterSnapshot> Parse(std::string_view text);

  // By full name, "TcpExt.ListenOverflows"; 0 for one this kernel does not have.
  int64_t Get(std::string_view name) const;
  bool Has(std::string_view name) const { return values_.find(name) != values_.end(); }
  const Map& values() const { return values_; }

  // This snapshot minus an earlier one, modulo 2^64 as the kernel counts. A gauge
  // (Tcp.CurrEstab) gives its change.
  CounterSnapshot Since(const CounterSnapshot& earlier) const;

 private:
  Map values_;
};

// SYNs dropped because three quarters of tcp_max_syn_backlog were in use: the kernel has no counter
// of its own for them, they only show in ListenDrops beside those that are counted twice. A lower
// bound of 0; other reasons for ListenDrops (no memory, no route back) are in it too.
int64_t SynBacklogDrops(const CounterSnapshot& difference);

// A counter worth showing and what it says, in one line for people.
struct CounterNote {
  std::string_view name;
  std::string_view meaning;
};

// In the order in which a connection meets them. Static storage.
absl::Span<const CounterNote> WatchedCounters();

}  // namespace sluice::netlab

#endif  // SLUICE_TOOLS_NETLAB_COUNTERS_H_
