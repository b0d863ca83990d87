// Why a host refuses private namespaces, in words and with the remedy.
#ifndef SLUICE_TOOLS_NETLAB_HOST_POLICY_H_
#define SLUICE_TOOLS_NETLAB_HOST_POLICY_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"

namespace sluice::netlab {

// What the host says about namespaces; a value is absent where the kernel has no such switch.
struct HostPolicy {
  std::optional<int64_t> max_user_namespaces = std::nullopt;        // user.max_user_namespaces
  std::optional<int64_t> max_net_namespaces = std::nullopt;         // user.max_net_namespaces
  std::optional<int64_t> unprivileged_userns_clone = std::nullopt;  // Debian's kernel.* switch
  std::optional<int64_t> apparmor_restrict_unprivileged_userns =
      std::nullopt;      // Ubuntu 23.10 and later
  int seccomp_mode = 0;  // Seccomp: of /proc/self/status
  bool root = false;     // effective user id 0
};

// Reads it from /proc. Call it before unshare: the limits are per user namespace, a fresh one has
// its own.
HostPolicy ReadHostPolicy();

// The Status for `step` ("unshare(CLONE_NEWUSER | CLONE_NEWNET)") having failed with errno `error`:
// what failed, every cause visible in `policy`, and what to do. HostForbidsNamespaces() holds for
// it exactly if `error` is a refusal of the host rather than a fault of ours.
absl::Status ExplainRefusal(const std::string& step, int error, const HostPolicy& policy);

// True if `status` says that this host forbids private namespaces: a reason to skip, not a failure.
bool HostForbidsNamespaces(const absl::Status& status);

}  // namespace sluice::netlab

#endif  // SLUICE_TOOLS_NETLAB_HOST_POLICY_H_
