#include "apps/picture/send_trouble.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "apps/picture/part.h"

namespace sluice::picture {
namespace {

std::string Tried(const Endpoint& to, size_t datagram_bytes) {
  return "cannot send a datagram of " + std::to_string(datagram_bytes) + " bytes to " +
         to.ToString() + ": ";
}

std::string TooLong(const Endpoint& to, size_t datagram_bytes, bool plain) {
  if (datagram_bytes > kDatagramBytesMax) {
    return "UDP over IPv4 carries at most 65,507 (EMSGSIZE: 65,535 of a packet less 20 of IP and 8 "
           "of UDP)";
  }
  const size_t mtu = PathMtu(to);
  const std::string fits = mtu > HeaderBytes(to) ? std::to_string(mtu - HeaderBytes(to)) : "less";
  const std::string remedy = plain
                                 ? "send pictures of " + fits + " bytes at most, or without --plain"
                                 : "give --datagram-bytes=" + fits;
  return "it is longer than the path takes uncut, " + std::to_string(mtu) +
         " bytes with its headers, and may not be fragmented (EMSGSIZE, path MTU): " + remedy +
         ", or leave out --dont-fragment";
}

}  // namespace

size_t HeaderBytes(const Endpoint& to) {
  return to.family() == AF_INET6 ? 48 : 28;
}

size_t PathMtu(const Endpoint& to) {
  const int fd = socket(to.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return 0;
  const bool v6 = to.family() == AF_INET6;
  int mtu = 0;
  socklen_t size = sizeof(mtu);
  // The kernel has one for connected sockets only; connecting sends nothing.
  if (connect(fd, to.address(), to.size()) != 0 ||
      getsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_MTU : IP_MTU, &mtu, &size) != 0) {
    mtu = 0;
  }
  close(fd);
  return static_cast<size_t>(mtu);
}

std::string FragmentNote(const Endpoint& to, size_t datagram_bytes, size_t path_mtu) {
  const size_t headers = HeaderBytes(to);
  if (path_mtu <= headers || datagram_bytes + headers <= path_mtu) return "";
  return "datagrams of " + std::to_string(datagram_bytes) +
         " bytes leave here in several fragments (MTU " + std::to_string(path_mtu) +
         "): one lost fragment loses all of them; --datagram-bytes=" +
         std::to_string(path_mtu - headers) + " is the most that stays whole";
}

absl::Status SendTrouble(const Endpoint& to, size_t datagram_bytes, bool plain, int error) {
  const std::string tried = Tried(to, datagram_bytes);
  switch (error) {
    case EMSGSIZE:
      return absl::InvalidArgumentError(tried + TooLong(to, datagram_bytes, plain));
    case EACCES:
      return absl::PermissionDeniedError(tried + "it is a broadcast address: give --broadcast");
    case EINVAL:
    case EAFNOSUPPORT:
    case ENETUNREACH:
    case EHOSTUNREACH:
      return absl::UnavailableError(tried + std::strerror(error));
    default:
      return absl::OkStatus();  // full queues (ENOBUFS), a firewall's EPERM: as good as lost
  }
}

}  // namespace sluice::picture
