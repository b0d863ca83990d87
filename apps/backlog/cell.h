// One cell of the sweep: what is set up, and what was measured.
#ifndef SLUICE_APPS_BACKLOG_CELL_H_
#define SLUICE_APPS_BACKLOG_CELL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "apps/backlog/accept_rate.h"
#include "apps/backlog/queue_watch.h"
#include "nlohmann/json_fwd.hpp"

namespace sluice::backlog {

enum class CellKind : uint8_t {
  kNobodyAccepts,  // a burst against a server that never accepts
  kSlowAccept,     // a burst against one that accepts at a rate
  kLateAck,        // handshakes whose last ACK finds the accept queue full
  kHalfOpen,       // clients amid SYNs of which nothing ever follows
};

std::string_view CellKindName(CellKind kind);

struct CellSpec {
  CellKind kind = CellKind::kNobodyAccepts;
  int backlog = 5;
  int64_t somaxconn = 4096;
  int syncookies = 1;
  int abort_on_overflow = 0;
  int64_t max_syn_backlog = 1024;
  uint32_t connects = 0;
  Duration timeout = std::chrono::milliseconds(1500);
  AcceptRate accept_rate = AcceptRate::Never();
  Duration service_time{0};
  uint32_t syns_per_second = 0;
};

struct Percentiles {
  double p50_us = 0;
  double p90_us = 0;
  double p99_us = 0;
  double max_us = 0;
};

// What the kernel's rule says of a cell, and what came out.
struct Verdict {
  std::string rule;
  int64_t expected = 0;
  int64_t measured = 0;
  bool held = false;
  std::string remark;  // empty, or what else there is to say
};

struct CellResult {
  std::string backend;
  uint64_t completed = 0;
  uint64_t timed_out = 0;
  uint64_t reset = 0;   // before the connect completed or, in a kLateAck cell, after
  uint64_t failed = 0;  // any other way
  uint64_t answered = 0;
  Percentiles connect;  // of the completed
  Percentiles answer;   // of the answered
  uint32_t queue_limit = 0;
  uint32_t queue_peak = 0;
  uint32_t half_open_peak = 0;
  uint64_t syns_sent = 0;         // made up
  uint64_t ghosts = 0;            // kLateAck: the client is connected, the server is not
  int64_t syn_backlog_drops = 0;  // SYNs dropped by the three-quarters rule
  MovedCounters counters;
  std::optional<Verdict> verdict;  // absent where the cell cannot tell, which `untested` explains
  std::string untested;
};

// The cell as machines read it, in one object; and the result back out of it.
nlohmann::json CellAsJson(const CellSpec& spec, const CellResult& result);
absl::StatusOr<CellResult> ResultFromJson(const std::string& text);

}  // namespace sluice::backlog

#endif  // SLUICE_APPS_BACKLOG_CELL_H_
