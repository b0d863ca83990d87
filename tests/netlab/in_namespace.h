// Runs the body of a test in a private namespace in a child, and skips it where the host forbids
// that. In the child nothing of GoogleTest may be called: it answers with text or a Status.
#ifndef SLUICE_TESTS_NETLAB_IN_NAMESPACE_H_
#define SLUICE_TESTS_NETLAB_IN_NAMESPACE_H_

#include <gtest/gtest.h>

#include <string>

#include "tools/netlab/host_policy.h"
#include "tools/netlab/private_namespace.h"

// ThreadSanitizer keeps a thread of its own, and only a process with one thread may enter.
#ifdef __SANITIZE_THREAD__
#define SLUICE_SKIP_WITHOUT_NAMESPACES() \
  GTEST_SKIP() << "ThreadSanitizer's own thread forbids entering a user namespace"
#else
#define SLUICE_SKIP_WITHOUT_NAMESPACES()                              \
  if (absl::Status probe = ::sluice::netlab::ProbePrivateNamespace(); \
      ::sluice::netlab::HostForbidsNamespaces(probe))                 \
  GTEST_SKIP() << probe.message()
#endif

namespace sluice::netlab {

// The answer of `body`, or "CODE: text" of its error.
inline std::string InNamespace(
    absl::FunctionRef<absl::StatusOr<std::string>(const PrivateNamespace&)> body) {
  auto answer = RunInPrivateNamespace(body);
  return answer.ok() ? *answer : answer.status().ToString();
}

}  // namespace sluice::netlab

#endif  // SLUICE_TESTS_NETLAB_IN_NAMESPACE_H_
