// What a loop counts. Plain numbers of the loop's thread; other threads ask through Loop::Post.
#ifndef SLUICE_REACTOR_STATS_H_
#define SLUICE_REACTOR_STATS_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "reactor/backend/backend.h"
#include "reactor/close_reason.h"

namespace sluice {

inline constexpr size_t kCloseCodes = static_cast<size_t>(CloseCode::kLoopStopped) + 1;

struct LoopStats {
  uint64_t turns = 0;
  uint64_t accepts = 0;
  // EMFILE, ENFILE, ENOBUFS, ENOMEM, ECONNABORTED, ... Accepting goes on when a connection closes,
  // and is tried again every 50 ms.
  uint64_t accept_errors = 0;
  int last_accept_error = 0;  // errno of the newest of them
  uint64_t connects = 0;      // outbound, completed
  uint64_t receives = 0;      // completions with bytes, streams and datagrams
  uint64_t sends = 0;         // sends completed, streams and datagram batches
  uint64_t bytes_received = 0;
  uint64_t bytes_sent = 0;
  uint64_t stale_completions = 0;  // for an owner already gone: counted, never dispatched
  uint64_t posted = 0;             // functions run from Post
  uint64_t budget_pauses = 0;      // a connection used up its bytes of a turn
  uint64_t output_pauses = 0;      // a connection crossed its high-water mark
  std::array<uint64_t, kCloseCodes> closes{};  // by CloseCode
  size_t connections = 0;                      // now
  BackendStats backend;                        // kernel entries, buffer exhaustion
};

}  // namespace sluice

#endif  // SLUICE_REACTOR_STATS_H_
