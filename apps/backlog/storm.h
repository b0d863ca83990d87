// A burst of clients that all connect at once and wait to be served.
#ifndef SLUICE_APPS_BACKLOG_STORM_H_
#define SLUICE_APPS_BACKLOG_STORM_H_

#include <chrono>
#include <cstdint>

#include "reactor/loop.h"
#include "tools/report/histogram.h"

namespace sluice::backlog {

struct StormOptions {
  Endpoint target;
  uint32_t connects = 0;
  Duration timeout = std::chrono::milliseconds(1500);
};

// A connect ends in exactly one of the first four.
struct StormResult {
  uint64_t completed = 0;
  uint64_t timed_out = 0;  // ours or the kernel's timeout
  uint64_t reset = 0;
  uint64_t failed = 0;  // anything else, with the last errno
  int last_error = 0;
  uint64_t answered = 0;          // of the completed: the server's answer came
  uint64_t ended_unanswered = 0;  // of the completed: closed or reset without one
  report::Histogram connect_ns;   // of the completed
  report::Histogram answer_ns;    // from connect to answer

  uint64_t decided() const { return completed + timed_out + reset + failed; }
};

// Starts every connect in one turn of the loop. `result` must outlive the loop.
void StartStorm(Loop& loop, const StormOptions& options, StormResult& result);

}  // namespace sluice::backlog

#endif  // SLUICE_APPS_BACKLOG_STORM_H_
