// The machine under the figures, and whether something else ran on it meanwhile.
#ifndef SLUICE_BENCH_COMPARE_MACHINE_H_
#define SLUICE_BENCH_COMPARE_MACHINE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::compare {

// CPU time of all cores since boot, in ticks (proc(5), /proc/stat).
struct CpuTicks {
  uint64_t total = 0;
  uint64_t stolen = 0;  // the host ran something else
};
CpuTicks ReadCpuTicks();

struct Machine {
  std::string cpu;             // "AMD EPYC 7R13"
  std::string kernel;          // "6.18.44"
  std::string time;            // when the comparison began, UTC
  std::vector<int> cores;      // that this process may use
  double load_before = 0;      // runnable processes, average of the last minute (proc(5), loadavg)
  double stolen_fraction = 0;  // of all CPU time while measuring
};

Machine DescribeMachine();

// Sentences for people; empty when nothing speaks against the figures.
std::vector<std::string> WarningsBefore(const Machine& machine);
std::vector<std::string> WarningsAfter(const Machine& machine);

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_MACHINE_H_
