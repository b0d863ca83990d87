// Which interface a destination is reached through: one question to the kernel's routing table
// (rtnetlink(7), RTM_GETROUTE).
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/cleanup/cleanup.h"
#include "reactor/backend/interfaces.h"
#include "reactor/backend/socket_util.h"

namespace sluice {
namespace {

struct RouteQuestion {
  nlmsghdr header{};
  rtmsg route{};
  rtattr attribute{};
  char destination[sizeof(in6_addr)]{};
};

RouteQuestion AskFor(const Endpoint& destination) {
  RouteQuestion question;
  size_t size = sizeof(in_addr);
  if (destination.family() == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(destination.address());
    size = sizeof(v6->sin6_addr);
    std::memcpy(question.destination, &v6->sin6_addr, size);
  } else {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(destination.address());
    std::memcpy(question.destination, &v4->sin_addr, size);
  }
  question.attribute.rta_type = RTA_DST;
  question.attribute.rta_len = static_cast<uint16_t>(RTA_LENGTH(size));
  question.route.rtm_family = static_cast<uint8_t>(destination.family());
  question.route.rtm_dst_len = static_cast<uint8_t>(size * 8);
  question.header.nlmsg_type = RTM_GETROUTE;
  question.header.nlmsg_flags = NLM_F_REQUEST;
  question.header.nlmsg_len =
      static_cast<uint32_t>(NLMSG_LENGTH(sizeof(rtmsg) + question.attribute.rta_len));
  return question;
}

// RTA_OIF of the answer; 0 where it has none.
uint32_t OutputInterface(const nlmsghdr& answer) {
  const auto* route = reinterpret_cast<const rtmsg*>(NLMSG_DATA(&answer));
  const auto* attribute = reinterpret_cast<const rtattr*>(RTM_RTA(route));
  for (auto left = RTM_PAYLOAD(&answer); RTA_OK(attribute, left);
       attribute = RTA_NEXT(attribute, left)) {
    if (attribute->rta_type != RTA_OIF) continue;
    uint32_t index = 0;
    std::memcpy(&index, RTA_DATA(attribute), sizeof(index));
    return index;
  }
  return 0;
}

// The index, or -errno.
int64_t AskTheKernel(const Endpoint& destination) {
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0) return -errno;
  const auto close_socket = absl::MakeCleanup([fd] { close(fd); });
  const RouteQuestion question = AskFor(destination);
  if (send(fd, &question, question.header.nlmsg_len, 0) < 0) return -errno;
  alignas(nlmsghdr) char bytes[4096];
  const ssize_t size = recv(fd, bytes, sizeof(bytes), 0);
  if (size < 0) return -errno;
  const auto* answer = reinterpret_cast<const nlmsghdr*>(bytes);
  if (!NLMSG_OK(answer, static_cast<uint32_t>(size))) return -EBADMSG;
  if (answer->nlmsg_type != NLMSG_ERROR) return OutputInterface(*answer);
  return reinterpret_cast<const nlmsgerr*>(NLMSG_DATA(answer))->error;
}

}  // namespace

absl::StatusOr<NetworkInterface> InterfaceTowards(const Endpoint& destination) {
  const std::string doing = "cannot find a route to " + destination.ToString();
  if (!destination.is_ip()) return absl::InvalidArgumentError(doing + ": it has none");
  const int64_t index = AskTheKernel(destination);
  if (index > 0) return FindInterface(std::to_string(index));
  if (index != 0 && index != -ENETUNREACH && index != -EHOSTUNREACH && index != -ENODEV) {
    return backend::ErrnoStatus(static_cast<int>(-index), doing + ": RTM_GETROUTE");
  }
  return absl::NotFoundError(doing +
                             ": no interface is named and the routing table has none for "
                             "it: name one, or add a route");
}

}  // namespace sluice
