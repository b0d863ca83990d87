// `sluice-probe listen-queue`: how full the queues of this host's listeners are.
#ifndef SLUICE_TOOLS_PROBE_LISTEN_QUEUE_H_
#define SLUICE_TOOLS_PROBE_LISTEN_QUEUE_H_

#include <optional>

#include "reactor/base/endpoint.h"
#include "reactor/base/time.h"

namespace sluice::probe {

struct ListenQueueOptions {
  std::optional<Endpoint> endpoint;  // of one listener, or all on its port where it is 0.0.0.0
  std::optional<Duration> every;     // again and again, until interrupted
  bool json = false;
};

// Returns main's exit code: 1 where nobody listens there.
int RunListenQueue(const ListenQueueOptions& options);

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_LISTEN_QUEUE_H_
