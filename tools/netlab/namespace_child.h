// Several private namespaces at work at once: what RunInPrivateNamespace does, in two halves.
//
//   auto child = NamespaceChild::Start([](const PrivateNamespace& ns) { return Measure(ns); });
//   ...poll(2) child->fd(), start others...
//   absl::StatusOr<std::string> answer = child->Wait();
#ifndef SLUICE_TOOLS_NETLAB_NAMESPACE_CHILD_H_
#define SLUICE_TOOLS_NETLAB_NAMESPACE_CHILD_H_

#include <sys/types.h>

#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "tools/netlab/private_namespace.h"
#include "tools/netlab/unique_fd.h"

namespace sluice::netlab {

// A forked child in a fresh namespace, which dies with the thread that started it, or with this
// object when nobody waited for it.
class NamespaceChild {
 public:
  using Body = absl::FunctionRef<absl::StatusOr<std::string>(const PrivateNamespace&)>;

  // Forks. `body` runs in the child only, under the rules of RunInPrivateNamespace.
  static absl::StatusOr<NamespaceChild> Start(Body body);

  NamespaceChild(NamespaceChild&& other) noexcept
      : process_(std::exchange(other.process_, -1)), report_(std::move(other.report_)) {}
  NamespaceChild& operator=(NamespaceChild&&) = delete;
  ~NamespaceChild();

  // Becomes readable when the child reports or dies: Wait() then returns soon.
  int fd() const { return report_.get(); }

  // Blocks until the child has ended; its answer or its error. Once.
  absl::StatusOr<std::string> Wait();

 private:
  NamespaceChild(pid_t process, UniqueFd report) : process_(process), report_(std::move(report)) {}

  pid_t process_;  // -1 once waited for or moved from
  UniqueFd report_;
};

}  // namespace sluice::netlab

#endif  // SLUICE_TOOLS_NETLAB_NAMESPACE_CHILD_H_
