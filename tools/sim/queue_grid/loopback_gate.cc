#include "tools/sim/queue_grid/loopback_gate.h"

#include <arpa/inet.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

#include "tools/netlab/errno_status.h"
#include "tools/netlab/link.h"
#include "tools/netlab/netlink.h"
#include "tools/netlab/unique_fd.h"

namespace sluice::queue_grid {
namespace {

// The least that IPv4 allows. The bucket must hold a whole packet of the device with its Ethernet
// header, and with a small device it holds one SYN (74 bytes) and no second.
constexpr uint32_t kMtu = 68;
constexpr uint32_t kBucketBytes = kMtu + 14;
constexpr uint32_t kQueueBytes = 1 << 20;
constexpr uint32_t kShutBytesPerSecond = 10;
constexpr uint32_t kOpenBytesPerSecond = 2'000'000;  // a SYN every 37 us

absl::Status SetTokenBucket(unsigned interface, uint32_t bytes_per_second, int flags) {
  alignas(NLMSG_ALIGNTO) char buffer[512];
  nlmsghdr* request = mnl_nlmsg_put_header(buffer);
  request->nlmsg_type = RTM_NEWQDISC;
  request->nlmsg_flags = static_cast<uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
  auto* traffic = static_cast<tcmsg*>(mnl_nlmsg_put_extra_header(request, sizeof(tcmsg)));
  traffic->tcm_family = AF_UNSPEC;
  traffic->tcm_ifindex = static_cast<int>(interface);
  traffic->tcm_parent = TC_H_ROOT;
  traffic->tcm_handle = 1 << 16;
  mnl_attr_put_strz(request, TCA_KIND, "tbf");
  nlattr* nested = mnl_attr_nest_start(request, TCA_OPTIONS);
  tc_tbf_qopt options{};
  options.rate.rate = bytes_per_second;
  options.rate.linklayer = TC_LINKLAYER_ETHERNET;  // told, so the kernel asks for no rate table
  options.limit = kQueueBytes;
  mnl_attr_put(request, TCA_TBF_PARMS, sizeof(options), &options);
  mnl_attr_put_u32(request, TCA_TBF_BURST, kBucketBytes);
  mnl_attr_nest_end(request, nested);
  return netlab::NetlinkRequest(NETLINK_ROUTE, request, "cannot set a token bucket on lo",
                                [](const nlmsghdr&) {});
}

// A datagram as large as the bucket into the black hole.
absl::Status SendDatagram() {
  netlab::UniqueFd fd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in from{};
  from.sin_family = AF_INET;
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_in to = from;
  to.sin_addr.s_addr = htonl(netlab::kBlackholeNetwork + 1);
  to.sin_port = htons(9);
  const char payload[kMtu - 28] = {};
  if (!fd.ok() || bind(fd.get(), reinterpret_cast<const sockaddr*>(&from), sizeof(from)) != 0 ||
      sendto(fd.get(), payload, sizeof(payload), 0, reinterpret_cast<const sockaddr*>(&to),
             sizeof(to)) < 0) {
    return netlab::ErrnoStatus(errno, "cannot send through lo's token bucket");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LoopbackGate> LoopbackGate::Shut(const netlab::PrivateNamespace& ns) {
  if (absl::Status inside = ns.VerifyInside(); !inside.ok()) return inside;
  const unsigned interface = if_nametoindex("lo");
  if (absl::Status status = netlab::SetLinkMtu(interface, kMtu); !status.ok()) return status;
  absl::Status status = SetTokenBucket(interface, kShutBytesPerSecond, NLM_F_CREATE | NLM_F_EXCL);
  // The bucket begins full: empty it.
  if (status.ok()) status = SendDatagram();
  if (!status.ok()) return status;
  return LoopbackGate(interface);
}

absl::Status LoopbackGate::Open() {
  absl::Status status = SetTokenBucket(interface_, kOpenBytesPerSecond, 0);
  // The new rate is looked at when a packet comes.
  if (status.ok()) status = SendDatagram();
  return status;
}

}  // namespace sluice::queue_grid
