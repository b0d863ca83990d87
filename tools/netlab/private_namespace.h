// A network of one's own: a fresh user and network namespace, without root, in which listen queues
// may be flooded and sysctls turned while the host notices nothing.
//
//   absl::StatusOr<std::string> answer = RunInPrivateNamespace(
//       [](const PrivateNamespace& ns) -> absl::StatusOr<std::string> {
//         if (auto s = WriteSysctl(ns, "net.core.somaxconn", 16); !s.ok()) return s;
//         ...sockets on 127.0.0.1...
//         return "129 connects completed";
//       });
//
// Inside there is `lo`, up, with 127.0.0.1 and ::1, and a black hole: kBlackholeNetwork is routed
// to `lo` although no address of it is local. What is sent there leaves IP successfully, and comes
// back from the loopback device still carrying its output route, whose input handler is
// dst_discard: it vanishes without an error, an ICMP message or a RST. So the SYN-ACK to a spoofed
// source of that network meets pure silence, and the entry stays half-open. Measured alternatives,
// 20 SYNs each: behind a `blackhole` route none is held (no route back, so the kernel drops the SYN
// itself); on a veth pair 2 are left after 4 s (the unresolved neighbour reports host unreachable);
// a veth pair without ARP holds all as `lo` does, but needs a driver a kernel may lack, as dummy
// does.
#ifndef SLUICE_TOOLS_NETLAB_PRIVATE_NAMESPACE_H_
#define SLUICE_TOOLS_NETLAB_PRIVATE_NAMESPACE_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/netlab/unique_fd.h"

namespace sluice::netlab {

// 198.18.0.0/15, host byte order: set aside for benchmarks of isolated networks (RFC 2544, RFC
// 5735), so it is nobody's address. A connect to it inside stays SYN_SENT.
inline constexpr uint32_t kBlackholeNetwork = 0xc6120000;
inline constexpr int kBlackholePrefixBits = 15;

// The proof that the process moved into a namespace this library made: what could harm a host
// (SYN injection, writing sysctls) asks for one and verifies it again. Only Enter() makes one.
// Holds a descriptor of both namespaces, so that neither's inode number can be used again.
class PrivateNamespace {
 public:
  // Moves the calling process into a fresh user + network namespace for good, becomes its root, and
  // sets up what is described above. Falls back to a network namespace alone where root may not
  // make user namespaces. The process must have one thread (the kernel's rule for CLONE_NEWUSER).
  // After an error the process may be half-way in: let it exit. See HostForbidsNamespaces() for the
  // errors that mean "not on this host"; the text says why and what to do.
  static absl::StatusOr<PrivateNamespace> Enter();

  PrivateNamespace(PrivateNamespace&&) = default;
  PrivateNamespace& operator=(PrivateNamespace&&) = default;

  // OK if the calling thread's network namespace is this one and is not the one Enter() left.
  absl::Status VerifyInside() const;

  // Whether it has its own user namespace (no root was needed).
  bool unprivileged() const { return unprivileged_; }

 private:
  PrivateNamespace(UniqueFd host, UniqueFd own, bool unprivileged)
      : host_(std::move(host)), own_(std::move(own)), unprivileged_(unprivileged) {}

  UniqueFd host_;
  UniqueFd own_;
  bool unprivileged_;
};

// Forks, enters a fresh namespace in the child, calls `body` there, and returns its answer or its
// error. The namespace dies with the child: nothing half-open outlives it. The child dies with the
// calling thread. A child that crashes is an Internal error that names the signal. `body` must make
// its own loops, rings and descriptors; it runs on a copy of the caller's memory. Blocking.
absl::StatusOr<std::string> RunInPrivateNamespace(
    absl::FunctionRef<absl::StatusOr<std::string>(const PrivateNamespace&)> body);

// OK if this host allows a private namespace, found out by making one in a child; else why not.
absl::Status ProbePrivateNamespace();

}  // namespace sluice::netlab

#endif  // SLUICE_TOOLS_NETLAB_PRIVATE_NAMESPACE_H_
