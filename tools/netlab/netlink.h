// A request to the kernel over netlink and its answers.
#ifndef SLUICE_TOOLS_NETLAB_NETLINK_H_
#define SLUICE_TOOLS_NETLAB_NETLINK_H_

#include <libmnl/libmnl.h>
#include <linux/netlink.h>

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

namespace sluice::netlab {

// Sends `request` on a fresh socket of `bus` (NETLINK_ROUTE, NETLINK_SOCK_DIAG) of the calling
// thread's network namespace and calls `on_answer` for every data message until the dump ends or
// the kernel acknowledges. `request` must carry NLM_F_ACK or NLM_F_DUMP, else the wait has no end;
// its sequence number is set here. An error names `what` and carries the kernel's errno. Blocking.
absl::Status NetlinkRequest(int bus, nlmsghdr* request, const std::string& what,
                            absl::FunctionRef<void(const nlmsghdr&)> on_answer);

}  // namespace sluice::netlab

#endif  // SLUICE_TOOLS_NETLAB_NETLINK_H_
