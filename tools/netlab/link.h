// Network interfaces of the calling thread's network namespace.
#ifndef SLUICE_TOOLS_NETLAB_LINK_H_
#define SLUICE_TOOLS_NETLAB_LINK_H_

#include <cstdint>

#include "absl/status/status.h"

namespace sluice::netlab {

// By the interface's index (if_nametoindex(3)). Errors name the interface and carry the errno.
absl::Status SetLinkUp(unsigned interface);
absl::Status SetLinkMtu(unsigned interface, uint32_t mtu);

}  // namespace sluice::netlab

#endif  // SLUICE_TOOLS_NETLAB_LINK_H_
