#include "tools/netlab/unix_listeners.h"

#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/tcp.h>
#include <sys/un.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "tools/netlab/netlink.h"

namespace sluice::netlab {
namespace {

int TakeAttribute(const nlattr* attribute, void* into) {
  auto& listener = *static_cast<UnixListener*>(into);
  const void* payload = mnl_attr_get_payload(attribute);
  const size_t size = mnl_attr_get_payload_len(attribute);
  if (mnl_attr_get_type(attribute) == UNIX_DIAG_NAME) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const size_t bytes = std::min(size, sizeof(address.sun_path));
    std::memcpy(address.sun_path, payload, bytes);
    listener.endpoint =
        Endpoint::FromSockaddr(reinterpret_cast<const sockaddr*>(&address),
                               static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + bytes));
  }
  unix_diag_rqlen queue;
  if (mnl_attr_get_type(attribute) == UNIX_DIAG_RQLEN && size >= sizeof(queue)) {
    // For a listener: connections that wait, and sk_max_ack_backlog.
    std::memcpy(&queue, payload, sizeof(queue));
    listener.length = queue.udiag_rqueue;
    listener.limit = queue.udiag_wqueue;
  }
  return MNL_CB_OK;
}

}  // namespace

absl::StatusOr<std::vector<UnixListener>> ReadUnixListeners() {
  alignas(NLMSG_ALIGNTO) char buffer[256];
  nlmsghdr* message = mnl_nlmsg_put_header(buffer);
  message->nlmsg_type = SOCK_DIAG_BY_FAMILY;
  message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  auto* request =
      static_cast<unix_diag_req*>(mnl_nlmsg_put_extra_header(message, sizeof(unix_diag_req)));
  request->sdiag_family = AF_UNIX;
  request->udiag_states = 1u << TCP_LISTEN;
  request->udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_RQLEN;
  std::vector<UnixListener> listeners;
  absl::Status status = NetlinkRequest(
      NETLINK_SOCK_DIAG, message, "cannot list the unix-domain sockets (unix_diag)",
      [&](const nlmsghdr& answer) {
        if (answer.nlmsg_len < mnl_nlmsg_size(sizeof(unix_diag_msg))) return;
        const auto* socket = static_cast<const unix_diag_msg*>(mnl_nlmsg_get_payload(&answer));
        UnixListener& listener = listeners.emplace_back();
        listener.inode = socket->udiag_ino;
        mnl_attr_parse(&answer, sizeof(unix_diag_msg), TakeAttribute, &listener);
      });
  if (!status.ok()) return status;
  return listeners;
}

}  // namespace sluice::netlab
