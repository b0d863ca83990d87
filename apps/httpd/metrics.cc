#include "apps/httpd/metrics.h"

#include <cstddef>
#include <cstdio>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"
#include "reactor/close_reason.h"

namespace sluice::httpd {
namespace {

enum class MetricKind { kCounter, kGauge };

class MetricsWriter {
 public:
  explicit MetricsWriter(const std::vector<LoopCounts>& loops) : loops_(loops) {}

  void Describe(const char* name, MetricKind kind, const char* help) {
    name_ = name;
    absl::StrAppend(&text_, "# HELP ", name, " ", help, "\n# TYPE ", name, " ",
                    kind == MetricKind::kCounter ? "counter\n" : "gauge\n");
  }
  // `labels` with their braces, or empty.
  void Value(const std::string& labels, uint64_t value) {
    absl::StrAppend(&text_, name_, labels, " ", value, "\n");
  }
  void Value(double value) {
    char digits[32];
    std::snprintf(digits, sizeof(digits), "%.6f", value);
    absl::StrAppend(&text_, name_, " ", digits, "\n");
  }

  void EachLoop(const char* name, MetricKind kind, const char* help,
                absl::FunctionRef<uint64_t(const LoopCounts&)> value) {
    Describe(name, kind, help);
    for (size_t i = 0; i < loops_.size(); ++i) {
      Value(absl::StrCat("{loop=\"", i, "\"}"), value(loops_[i]));
    }
  }
  // One more label, whose values are 0 to `count`, less one.
  void EachLoopBy(const char* name, const char* help, const char* label, size_t count,
                  absl::FunctionRef<std::string(size_t)> label_value,
                  absl::FunctionRef<uint64_t(const LoopCounts&, size_t)> value) {
    Describe(name, MetricKind::kCounter, help);
    for (size_t i = 0; i < loops_.size(); ++i) {
      for (size_t j = 0; j < count; ++j) {
        Value(absl::StrCat("{loop=\"", i, "\",", label, "=\"", label_value(j), "\"}"),
              value(loops_[i], j));
      }
    }
  }

  std::string TakeText() { return std::move(text_); }

