// One cell of the grid: what both kernels are given, and what is counted on either side.
#ifndef SLUICE_TOOLS_SIM_QUEUE_GRID_CELL_H_
#define SLUICE_TOOLS_SIM_QUEUE_GRID_CELL_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reactor/base/time.h"

namespace sluice::queue_grid {

// How the packets come to the listener.
enum class Path : uint8_t {
  kLoopback,  // each handshake is over before the next connect begins
  kInjected,  // SYNs of made-up clients that never answer
  kFlooded,   // such SYNs first, real clients then
  kDelayed,   // all SYNs of the burst arrive before the first last ACK does
};
inline constexpr std::array kPaths = {Path::kLoopback, Path::kInjected, Path::kFlooded,
                                      Path::kDelayed};

std::string_view PathName(Path path);

struct Cell {
  Path path = Path::kLoopback;
  int backlog = 5;
  uint32_t somaxconn = 4096;
  int syncookies = 1;
  uint32_t max_syn_backlog = 1024;
  bool abort_on_overflow = false;
  int syn_retries = 6;
  int synack_retries = 5;
  int syn_linear_timeouts = 4;
  uint32_t filled = 0;    // connections that complete over loopback before anything else
  uint32_t syns = 0;      // of made-up clients
  uint32_t connects = 0;  // at once
  uint32_t accepted = 0;  // as soon as that burst has settled; nothing else ever is
  // When the counts are taken, from the first packet of the burst on. 0: before the first retry, as
  // soon as nothing moves.
  Duration read_at{0};
};

enum class Count : uint8_t {
  kEstablished,  // as the clients see it
  kSynSent,
  kFailed,  // reset or timed out
  kQueue,
  kLimit,
  kHalfOpen,
  kListenOverflows,
  kListenDrops,
  kReqQFullDrop,
  kReqQFullDoCookies,
  kSyncookiesSent,
  kSyncookiesRecv,
  kEmbryonicRsts,
  kSynRetrans,
};
inline constexpr size_t kCounts = static_cast<size_t>(Count::kSynRetrans) + 1;

struct CountName {
  std::string_view key;      // in JSON; the kernel's own name of a counter
  std::string_view title;    // of a column
  std::string_view counter;  // as netlab::CounterSnapshot has it; empty: not one of the counters
};

// Indexed by Count.
const std::array<CountName, kCounts>& CountNames();

using Counts = std::array<int64_t, kCounts>;

inline int64_t& At(Counts& counts, Count count) {
  return counts[static_cast<size_t>(count)];
}

struct CellResult {
  Cell cell;
  Counts simulated{};
  std::optional<Counts> kernel = std::nullopt;  // absent: it could not run there, see GridResult
};

struct GridResult {
  std::string kernel;  // "Linux 6.1.0"
  std::vector<CellResult> cells;
  std::vector<std::string> skipped;  // what could not run, and why; a sentence each
  double seconds = 0;

  size_t compared() const;  // counts that both sides have
  size_t equal() const;
};

}  // namespace sluice::queue_grid

#endif  // SLUICE_TOOLS_SIM_QUEUE_GRID_CELL_H_
