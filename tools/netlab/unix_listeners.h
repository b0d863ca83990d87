// How full the accept queues of unix-domain listeners are, from the kernel itself.
#ifndef SLUICE_TOOLS_NETLAB_UNIX_LISTENERS_H_
#define SLUICE_TOOLS_NETLAB_UNIX_LISTENERS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "reactor/base/endpoint.h"

namespace sluice::netlab {

struct UnixListener {
  Endpoint endpoint;
  uint32_t length = 0;  // connections that wait for accept
  uint32_t limit = 0;   // of listen()
  uint32_t inode = 0;
};

// Every one in this network namespace, also of other processes, by unix_diag. Works without rights.
absl::StatusOr<std::vector<UnixListener>> ReadUnixListeners();

}  // namespace sluice::netlab

#endif  // SLUICE_TOOLS_NETLAB_UNIX_LISTENERS_H_
