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
  ByCycle cpu_us;                     // of the server, a message
  ByCycle rate;                       // messages a second
  std::vector<uint64_t> connections;  // messages of each, over all cycles
  report::Histogram latency_ns;
  uint64_t messages = 0;
  uint64_t lost = 0;

  void Add(size_t cycle, const Slice& slice);
};

// One cell of the table, and what belongs beside it.
struct Cell {
  std::string failure;  // not empty: there are no figures, and why
  // CPU a message relative to the floor's of the same cycle. Of kIdle nothing but idle_bytes.
  Spread ratio;
  Spread cpu_us;
  Spread rate;
  std::optional<double> fairness;
  double p50_us = 0;
  double p99_us = 0;
  uint64_t messages = 0;
  uint64_t lost = 0;
  double idle_bytes = 0;  // user memory of an idle connection
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
