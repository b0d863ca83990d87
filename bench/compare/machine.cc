#include "bench/compare/machine.h"

#include <sched.h>
#include <sys/utsname.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>

#include "tools/report/format.h"

namespace sluice::compare {
namespace {

constexpr double kLoadMax = 0.5;
constexpr double kStolenMax = 0.01;

std::string CpuModel() {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line)) {
    const size_t colon = line.find(": ");
    if (line.rfind("model name", 0) == 0 && colon != std::string::npos) {
      return line.substr(colon + 2);
    }
  }
  return "unknown";
}

std::vector<int> UsableCores() {
  cpu_set_t set;
  std::vector<int> cores;
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return cores;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(static_cast<size_t>(core), &set)) cores.push_back(core);
  }
  return cores;
}

std::string TimeNow() {
  const std::time_t now = std::time(nullptr);
  char text[64];
  std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M UTC", std::gmtime(&now));
  return text;
}

}  // namespace

// user nice system idle iowait irq softirq steal ...
CpuTicks ReadCpuTicks() {
  std::ifstream file("/proc/stat");
  std::string name;
  file >> name;
  CpuTicks ticks;
  for (int i = 0; i < 8; ++i) {
    uint64_t value = 0;
    if (!(file >> value)) break;
    ticks.total += value;
    if (i == 7) ticks.stolen = value;
  }
  return ticks;
}

Machine DescribeMachine() {
  Machine machine;
  machine.cpu = CpuModel();
  utsname names{};
  if (uname(&names) == 0) machine.kernel = names.release;
  machine.time = TimeNow();
  machine.cores = UsableCores();
  double load[1] = {0};
  if (getloadavg(load, 1) == 1) machine.load_before = load[0];
  return machine;
}

std::vector<std::string> WarningsBefore(const Machine& machine) {
  std::vector<std::string> warnings;
  if (machine.cores.size() < 2) {
    warnings.push_back(
        "there is one core: servers and clients share it, so that figures mean little");
  }
  if (machine.load_before > kLoadMax) {
    char text[128];
    std::snprintf(text, sizeof(text),
                  "the machine is busy (load %.1f in the last minute): expect more spread",
                  machine.load_before);
    warnings.push_back(text);
  }
  return warnings;
}

std::vector<std::string> WarningsAfter(const Machine& machine) {
  if (machine.stolen_fraction <= kStolenMax) return {};
  return {"the host took " + report::FormatPercent(machine.stolen_fraction) +
          " of the CPU time meanwhile (steal): expect more spread"};
}

}  // namespace sluice::compare
