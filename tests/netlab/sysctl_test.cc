#include "tools/netlab/sysctl.h"

#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "tests/netlab/in_namespace.h"
#include "tools/netlab/errno_status.h"

namespace sluice::netlab {
namespace {

using Answer = absl::StatusOr<std::string>;

TEST(Sysctl, Reads) {
  auto number = ReadSysctlNumber("net.core.somaxconn");
  ASSERT_TRUE(number.ok()) << number.status();
  EXPECT_GE(*number, 0);
  auto list = ReadSysctl("net.ipv4.tcp_rmem");
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(std::count(list->begin(), list->end(), '\t'), 2);
  EXPECT_EQ(ReadSysctlNumber("net.ipv4.tcp_rmem").status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Sysctl, RefusesNamesThatAreNone) {
  for (const char* name : {"", "net", "net.", "kernel.pid_max", "net..core", "net.core/somaxconn",
                           "net.core.somaxconn.", "net.../kernel", "net.core. somaxconn"}) {
    EXPECT_EQ(ReadSysctl(name).status().code(), absl::StatusCode::kInvalidArgument) << name;
  }
  EXPECT_EQ(ReadSysctl("net.ipv4.no_such_thing").status().message(),
            "cannot read net.ipv4.no_such_thing: this kernel or this network namespace does not "
            "have it");
}

TEST(Sysctl, WritesAndRestoresInsideOnly) {
  SLUICE_SKIP_WITHOUT_NAMESPACES();
  const std::string host = *ReadSysctl("net.core.somaxconn");
  const std::string answer = InNamespace([](const PrivateNamespace& ns) -> Answer {
    auto old_value = ReadSysctl("net.core.somaxconn");
    if (!old_value.ok()) return old_value.status();
    std::string text;
    {
      auto scoped = ScopedSysctl::Set(ns, "net.core.somaxconn", "7");
      if (!scoped.ok()) return scoped.status();
      ScopedSysctl moved = *std::move(scoped);
      text += *ReadSysctl("net.core.somaxconn");
      if (moved.old_value() != *old_value) return absl::InternalError(moved.old_value());
    }
    text += *ReadSysctl("net.core.somaxconn") == *old_value ? " restored" : " lost";
    if (absl::Status s = WriteSysctl(ns, "net.ipv4.tcp_syncookies", 2); !s.ok()) return s;
    return text + " " + *ReadSysctl("net.ipv4.tcp_syncookies");
  });
  EXPECT_EQ(answer, "7 restored 2");
  EXPECT_EQ(*ReadSysctl("net.core.somaxconn"), host);
}

TEST(Sysctl, SaysWhyItCannotWrite) {
  SLUICE_SKIP_WITHOUT_NAMESPACES();
  EXPECT_EQ(
      InNamespace([](const PrivateNamespace& ns) -> Answer {
        return WriteSysctl(ns, "net.ipv4.tcp_syncookies", "many");
      }),
      "INVALID_ARGUMENT: cannot write \"many\" to net.ipv4.tcp_syncookies: the kernel refuses "
      "the value");
  EXPECT_EQ(
      InNamespace([](const PrivateNamespace& ns) -> Answer {
        if (unshare(CLONE_NEWNET) != 0) return ErrnoStatus(errno, "unshare");
        return WriteSysctl(ns, "net.core.somaxconn", 5);
      }),
      "FAILED_PRECONDITION: cannot write net.core.somaxconn: the current network namespace is "
      "not the private one this token stands for");
}

}  // namespace
}  // namespace sluice::netlab
