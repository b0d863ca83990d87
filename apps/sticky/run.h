// Runs one mode: receiver and sender on two loops of two threads, until both have ended.
#ifndef SLUICE_APPS_STICKY_RUN_H_
#define SLUICE_APPS_STICKY_RUN_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "apps/sticky/settings.h"
#include "apps/sticky/sketch.h"
#include "apps/sticky/tally.h"

namespace sluice::sticky {

struct Result {
  Mode mode = Mode::kNaive;
  Tally tally{};
  Sketch sketch{};
  uint64_t sent = 0;
  uint64_t sends = 0;         // send(2) and its kin
  uint64_t kernel_drops = 0;  // udp: lost to a full socket buffer
  uint32_t socket_buffer_bytes = 0;
  absl::Status status{};     // why the exchange ended before its time, if it did
  bool interrupted = false;  // by a signal: all that was sent has been counted
  std::string backend{};     // "io_uring"
  std::string backend_reason{};

  uint64_t lost() const { return tally.lost(sent); }
  bool perfect() const { return status.ok() && tally.perfect(sent); }
};

// Blocks for as long as the mode takes, or until cli::Interrupted. Not OK when it could not start.
absl::StatusOr<Result> RunMode(const Settings& settings, Mode mode);

}  // namespace sluice::sticky

#endif  // SLUICE_APPS_STICKY_RUN_H_
