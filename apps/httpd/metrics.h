// The server's counters as Prometheus reads them, and as the live page does.
#ifndef SLUICE_APPS_HTTPD_METRICS_H_
#define SLUICE_APPS_HTTPD_METRICS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "apps/httpd/loop_watch.h"
#include "protocols/http1_file_cache.h"

namespace sluice::httpd {

// Of the process, as the system knows it.
struct ProcessCounts {
  double cpu_seconds = 0;
  uint64_t resident_bytes = 0;
  uint64_t open_descriptors = 0;
  uint64_t descriptors_max = 0;
};
ProcessCounts CountProcess();

struct ServerCounts {
  std::vector<LoopCounts> loops;
  Http1FileCacheStats files;
  ProcessCounts process;
};

// The text format, version 0.0.4 (prometheus.io, "Exposition formats").
inline constexpr std::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";
std::string MetricsText(const ServerCounts& counts, std::string_view backend);

// One line: {"loops":[{"connections":3,...}],...}.
std::string LiveJson(const ServerCounts& counts, std::string_view backend);

}  // namespace sluice::httpd

#endif  // SLUICE_APPS_HTTPD_METRICS_H_
