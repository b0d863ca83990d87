#include "tools/netlab/host_policy.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "tools/netlab/proc_file.h"

namespace sluice::netlab {
namespace {

std::optional<int64_t> ReadNumber(const std::string& path) {
  auto text = ReadProcFile(path);
  if (!text.ok()) return std::nullopt;
  char* end = nullptr;
  const int64_t value = std::strtoll(text->c_str(), &end, 10);
  if (end == text->c_str()) return std::nullopt;
  return value;
}

int ReadSeccompMode() {
  auto text = ReadProcFile("/proc/self/status");
  if (!text.ok()) return 0;
  const std::string key = "\nSeccomp:";
  const size_t at = text->find(key);
  return at == std::string::npos ? 0 : std::atoi(text->c_str() + at + key.size());
}

absl::StatusCode RefusalCode(int error) {
  switch (error) {
    case EPERM:
    case EACCES:
    case EROFS:
      return absl::StatusCode::kPermissionDenied;
    case ENOSPC:  // a limit of user.max_*_namespaces, or namespaces nested too deep
    case EUSERS:  // the same before Linux 4.9
      return absl::StatusCode::kResourceExhausted;
    case EINVAL:  // CONFIG_USER_NS or CONFIG_NET_NS is not set
    case ENOSYS:
      return absl::StatusCode::kUnimplemented;
    default:
      return absl::StatusCode::kInternal;
  }
}

void AppendLimitCauses(const HostPolicy& policy, std::string& text) {
  if (policy.max_user_namespaces == 0) {
    text +=
        " The host allows no user namespace (user.max_user_namespaces = 0):"
        " sudo sysctl user.max_user_namespaces=10000.";
  }
  if (policy.max_net_namespaces == 0) {
    text +=
        " The host allows no network namespace (user.max_net_namespaces = 0):"
        " sudo sysctl user.max_net_namespaces=10000.";
  }
}

void AppendPermissionCauses(const HostPolicy& policy, std::string& text) {
  const size_t before = text.size();
  if (!policy.root && policy.apparmor_restrict_unprivileged_userns.value_or(0) != 0) {
    text +=
        " AppArmor takes the rights of unprivileged user namespaces away"
        " (kernel.apparmor_restrict_unprivileged_userns = 1, the default of Ubuntu 24.04):"
        " run as root, or sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0.";
  }
  if (!policy.root && policy.unprivileged_userns_clone == 0) {
    text +=
        " User namespaces are reserved for root (kernel.unprivileged_userns_clone = 0):"
        " run as root, or sudo sysctl kernel.unprivileged_userns_clone=1.";
  }
  if (policy.seccomp_mode != 0) {
    text +=
        " A seccomp filter is active, as in a container:"
        " start it with --privileged, or with --security-opt seccomp=unconfined"
        " and --cap-add SYS_ADMIN.";
  }
  if (text.size() == before) {
    text += policy.root
                ? " Root without CAP_SYS_ADMIN, a security module or a chroot: run it on the"
                  " host itself or in a container started with --privileged."
                : " A security module, a container or a chroot refuses: run as root on the"
                  " host itself.";
  }
}

}  // namespace

HostPolicy ReadHostPolicy() {
  HostPolicy policy;
  policy.max_user_namespaces = ReadNumber("/proc/sys/user/max_user_namespaces");
  policy.max_net_namespaces = ReadNumber("/proc/sys/user/max_net_namespaces");
  policy.unprivileged_userns_clone = ReadNumber("/proc/sys/kernel/unprivileged_userns_clone");
  policy.apparmor_restrict_unprivileged_userns =
      ReadNumber("/proc/sys/kernel/apparmor_restrict_unprivileged_userns");
  policy.seccomp_mode = ReadSeccompMode();
  policy.root = geteuid() == 0;
  return policy;
}

absl::Status ExplainRefusal(const std::string& step, int error, const HostPolicy& policy) {
  std::string text = "cannot make a private network namespace: " + step + ": " +
                     std::generic_category().message(error) + ".";
  const absl::StatusCode code = RefusalCode(error);
  if (code == absl::StatusCode::kPermissionDenied) {
    if (error == EROFS) {
      text +=
          " /proc/sys is mounted read-only, as in a container: start it with --privileged,"
          " or run on the host itself.";
    } else {
      AppendPermissionCauses(policy, text);
    }
  } else if (code == absl::StatusCode::kResourceExhausted) {
    const size_t before = text.size();
    AppendLimitCauses(policy, text);
    if (text.size() == before) {
      text +=
          " A limit of this or an outer user namespace is reached:"
          " see user.max_user_namespaces and user.max_net_namespaces.";
    }
  } else if (code == absl::StatusCode::kUnimplemented) {
    text += " This kernel was built without user or network namespaces: use another kernel.";
  }
  return absl::Status(code, text);
}

bool HostForbidsNamespaces(const absl::Status& status) {
  return status.code() == absl::StatusCode::kPermissionDenied ||
         status.code() == absl::StatusCode::kResourceExhausted ||
         status.code() == absl::StatusCode::kUnimplemented;
}

}  // namespace sluice::netlab
