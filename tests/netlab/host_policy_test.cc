#include "tools/netlab/host_policy.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>

namespace sluice::netlab {
namespace {

TEST(HostPolicy, TheTextNamesTheCauseAndTheRemedy) {
  const struct {
    int error;
    HostPolicy policy;
    const char* cause;
  } rows[] = {
      {ENOSPC, {.max_user_namespaces = 0}, "sysctl user.max_user_namespaces=10000"},
      {ENOSPC,
       {.max_user_namespaces = 9, .max_net_namespaces = 0},
       "user.max_net_namespaces=10000"},
      {ENOSPC, {.max_user_namespaces = 9}, "A limit of this or an outer user namespace"},
      {EPERM,
       {.apparmor_restrict_unprivileged_userns = 1},
       "sysctl kernel.apparmor_restrict_unprivileged_userns=0"},
      {EACCES,
       {.apparmor_restrict_unprivileged_userns = 1},
       "sysctl kernel.apparmor_restrict_unprivileged_userns=0"},
      {EPERM, {.unprivileged_userns_clone = 0}, "sysctl kernel.unprivileged_userns_clone=1"},
      {EPERM, {.seccomp_mode = 2}, "--security-opt seccomp=unconfined"},
      {EPERM, {.root = true}, "--privileged"},
      {EPERM, {.apparmor_restrict_unprivileged_userns = 1, .root = true}, "CAP_SYS_ADMIN"},
      {EPERM, {.unprivileged_userns_clone = 1}, "run as root on the host itself"},
      {EROFS, {}, "/proc/sys is mounted read-only"},
      {EINVAL, {}, "built without user or network namespaces"},
  };
  for (const auto& row : rows) {
    const absl::Status status = ExplainRefusal("unshare(X)", row.error, row.policy);
    const std::string text(status.message());
    EXPECT_NE(text.find(row.cause), std::string::npos) << row.cause << "\n" << text;
    EXPECT_NE(text.find("unshare(X)"), std::string::npos) << text;
    EXPECT_TRUE(HostForbidsNamespaces(status)) << text;
  }
}

TEST(HostPolicy, NoCauseIsInvented) {
  const HostPolicy open{.max_user_namespaces = 100,
                        .max_net_namespaces = 100,
                        .unprivileged_userns_clone = 1,
                        .apparmor_restrict_unprivileged_userns = 0};
  const std::string text(ExplainRefusal("x", EPERM, open).message());
  EXPECT_EQ(text.find("AppArmor"), std::string::npos) << text;
  EXPECT_EQ(text.find("seccomp"), std::string::npos) << text;
  EXPECT_EQ(text.find("sysctl"), std::string::npos) << text;
}

TEST(HostPolicy, AFaultOfOursIsNoRefusal) {
  EXPECT_FALSE(HostForbidsNamespaces(ExplainRefusal("x", EFAULT, {})));
  EXPECT_FALSE(HostForbidsNamespaces(absl::InternalError("x")));
  EXPECT_FALSE(HostForbidsNamespaces(absl::FailedPreconditionError("x")));
  EXPECT_FALSE(HostForbidsNamespaces(absl::OkStatus()));
}

}  // namespace
}  // namespace sluice::netlab
