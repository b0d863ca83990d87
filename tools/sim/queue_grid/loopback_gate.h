// A gate on the loopback device of a private namespace, which makes its path long: while it is
// shut packets queue up, and once it opens they pass in the order they came, one at a time. What
// answers them queues up behind them, so a burst of SYNs is answered after its last SYN, as on a
// path whose delay is longer than the burst.
#ifndef SLUICE_TOOLS_SIM_QUEUE_GRID_LOOPBACK_GATE_H_
#define SLUICE_TOOLS_SIM_QUEUE_GRID_LOOPBACK_GATE_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/netlab/private_namespace.h"

namespace sluice::queue_grid {

class LoopbackGate {
 public:
  // Shuts it for about seven seconds at most. Lowers the device's MTU to 68 for good: for segments
  // without data only. NotFound: this kernel has no token bucket (CONFIG_NET_SCH_TBF).
  static absl::StatusOr<LoopbackGate> Shut(const netlab::PrivateNamespace& ns);

  absl::Status Open();

 private:
  explicit LoopbackGate(unsigned interface) : interface_(interface) {}

  unsigned interface_;
};

}  // namespace sluice::queue_grid

#endif  // SLUICE_TOOLS_SIM_QUEUE_GRID_LOOPBACK_GATE_H_
