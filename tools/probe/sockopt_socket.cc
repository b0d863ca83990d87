#include "tools/probe/sockopt_socket.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "reactor/backend/socket_util.h"

namespace sluice::probe {
namespace {

struct KindRow {
  std::string_view name;
  int family;
  int type;
  bool listens;
};
constexpr KindRow kKinds[] = {
    {"tcp", AF_INET, SOCK_STREAM, false},       {"tcp6", AF_INET6, SOCK_STREAM, false},
    {"udp", AF_INET, SOCK_DGRAM, false},        {"udp6", AF_INET6, SOCK_DGRAM, false},
    {"unix", AF_UNIX, SOCK_STREAM, false},      {"unix-datagram", AF_UNIX, SOCK_DGRAM, false},
    {"tcp-listen", AF_INET, SOCK_STREAM, true}, {"udp-listen", AF_INET, SOCK_DGRAM, true},
};

int IntOption(int fd, int option) {
  int value = 0;
  socklen_t size = sizeof(value);
  getsockopt(fd, SOL_SOCKET, option, &value, &size);
  return value;
}

// A blocking connect(2) would need SO_SNDTIMEO, which is one of the values to be shown.
int ConnectWithin(int fd, const Endpoint& endpoint, int timeout_ms) {
  const int flags = fcntl(fd, F_GETFL);
  fcntl(fd, F_SETFL, flags | O_NONBLOCK);
  int error = connect(fd, endpoint.address(), endpoint.size()) == 0 ? 0 : errno;
  if (error == EINPROGRESS) {
    pollfd wait{.fd = fd, .events = POLLOUT, .revents = 0};
    error = poll(&wait, 1, timeout_ms) > 0 ? IntOption(fd, SO_ERROR) : ETIMEDOUT;
  }
  fcntl(fd, F_SETFL, flags);
  return error;
}

}  // namespace

absl::StatusOr<SocketPlan> PlanSocket(std::string_view kind, std::optional<Endpoint> endpoint) {
  std::string known;
  for (const KindRow& row : kKinds) {
    known += (known.empty() ? "" : ", ") + std::string(row.name);
    if (row.name != kind) continue;
    SocketPlan plan{row.family, row.type, row.listens, endpoint};
    if (endpoint) plan.family = endpoint->family();
    // Any free port will do.
    if (!endpoint && plan.listens) plan.endpoint = *Endpoint::Parse("127.0.0.1:0");
    return plan;
  }
  return absl::InvalidArgumentError("unknown socket \"" + std::string(kind) + "\": there are " +
                                    known);
}

absl::StatusOr<netlab::UniqueFd> OpenSocket(const SocketPlan& plan) {
  netlab::UniqueFd fd(socket(plan.family, plan.type | SOCK_CLOEXEC, 0));
  if (!fd.ok()) return backend::ErrnoStatus(errno, "cannot open a socket");
  return fd;
}

absl::Status AttachSocket(int fd, const SocketPlan& plan, int backlog) {
  constexpr int kConnectMs = 10'000;
  if (!plan.endpoint) return absl::OkStatus();
  const std::string name = plan.endpoint->ToString();
  if (!plan.listens) {
    const int error = ConnectWithin(fd, *plan.endpoint, kConnectMs);
    return error == 0 ? absl::OkStatus() : backend::ErrnoStatus(error, "cannot connect to " + name);
  }
  if (bind(fd, plan.endpoint->address(), plan.endpoint->size()) != 0) {
    return backend::ErrnoStatus(errno, "cannot bind to " + name);
  }
  if (plan.type == SOCK_STREAM && listen(fd, backlog) != 0) {
    return backend::ErrnoStatus(errno, "cannot listen on " + name);
  }
  return absl::OkStatus();
}

absl::StatusOr<netlab::UniqueFd> BorrowSocket(int pid, int descriptor) {
  const std::string name =
      "descriptor " + std::to_string(descriptor) + " of process " + std::to_string(pid);
  const netlab::UniqueFd process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!process.ok())
    return backend::ErrnoStatus(errno, "cannot open process " + std::to_string(pid));
  netlab::UniqueFd fd(static_cast<int>(syscall(SYS_pidfd_getfd, process.get(), descriptor, 0)));
  if (!fd.ok()) {
    return backend::ErrnoStatus(errno, "cannot take " + name,
                                "it needs the rights of a debugger (ptrace(2))");
  }
  if (IntOption(fd.get(), SO_TYPE) == 0) {
    return absl::InvalidArgumentError(name + " is no socket");
  }
  return fd;
}

Where KindOf(int fd) {
  if (IntOption(fd, SO_DOMAIN) == AF_UNIX) return kUnix;
  return IntOption(fd, SO_PROTOCOL) == IPPROTO_TCP ? kTcp : kUdp;
}

std::string DescribeSocket(int fd) {
  const Where kind = KindOf(fd);
  std::string text = kind == kUnix ? "unix-domain" : kind == kTcp ? "TCP" : "UDP";
  if (IntOption(fd, SO_DOMAIN) == AF_INET6) text += " (IPv6)";
  const bool listens = IntOption(fd, SO_ACCEPTCONN) != 0;
  text += listens ? " listener" : " socket";
  const Endpoint local = backend::LocalEndpointOf(fd);
  const Endpoint peer = backend::PeerEndpointOf(fd);
  if (local.is_ip() && local.port() == 0) return text + ", fresh";
  text += ", " + local.ToString();
  return listens || peer == Endpoint() ? text : text + " to " + peer.ToString();
}

std::vector<OptionLevel> LevelsOf(int fd) {
  std::vector<OptionLevel> levels = {{SOL_SOCKET, "SOL_SOCKET", SocketRows()}};
  const Where kind = KindOf(fd);
  if (kind == kTcp) levels.push_back({IPPROTO_TCP, "IPPROTO_TCP", TcpRows()});
  if (kind == kUdp) levels.push_back({IPPROTO_UDP, "IPPROTO_UDP", UdpRows()});
  // Through an IPv6 socket IPv4 may pass, too; its options are shown of IPv4 sockets.
  const int family = IntOption(fd, SO_DOMAIN);
  if (family == AF_INET) levels.push_back({IPPROTO_IP, "IPPROTO_IP", IpRows()});
  if (family == AF_INET6) levels.push_back({IPPROTO_IPV6, "IPPROTO_IPV6", Ipv6Rows()});
  return levels;
}

}  // namespace sluice::probe
