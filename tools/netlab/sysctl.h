// The net.* sysctls of the current network namespace, by dotted name.
//
//   ScopedSysctl cookies = *ScopedSysctl::Set(ns, "net.ipv4.tcp_syncookies", "0");
#ifndef SLUICE_TOOLS_NETLAB_SYSCTL_H_
#define SLUICE_TOOLS_NETLAB_SYSCTL_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/netlab/private_namespace.h"

namespace sluice::netlab {

// The value without its final newline; lists keep their tabs ("4096\t131072\t6291456"). Names start
// with "net." and have no interface name with a dot in it. Errors: InvalidArgument for a malformed
// name, NotFound for one this kernel or namespace lacks, PermissionDenied.
absl::StatusOr<std::string> ReadSysctl(std::string_view name);

// The same for a sysctl that holds one number.
absl::StatusOr<int64_t> ReadSysctlNumber(std::string_view name);

// Writes inside `ns` only: FailedPrecondition if the caller is not in it. PermissionDenied for what
// a namespace may only read (rmem_max), InvalidArgument for a value the kernel refuses.
absl::Status WriteSysctl(const PrivateNamespace& ns, std::string_view name, std::string_view value);
absl::Status WriteSysctl(const PrivateNamespace& ns, std::string_view name, int64_t value);

// Sets a sysctl and gives it its old value back at the end of the scope. `ns` must outlive it.
class ScopedSysctl {
 public:
  static absl::StatusOr<ScopedSysctl> Set(const PrivateNamespace& ns, std::string_view name,
                                          std::string_view value);

  ScopedSysctl(ScopedSysctl&& other) noexcept;
  ScopedSysctl& operator=(ScopedSysctl&&) = delete;
  ~ScopedSysctl();

  // Restores now and reports; the destructor then does nothing.
  absl::Status Restore();

  const std::string& old_value() const { return old_value_; }

 private:
  ScopedSysctl(const PrivateNamespace& ns, std::string name, std::string old_value)
      : ns_(&ns), name_(std::move(name)), old_value_(std::move(old_value)) {}

  const PrivateNamespace* ns_;  // null once restored or moved from
  std::string name_;
  std::string old_value_;
};

}  // namespace sluice::netlab

#endif  // SLUICE_TOOLS_NETLAB_SYSCTL_H_
