#include "tools/netlab/netlink.h"

#include <cerrno>
#include <memory>
#include <vector>

#include "tools/netlab/errno_status.h"

namespace sluice::netlab {
namespace {

using OnAnswer = absl::FunctionRef<void(const nlmsghdr&)>;

// The kernel fills a dump answer up to the reader's buffer, at most 32 KiB (netlink_dump).
constexpr size_t kAnswerBytes = 32 * 1024;
constexpr unsigned kSequence = 1;  // one request a socket

int HandleMessage(const nlmsghdr* message, void* data) {
  (*static_cast<OnAnswer*>(data))(*message);
  return MNL_CB_OK;
}

struct CloseSocket {
  void operator()(mnl_socket* socket) const { mnl_socket_close(socket); }
};

}  // namespace

absl::Status NetlinkRequest(int bus, nlmsghdr* request, const std::string& what,
                            OnAnswer on_answer) {
  std::unique_ptr<mnl_socket, CloseSocket> socket(mnl_socket_open2(bus, SOCK_CLOEXEC));
  if (socket == nullptr) return ErrnoStatus(errno, what + ": cannot open a netlink socket");
  if (mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) < 0) {
    return ErrnoStatus(errno, what + ": cannot bind the netlink socket");
  }
  request->nlmsg_seq = kSequence;
  if (mnl_socket_sendto(socket.get(), request, request->nlmsg_len) < 0) {
    return ErrnoStatus(errno, what + ": cannot send the netlink request");
  }
  const unsigned port_id = mnl_socket_get_portid(socket.get());
  std::vector<char> answer(kAnswerBytes);
  while (true) {
    const ssize_t bytes = mnl_socket_recvfrom(socket.get(), answer.data(), answer.size());
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return ErrnoStatus(errno, what + ": cannot read the netlink answer");
    // An error message or the acknowledgement's errno comes back through errno.
    const int verdict = mnl_cb_run(answer.data(), static_cast<size_t>(bytes), kSequence, port_id,
                                   HandleMessage, &on_answer);
    if (verdict == MNL_CB_ERROR) return ErrnoStatus(errno, what);
    if (verdict == MNL_CB_STOP) return absl::OkStatus();
  }
}

}  // namespace sluice::netlab