 private:
  const std::vector<LoopCounts>& loops_;
  const char* name_ = "";
  std::string text_;
};

std::string AnswerClass(size_t index) {
  return absl::StrCat(index + 1, "xx");
}

std::string CloseName(size_t code) {
  const std::string_view name = CloseCodeName(static_cast<CloseCode>(code));
  return std::string(name);
}

void WriteHttp(MetricsWriter& out) {
  constexpr MetricKind kCounter = MetricKind::kCounter;
  out.EachLoop("sluice_http_requests_total", kCounter, "Requests whose heads were taken.",
               [](const LoopCounts& c) { return c.http.requests; });
  out.EachLoop("sluice_http_refusals_total", kCounter,
               "Requests that were malformed or above a limit.",
               [](const LoopCounts& c) { return c.http.refusals; });
  out.EachLoop("sluice_http_upgrades_total", kCounter, "Connections given to another protocol.",
               [](const LoopCounts& c) { return c.http.upgrades; });
  out.EachLoopBy("sluice_http_answers_total", "Answers begun, by the class of their status.",
                 "class", Http1Counters().answers.size(), AnswerClass,
                 [](const LoopCounts& c, size_t i) { return c.http.answers[i]; });
}

void WriteConnections(MetricsWriter& out) {
  constexpr MetricKind kCounter = MetricKind::kCounter;
  out.EachLoop("sluice_connections", MetricKind::kGauge, "Connections that are open.",
               [](const LoopCounts& c) { return c.loop.connections; });
  out.EachLoop("sluice_accepts_total", kCounter, "Connections accepted.",
               [](const LoopCounts& c) { return c.loop.accepts; });
  out.EachLoop("sluice_accept_errors_total", kCounter,
               "Accepting met an error, such as the limit of descriptors.",
               [](const LoopCounts& c) { return c.loop.accept_errors; });
  out.EachLoopBy("sluice_closes_total", "Connections that ended, by reason.", "reason", kCloseCodes,
                 CloseName, [](const LoopCounts& c, size_t i) { return c.loop.closes[i]; });
  out.EachLoop("sluice_received_bytes_total", kCounter, "Bytes received.",
               [](const LoopCounts& c) { return c.loop.bytes_received; });
  out.EachLoop("sluice_sent_bytes_total", kCounter, "Bytes sent.",
               [](const LoopCounts& c) { return c.loop.bytes_sent; });
}

void WriteLoops(MetricsWriter& out) {
  constexpr MetricKind kCounter = MetricKind::kCounter;
  out.EachLoop("sluice_turns_total", kCounter, "Turns of the loop.",
               [](const LoopCounts& c) { return c.loop.turns; });
  out.EachLoop("sluice_kernel_entries_total", kCounter, "System calls on the data path.",
               [](const LoopCounts& c) { return c.loop.backend.kernel_entries; });
  out.EachLoop("sluice_receives_total", kCounter, "Receives completed with bytes.",
               [](const LoopCounts& c) { return c.loop.receives; });
  out.EachLoop("sluice_sends_total", kCounter, "Sends completed.",
               [](const LoopCounts& c) { return c.loop.sends; });
  out.EachLoop("sluice_output_pauses_total", kCounter,
               "Backpressure: a connection's unsent output crossed its high-water mark.",
               [](const LoopCounts& c) { return c.loop.output_pauses; });
  out.EachLoop("sluice_budget_pauses_total", kCounter,
               "Fairness: a connection used up its bytes of a turn.",
               [](const LoopCounts& c) { return c.loop.budget_pauses; });
  out.EachLoop("sluice_buffer_exhaustions_total", kCounter,
               "Receiving paused because every buffer was lent out.",
               [](const LoopCounts& c) { return c.loop.backend.buffer_exhaustions; });
}

void WriteFiles(MetricsWriter& out, const Http1FileCacheStats& files) {
  constexpr MetricKind kCounter = MetricKind::kCounter;
  out.Describe("sluice_file_cache_hits_total", kCounter, "Files answered without asking the disk.");
  out.Value("", files.hits);
  out.Describe("sluice_file_cache_checks_total", kCounter, "Looked at again, and unchanged.");
  out.Value("", files.checks);
  out.Describe("sluice_file_cache_loads_total", kCounter, "Files opened.");
  out.Value("", files.loads);
  out.Describe("sluice_file_cache_drops_total", kCounter, "Dropped for want of room.");
  out.Value("", files.drops);
  out.Describe("sluice_file_cache_files", MetricKind::kGauge, "Files in the cache.");
  out.Value("", files.files);
  out.Describe("sluice_file_cache_bytes", MetricKind::kGauge, "Contents in the cache.");
  out.Value("", files.content_bytes);
}

void WriteProcess(MetricsWriter& out, const ProcessCounts& process) {
  out.Describe("process_cpu_seconds_total", MetricKind::kCounter, "User and system CPU time.");
  out.Value(process.cpu_seconds);
  out.Describe("process_resident_memory_bytes", MetricKind::kGauge, "Resident memory.");
  out.Value("", process.resident_bytes);
  out.Describe("process_open_fds", MetricKind::kGauge, "Open descriptors.");
  out.Value("", process.open_descriptors);
  out.Describe("process_max_fds", MetricKind::kGauge, "Limit of descriptors (ulimit -n).");
  out.Value("", process.descriptors_max);
}

nlohmann::json LoopAsJson(const LoopCounts& counts) {
  return {{"connections", counts.loop.connections},
          {"accepts", counts.loop.accepts},
          {"requests", counts.http.requests},
          {"refusals", counts.http.refusals},
          {"answers", counts.http.answers},
          {"turns", counts.loop.turns},
          {"kernel_entries", counts.loop.backend.kernel_entries},
          {"bytes_received", counts.loop.bytes_received},
          {"bytes_sent", counts.loop.bytes_sent},
          {"output_pauses", counts.loop.output_pauses}};
}

}  // namespace

std::string MetricsText(const ServerCounts& counts, std::string_view backend) {
  MetricsWriter out(counts.loops);
  out.Describe("sluice_info", MetricKind::kGauge, "Always 1; what moves the bytes is its label.");
  out.Value("{backend=\"" + std::string(backend) + "\"}", uint64_t{1});
  WriteHttp(out);
  WriteConnections(out);
  WriteLoops(out);
  WriteFiles(out, counts.files);
  WriteProcess(out, counts.process);
  return out.TakeText();
}

std::string LiveJson(const ServerCounts& counts, std::string_view backend) {
  nlohmann::json loops = nlohmann::json::array();
  for (const LoopCounts& loop : counts.loops) loops.push_back(LoopAsJson(loop));
  const nlohmann::json all = {{"backend", std::string(backend)},
                              {"loops", std::move(loops)},
                              {"cpu_seconds", counts.process.cpu_seconds},
                              {"resident_bytes", counts.process.resident_bytes}};
  return all.dump();
}

}  // namespace sluice::httpd
