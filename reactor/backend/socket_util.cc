#include "reactor/backend/socket_util.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "reactor/backend/multicast.h"

namespace sluice::backend {
namespace {

int TypeFlags(Blocking blocking) {
  return SOCK_CLOEXEC | (blocking == Blocking::kNo ? SOCK_NONBLOCK : 0);
}

std::string_view BindAdvice(int error) {
  switch (error) {
    case EADDRINUSE:
      return "another socket has this address: stop its program, or choose another port (0 lets "
             "the "
             "kernel pick one)";
    case EACCES:
      return "no permission: ports below net.ipv4.ip_unprivileged_port_start need "
             "CAP_NET_BIND_SERVICE, unix-domain files a writable directory";
    case EADDRNOTAVAIL:
      return "no interface of this host has this address";
    case ENOENT:
      return "the directory does not exist";
    default:
      return "";
  }
}

absl::Status ApplyOptions(int fd, const SocketOptions& options) {
  for (const RawSocketOption& option : options.entries()) {
    const absl::Status status = SetSocketOption(fd, option);
    if (!status.ok() && option.required) return status;
  }
  return absl::OkStatus();
}

// Linux hands a datagram of any group that any program of this host has joined to every socket
// bound to its port, even to one that joined nothing (ip(7), IP_MULTICAST_ALL): a member of
// 239.1.1.1 would be shown what its neighbour gets from 239.2.2.2. A socket of either family may
// meet IPv4 groups.
void KeepToOwnGroups(int family, SocketOptions& options) {
  options.Try(socket_option::kMulticastAll, false);
  if (family == AF_INET6) options.Try(socket_option::kIpv6MulticastAll, false);
}

// True when `endpoint` is a unix-domain socket file that nobody listens on any more.
bool IsStaleUnixFile(const Endpoint& endpoint) {
  const std::string path = endpoint.unix_file();
  struct stat info;
  if (path.empty() || lstat(path.c_str(), &info) != 0 || !S_ISSOCK(info.st_mode)) return false;
  const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return false;
  const int result = connect(probe, endpoint.address(), endpoint.size());
  const bool refused = result != 0 && errno == ECONNREFUSED;
  close(probe);
  return refused;
}

absl::Status Bind(int fd, const Endpoint& endpoint, const std::string& doing) {
  if (bind(fd, endpoint.address(), endpoint.size()) == 0) return absl::OkStatus();
  int error = errno;
  if (error == EADDRINUSE && IsStaleUnixFile(endpoint)) {
    unlink(endpoint.unix_file().c_str());
    if (bind(fd, endpoint.address(), endpoint.size()) == 0) return absl::OkStatus();
    error = errno;
  }
  return ErrnoStatus(error, doing + ": bind", BindAdvice(error));
}

// A socket with its options set and its address bound.
absl::StatusOr<int> OpenBound(const Endpoint& endpoint, int type, bool reuse_port,
                              const SocketOptions& options, const std::string& doing) {
  const int fd = socket(endpoint.family(), type, 0);
  if (fd < 0) {
    const int error = errno;
    return ErrnoStatus(error, doing + ": socket",
                       error == EMFILE ? "raise the descriptor limit (ulimit -n)" : "");
  }
  auto close_on_error = absl::MakeCleanup([fd] { close(fd); });
  if (reuse_port) {
    SocketOptions reuse;
    reuse.Set(socket_option::kReusePort, true);
    if (absl::Status status = ApplyOptions(fd, reuse); !status.ok()) return status;
  }
  absl::Status status = ApplyOptions(fd, options);
  if (status.ok()) status = Bind(fd, endpoint, doing);
  if (!status.ok()) return status;
  std::move(close_on_error).Cancel();
  return fd;
}

}  // namespace

absl::StatusOr<int> OpenListener(const Endpoint& endpoint, const ListenOptions& options,
                                 Blocking blocking) {
  const std::string doing = "cannot listen on " + endpoint.ToString();
  SocketOptions socket_options;
  // Without it a restarted server waits out the TIME_WAIT of its last connections (socket(7)).
  if (endpoint.is_ip()) socket_options.Set(socket_option::kReuseAddress, true);
  const int type = SOCK_STREAM | TypeFlags(blocking);
  absl::StatusOr<int> fd = OpenBound(endpoint, type, options.reuse_port, socket_options, doing);
  if (!fd.ok()) return fd;
  auto close_on_error = absl::MakeCleanup([&fd, &endpoint] {
    close(*fd);
    if (!endpoint.unix_file().empty()) unlink(endpoint.unix_file().c_str());
  });
  // Before listen, so that even the first connection inherits them.
  if (absl::Status status = ApplyOptions(*fd, options.socket); !status.ok()) return status;
  if (listen(*fd, options.backlog) != 0) {
    const int error = errno;
    return ErrnoStatus(error, doing + ": listen", BindAdvice(error));
  }
  std::move(close_on_error).Cancel();
  return fd;
}

absl::StatusOr<int> OpenDatagram(const Endpoint& endpoint, const DatagramOptions& options,
                                 Blocking blocking) {
  SocketOptions socket_options;
  if (options.reuse_address) socket_options.Set(socket_option::kReuseAddress, true);
  if (endpoint.is_ip()) KeepToOwnGroups(endpoint.family(), socket_options);
  socket_options.Append(options.socket);
  socket_options.Try(socket_option::kReceiveOverflowCount, true);
  return OpenBound(endpoint, SOCK_DGRAM | TypeFlags(blocking), options.reuse_port, socket_options,
                   "cannot bind datagram socket " + endpoint.ToString());
}

int OpenStream(const Endpoint& endpoint, const SocketOptions& options, Blocking blocking) {
  const int fd = socket(endpoint.family(), SOCK_STREAM | TypeFlags(blocking), 0);
  if (fd < 0) return -errno;
  for (const RawSocketOption& option : options.entries()) {
    if (setsockopt(fd, option.level, option.name, option.value.data(),
                   static_cast<socklen_t>(option.value.size())) != 0 &&
        option.required) {
      const int error = errno;
      close(fd);
      return -error;
    }
  }
  return fd;
}

absl::Status SetSocketOption(int fd, const RawSocketOption& option) {
  if (setsockopt(fd, option.level, option.name, option.value.data(),
                 static_cast<socklen_t>(option.value.size())) == 0) {
    return absl::OkStatus();
  }
  const int error = errno;
  return RefusedOption(option, error);
}

absl::Status RefusedOption(const RawSocketOption& option, int error) {
  std::string doing = std::string("cannot set socket option ") + option.label;
  if (!option.about.empty()) doing += " (" + option.about + ")";
  return ErrnoStatus(error, doing, MulticastAdvice(option, error));
}

absl::StatusOr<std::string> GetSocketOption(int fd, const RawSocketOption& option) {
  std::string value = option.value;
  auto size = static_cast<socklen_t>(value.size());
  if (getsockopt(fd, option.level, option.name, value.data(), &size) != 0) {
    const int error = errno;
    return ErrnoStatus(error, std::string("cannot read socket option ") + option.label);
  }
  value.resize(size);
  return value;
}

Endpoint LocalEndpointOf(int fd) {
  sockaddr_storage address;
  socklen_t size = sizeof(address);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return Endpoint();
  return Endpoint::FromSockaddr(reinterpret_cast<sockaddr*>(&address), size);
}

Endpoint PeerEndpointOf(int fd) {
  sockaddr_storage address;
  socklen_t size = sizeof(address);
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return Endpoint();
  return Endpoint::FromSockaddr(reinterpret_cast<sockaddr*>(&address), size);
}

void MakeCloseReset(int fd) {
  const linger reset{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
}

std::string ErrnoText(int error) {
  const char* name = strerrorname_np(error);
  const char* words = strerrordesc_np(error);
  if (name == nullptr || words == nullptr) return "error " + std::to_string(error);
  return std::string(name) + " (" + words + ")";
}

absl::Status ErrnoStatus(int error, std::string_view doing, std::string_view advice) {
  std::string text = std::string(doing) + ": " + ErrnoText(error);
  if (!advice.empty()) text += "; " + std::string(advice);
  return absl::Status(absl::ErrnoToStatusCode(error), text);
}

}  // namespace sluice::backend
