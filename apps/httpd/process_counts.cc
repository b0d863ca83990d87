#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <memory>

#include "apps/httpd/metrics.h"

namespace sluice::httpd {
namespace {

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

uint64_t OpenDescriptors() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc/self/fd"), &closedir);
  if (folder == nullptr) return 0;
  uint64_t entries = 0;
  while (readdir(folder.get()) != nullptr) ++entries;
  constexpr uint64_t kNoDescriptors = 3;  // ".", ".." and the folder's own
  return entries > kNoDescriptors ? entries - kNoDescriptors : 0;
}

}  // namespace

ProcessCounts CountProcess() {
  ProcessCounts counts;
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    counts.cpu_seconds = Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
  }
  uint64_t all_pages = 0;
  uint64_t resident_pages = 0;
  std::ifstream("/proc/self/statm") >> all_pages >> resident_pages;
  counts.resident_bytes = resident_pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  counts.open_descriptors = OpenDescriptors();
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) counts.descriptors_max = limit.rlim_cur;
  return counts;
}

}  // namespace sluice::httpd
