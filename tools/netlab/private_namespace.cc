#include "tools/netlab/private_namespace.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "tools/netlab/errno_status.h"
#include "tools/netlab/host_policy.h"
#include "tools/netlab/link.h"
#include "tools/netlab/netlink.h"
#include "tools/netlab/proc_file.h"

namespace sluice::netlab {
namespace {

// Of the thread, not of the process: /proc/self is the main thread.
constexpr char kNetworkNamespace[] = "/proc/thread-self/ns/net";

absl::StatusOr<UniqueFd> OpenNetworkNamespace() {
  UniqueFd fd(open(kNetworkNamespace, O_RDONLY | O_CLOEXEC));
  if (!fd.ok()) return ErrnoStatus(errno, std::string("cannot open ") + kNetworkNamespace);
  return fd;
}

// A namespace is the inode it shows (namespaces(7)).
absl::StatusOr<bool> SameNamespace(const UniqueFd& a, const UniqueFd& b) {
  struct stat a_stat, b_stat;
  if (fstat(a.get(), &a_stat) != 0 || fstat(b.get(), &b_stat) != 0) {
    return ErrnoStatus(errno, "cannot compare network namespaces");
  }
  return a_stat.st_dev == b_stat.st_dev && a_stat.st_ino == b_stat.st_ino;
}

absl::Status CheckSingleThreaded() {
  auto text = ReadProcFile("/proc/self/status");
  if (!text.ok()) return text.status();
  const std::string key = "\nThreads:";
  const size_t at = text->find(key);
  const int threads = at == std::string::npos ? 0 : std::atoi(text->c_str() + at + key.size());
  if (threads == 1) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "a process with " + std::to_string(threads) +
      " threads cannot enter a user namespace: enter before the first thread starts, or in a fork");
}

// The caller becomes root inside. An unprivileged process may map only its own ids, and the group
// only once setgroups is given up (user_namespaces(7)).
absl::Status MapIds(uid_t uid, gid_t gid, const HostPolicy& policy) {
  const std::pair<const char*, std::string> files[] = {
      {"/proc/self/setgroups", "deny"},
      {"/proc/self/uid_map", "0 " + std::to_string(uid) + " 1"},
      {"/proc/self/gid_map", "0 " + std::to_string(gid) + " 1"},
  };
  for (const auto& [path, text] : files) {
    UniqueFd fd(open(path, O_WRONLY | O_CLOEXEC));
    if (!fd.ok() || write(fd.get(), text.data(), text.size()) < 0) {
      return ExplainRefusal(std::string("writing ") + path, errno, policy);
    }
  }
  return absl::OkStatus();
}

// True: with a user namespace of its own. False: root's fallback without one.
absl::StatusOr<bool> Unshare(const HostPolicy& policy) {
  const uid_t uid = geteuid();
  const gid_t gid = getegid();
  if (unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0) {
    if (absl::Status mapped = MapIds(uid, gid, policy); !mapped.ok()) return mapped;
    return true;
  }
  const int error = errno;
  if (policy.root && unshare(CLONE_NEWNET) == 0) return false;
  return ExplainRefusal("unshare(CLONE_NEWUSER | CLONE_NEWNET)", error, policy);
}

absl::Status RouteBlackhole(unsigned interface) {
  alignas(NLMSG_ALIGNTO) char buffer[256];
  nlmsghdr* request = mnl_nlmsg_put_header(buffer);
  request->nlmsg_type = RTM_NEWROUTE;
  request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
  auto* route = static_cast<rtmsg*>(mnl_nlmsg_put_extra_header(request, sizeof(rtmsg)));
  route->rtm_family = AF_INET;
  route->rtm_dst_len = kBlackholePrefixBits;
  route->rtm_table = RT_TABLE_MAIN;
  route->rtm_protocol = RTPROT_STATIC;
  route->rtm_scope = RT_SCOPE_LINK;
  route->rtm_type = RTN_UNICAST;  // not RTN_BLACKHOLE: see the header
  mnl_attr_put_u32(request, RTA_DST, htonl(kBlackholeNetwork));
  mnl_attr_put_u32(request, RTA_OIF, interface);
  return NetlinkRequest(NETLINK_ROUTE, request, "cannot route the black hole to lo",
                        [](const nlmsghdr&) {});
}

// The errors of the set-up that come from the host's policy get its words too.
absl::Status PrepareNetwork(const HostPolicy& policy) {
  const unsigned interface = if_nametoindex("lo");
  if (interface == 0) return ErrnoStatus(errno, "a fresh network namespace has no lo");
  absl::Status status = SetLinkUp(interface);
  if (status.ok()) status = RouteBlackhole(interface);
  // AppArmor lets the namespace be made and refuses its rights afterwards.
  if (absl::IsPermissionDenied(status)) {
    return ExplainRefusal(std::string(status.message()), EPERM, policy);
  }
  if (!status.ok()) return status;
  const char* sysctl = "/proc/sys/net/core/somaxconn";
  if (access(sysctl, W_OK) != 0) {
    return ExplainRefusal(std::string("opening ") + sysctl + " for writing", errno, policy);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PrivateNamespace> PrivateNamespace::Enter() {
  if (absl::Status single = CheckSingleThreaded(); !single.ok()) return single;
  auto host = OpenNetworkNamespace();
  if (!host.ok()) return host.status();
  const HostPolicy policy = ReadHostPolicy();
  auto unprivileged = Unshare(policy);
  if (!unprivileged.ok()) return unprivileged.status();
  auto own = OpenNetworkNamespace();
  if (!own.ok()) return own.status();
  PrivateNamespace ns(*std::move(host), *std::move(own), *unprivileged);
  if (absl::Status inside = ns.VerifyInside(); !inside.ok()) return inside;
  if (absl::Status ready = PrepareNetwork(policy); !ready.ok()) return ready;
  return ns;
}

absl::Status PrivateNamespace::VerifyInside() const {
  auto current = OpenNetworkNamespace();
  if (!current.ok()) return current.status();
  auto on_host = SameNamespace(*current, host_);
  if (!on_host.ok()) return on_host.status();
  if (*on_host) {
    return absl::FailedPreconditionError(
        "the current network namespace is the host's, not the private one");
  }
  auto own = SameNamespace(*current, own_);
  if (!own.ok()) return own.status();
  if (!*own) {
    return absl::FailedPreconditionError(
        "the current network namespace is not the private one this token stands for");
  }
  return absl::OkStatus();
}

}  // namespace sluice::netlab
