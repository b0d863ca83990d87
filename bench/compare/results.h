// What a comparison found, ready to be shown.
#ifndef SLUICE_BENCH_COMPARE_RESULTS_H_
#define SLUICE_BENCH_COMPARE_RESULTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/compare/contender.h"
#include "bench/compare/machine.h"
#include "bench/compare/slice.h"
#include "bench/compare/statistics.h"
#include "bench/compare/workload.h"

namespace sluice::compare {

// Slices of one server at one kind of work.
struct Samples {
  ByCycle cpu_us;  // of the server, a message
  ByCycle rate;    // messages a second
  ByCycle p99_us;
  std::vector<uint64_t> connections;  // messages of each, over all cycles
  report::Histogram latency_ns;
  uint64_t messages = 0;
  uint64_t lost = 0;

  void Add(size_t cycle, const Slice& slice);
};

// Bytes of user memory a connection, beyond those before.
struct MemoryFigures {
  double peak = 0;  // of a burst, at its height
  double left = 0;  // while it waits; of a burst, after it
};

// Several loops beside one.
struct LoopsFigures {
  struct Side {
    Spread cpu_us;
    Spread rate;
  };
  Side one;
  Side several;
  Spread efficiency;  // the rate of several over so many times the rate of one, cycle by cycle
};

// One cell of the table, and what belongs beside it.
struct Cell {
  std::string failure;  // not empty: there are no figures, and why
  // CPU a message relative to the floor's of the same cycle.
  Spread ratio;
  Spread cpu_us;
  Spread rate;
  std::optional<double> fairness;
  double p50_us = 0;
  double p99_us = 0;
  uint64_t messages = 0;
  uint64_t lost = 0;
  // For what is relative to another server than the floor.
  ByCycle cpu_us_by_cycle;
  ByCycle p99_us_by_cycle;
  std::optional<MemoryFigures> memory;  // of work that measures memory, and nothing else then
  std::optional<LoopsFigures> loops;    // of kLoops, and nothing else then
};

// `floor`: the samples of the server everything is relative to.
Cell Summarize(const Workload& workload, const Samples& samples, const Samples& floor);

struct Column {
  Workload workload;
  std::vector<Cell> cells;  // by row
};

struct Settings {
  int cycles = 15;
  Duration slice = std::chrono::milliseconds(200);
  int server_core = 0;
  int client_core = 1;
  std::vector<int> cores = {0, 1};  // usable ones
};

struct Results {
  Machine machine;
  Settings settings;
  std::vector<Contender> rows;  // the floor first
  std::vector<Column> columns;
  std::vector<std::string> skipped;  // in words: servers and work that were left out, and why
  bool interrupted = false;

  // "64 conns, libuv, write: ..." for every failure.
  std::vector<std::string> Failures() const;
};

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_RESULTS_H_
