// Many measurements, each in a private namespace of its own, several at a time.
#ifndef SLUICE_TOOLS_NETLAB_NAMESPACE_POOL_H_
#define SLUICE_TOOLS_NETLAB_NAMESPACE_POOL_H_

#include <cstddef>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/netlab/private_namespace.h"

namespace sluice::netlab {

// Calls `body` for 0 to count - 1, each in a forked child and a namespace of its own, at most
// `at_once` at a time, and tells the parent each answer as it comes, in any order. An error from
// `on_answer` ends the others and is returned. `on_news` hears now and then how many have answered,
// and gives the others up by returning false. The process must have one thread. Blocking.
absl::Status RunInPrivateNamespaces(
    size_t count, size_t at_once,
    absl::FunctionRef<absl::StatusOr<std::string>(const PrivateNamespace&, size_t index)> body,
    absl::FunctionRef<absl::Status(size_t index, absl::StatusOr<std::string> answer)> on_answer,
    absl::FunctionRef<bool(size_t answered)> on_news);

}  // namespace sluice::netlab

#endif  // SLUICE_TOOLS_NETLAB_NAMESPACE_POOL_H_
