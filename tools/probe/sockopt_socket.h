// Sockets whose options are looked at: fresh ones, connected ones, listeners, those of others.
#ifndef SLUICE_TOOLS_PROBE_SOCKOPT_SOCKET_H_
#define SLUICE_TOOLS_PROBE_SOCKOPT_SOCKET_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reactor/base/endpoint.h"
#include "tools/netlab/unique_fd.h"
#include "tools/probe/sockopt_table.h"

namespace sluice::probe {

struct SocketPlan {
  int family = 0;
  int type = 0;
  bool listens = false;
  std::optional<Endpoint> endpoint;  // to connect to, or to listen on; nothing: a fresh socket
};

// "tcp", "tcp6", "udp", "udp6", "unix", "unix-datagram", "tcp-listen", "udp-listen". With an
// endpoint the family is the endpoint's. InvalidArgument for another name.
absl::StatusOr<SocketPlan> PlanSocket(std::string_view kind, std::optional<Endpoint> endpoint);

absl::StatusOr<netlab::UniqueFd> OpenSocket(const SocketPlan& plan);
// Connects (for ten seconds at most), or binds and listens. Errors say to what and why.
absl::Status AttachSocket(int fd, const SocketPlan& plan, int backlog);
// Another process' socket, by its descriptor there (pidfd_getfd(2)); it is the same socket.
absl::StatusOr<netlab::UniqueFd> BorrowSocket(int pid, int descriptor);

// "TCP socket, 127.0.0.1:5000 to 127.0.0.1:80"
std::string DescribeSocket(int fd);
// Those the socket has.
std::vector<OptionLevel> LevelsOf(int fd);
// kTcp, kUdp or kUnix.
Where KindOf(int fd);

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_SOCKOPT_SOCKET_H_
