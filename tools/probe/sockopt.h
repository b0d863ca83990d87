// `sluice-probe sockopt`: every option of a socket with its value and what it means; what the
// kernel makes of one that is set.
#ifndef SLUICE_TOOLS_PROBE_SOCKOPT_H_
#define SLUICE_TOOLS_PROBE_SOCKOPT_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reactor/base/endpoint.h"

namespace sluice::probe {

struct SockoptOptions {
  std::string kind;                  // as PlanSocket takes it
  std::optional<Endpoint> endpoint;  // of it
  int pid = 0;                       // not 0: instead, `descriptor` of this process
  int descriptor = -1;
  int backlog = 128;
  std::vector<std::pair<std::string, std::string>> settings;  // name and value, set in this order
  bool json = false;
};

// Returns main's exit code: 1 where the socket could not be had, or a value not be set.
int RunSockopt(const SockoptOptions& options);

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_SOCKOPT_H_
