// The kinds of work the servers are compared at: the columns of the table.
#ifndef SLUICE_BENCH_COMPARE_WORKLOAD_H_
#define SLUICE_BENCH_COMPARE_WORKLOAD_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "reactor/base/time.h"

namespace sluice::compare {

enum class WorkKind : uint8_t {
  kEcho,       // messages over standing connections
  kChurn,      // connect, one message, close
  kDatagrams,  // UDP sockets, each with its messages under way
  kIdle,       // no rate: the memory of connections that wait
  kBurst,      // no rate: the memory of connections whose peers do not read, and what stays of it
  kHello,      // HTTP requests over standing connections, each a GET of a few bytes
  kLoops,      // messages over standing connections, to one loop and to several
};

struct Workload {
  std::string id;       // "conns64", for flags and JSON
  std::string title;    // "64 conns", for the head of a column
  std::string about{};  // a sentence
  WorkKind kind = WorkKind::kEcho;
  uint32_t connections = 64;
  uint32_t depth = 1;  // messages a connection sends at once, and then waits for
  size_t message_bytes = 64;
  bool coalesced = false;  // kDatagrams: those of one connection leave as one train (UDP_SEGMENT)
  Duration slice_min{0};   // many connections need a while for a round
  bool growth = false;     // one of those that differ in connections only
  uint32_t loops = 1;      // kLoops: of the server that is compared with one of a single loop

  bool measures_memory() const { return kind == WorkKind::kIdle || kind == WorkKind::kBurst; }
  // A message costs so and so much, relative to the floor.
  bool measures_cpu() const { return !measures_memory() && kind != WorkKind::kLoops; }
};

// All of them, in the order of the table.
const std::vector<Workload>& Workloads();

// Standing in for a server's own flags.
std::vector<std::string> ServerFlagsFor(const Workload& workload);

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_WORKLOAD_H_
