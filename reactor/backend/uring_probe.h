// Whether this kernel's io_uring does what the backend needs, found out by doing it.
#ifndef SLUICE_REACTOR_BACKEND_URING_PROBE_H_
#define SLUICE_REACTOR_BACKEND_URING_PROBE_H_

#include "absl/status/statusor.h"

namespace sluice::backend {

struct UringAbilities {
  bool incremental_buffers = false;
};

// Receives two messages over a socket pair with one multishot receive on provided buffers, and
// compares the bytes. Fails, saying why, where that does not work; incremental buffers that give
// wrong bytes (liburing#1409, #1432) are merely not used.
absl::StatusOr<UringAbilities> ProbeUring();

}  // namespace sluice::backend

#endif  // SLUICE_REACTOR_BACKEND_URING_PROBE_H_
