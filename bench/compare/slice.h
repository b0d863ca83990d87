// What one slice of load on one server gave.
#ifndef SLUICE_BENCH_COMPARE_SLICE_H_
#define SLUICE_BENCH_COMPARE_SLICE_H_

#include <cstdint>
#include <vector>

#include "reactor/base/time.h"
#include "tools/report/histogram.h"

namespace sluice::compare {

struct Slice {
  uint64_t messages = 0;                      // answered
  uint64_t lost = 0;                          // datagrams without an answer
  Duration elapsed{0};                        // from the first request to the last answer
  Duration cpu{0};                            // the server's
  std::vector<uint32_t> connection_messages;  // answered, by connection
  // From sending to the complete answer; where several are sent at once, to that of the last.
  report::Histogram latency_ns;
};

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_SLICE_H_
