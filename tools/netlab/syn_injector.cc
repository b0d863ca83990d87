#include "tools/netlab/syn_injector.h"

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "reactor/base/prng.h"
#include "tools/netlab/errno_status.h"
#include "tools/netlab/netlink.h"

namespace sluice::netlab {
namespace {

constexpr uint64_t kBatch = 64;        // packets a sendmmsg(2)
constexpr uint64_t kSendDueMax = 512;  // below net.core.netdev_max_backlog (1000): lo drops none
constexpr uint32_t kSources = (1u << (32 - kBlackholePrefixBits)) - 2;  // no .0.0, no broadcast
constexpr uint32_t kFirstPort = 1024;
constexpr uint32_t kPorts = 65536 - kFirstPort;

absl::Status CheckBounds(const SynInjectorOptions& options) {
  if (options.target_port == 0) return absl::InvalidArgumentError("the target port is 0");
  if (options.rate_per_second == 0 || options.rate_per_second > SynInjector::kRateMax) {
    return absl::InvalidArgumentError("the SYN rate must be 1 to " +
                                      std::to_string(SynInjector::kRateMax) + " a second");
  }
  if (options.count_max == 0 || options.count_max > SynInjector::kCountMax) {
    return absl::InvalidArgumentError("the SYN count must be 1 to " +
                                      std::to_string(SynInjector::kCountMax));
  }
  if (options.duration_max <= std::chrono::nanoseconds(0) ||
      options.duration_max > SynInjector::kDurationMax) {
    return absl::InvalidArgumentError("the SYN injection must last more than 0 and at most " +
                                      std::to_string(SynInjector::kDurationMax.count()) + " s");
  }
  return absl::OkStatus();
}

// Asks the kernel's routing table: whatever is not "local" would leave the host.
absl::Status CheckLocal(in_addr target, const std::string& text) {
  alignas(NLMSG_ALIGNTO) char buffer[256];
  nlmsghdr* request = mnl_nlmsg_put_header(buffer);
  request->nlmsg_type = RTM_GETROUTE;
  request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
  auto* route = static_cast<rtmsg*>(mnl_nlmsg_put_extra_header(request, sizeof(rtmsg)));
  route->rtm_family = AF_INET;
  route->rtm_dst_len = 32;
  mnl_attr_put_u32(request, RTA_DST, target.s_addr);
  bool local = false;
  absl::Status asked =
      NetlinkRequest(NETLINK_ROUTE, request, "no route to " + text, [&](const nlmsghdr& answer) {
        local = static_cast<const rtmsg*>(mnl_nlmsg_get_payload(&answer))->rtm_type == RTN_LOCAL;
      });
  if (local) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "refusing to send SYNs to " + text +
      ", which is not a local address of the private namespace" +
      (asked.ok() ? "" : " (" + std::string(asked.message()) + ")"));
}

absl::StatusOr<UniqueFd> OpenRawSocket() {
  UniqueFd fd(socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW));
  if (!fd.ok()) return ErrnoStatus(errno, "cannot open a raw socket");
  const char device[] = "lo";
  if (setsockopt(fd.get(), SOL_SOCKET, SO_BINDTODEVICE, device, sizeof(device)) != 0) {
    return ErrnoStatus(errno, "cannot bind the raw socket to lo");
  }
  return fd;
}

}  // namespace

absl::StatusOr<SynInjector> SynInjector::Create(const PrivateNamespace& ns,
                                                const SynInjectorOptions& options) {
  if (absl::Status bounds = CheckBounds(options); !bounds.ok()) return bounds;
  in_addr target;
  if (inet_pton(AF_INET, options.target_address.c_str(), &target) != 1 ||
      target.s_addr == INADDR_ANY) {
    return absl::InvalidArgumentError("\"" + options.target_address +
                                      "\" is no IPv4 address to send SYNs to");
  }
  if (absl::Status inside = ns.VerifyInside(); !inside.ok()) return inside;
  if (absl::Status local = CheckLocal(target, options.target_address); !local.ok()) return local;
  auto socket = OpenRawSocket();
  if (!socket.ok()) return socket.status();
  return SynInjector(ns, options, ntohl(target.s_addr), *std::move(socket));
}

// Walks all addresses before one gets a second port; an address' ports follow one another from a
// random first one. So no pair repeats within kSources * kPorts packets.
SynPacket SynInjector::PacketOf(uint64_t index) const {
  const uint32_t source = static_cast<uint32_t>(index % kSources);
  const uint64_t lap = index / kSources;
  Prng prng(options_.seed + source);
  SynSegment segment;
  segment.source_address = kBlackholeNetwork + 1 + source;
  segment.target_address = target_address_;
  segment.source_port = static_cast<uint16_t>(kFirstPort + (prng.Next() + lap) % kPorts);
  segment.target_port = options_.target_port;
  segment.sequence = static_cast<uint32_t>(prng.Next() >> 32);
  return BuildSynPacket(segment);
}

absl::StatusOr<uint64_t> SynInjector::SendBatch(uint64_t count) {
  std::array<SynPacket, kBatch> packets;
  std::array<iovec, kBatch> parts;
  std::array<mmsghdr, kBatch> messages{};
  sockaddr_in target{};
  target.sin_family = AF_INET;
  target.sin_addr.s_addr = htonl(target_address_);
  for (uint64_t i = 0; i < count; ++i) {
    packets[i] = PacketOf(sent_ + i);
    parts[i] = {packets[i].data(), packets[i].size()};
    messages[i].msg_hdr.msg_name = &target;
    messages[i].msg_hdr.msg_namelen = sizeof(target);
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  const int sent = sendmmsg(socket_.get(), messages.data(), static_cast<unsigned>(count), 0);
  if (sent >= 0) return static_cast<uint64_t>(sent);
  if (errno == EINTR || errno == ENOBUFS || errno == EAGAIN)
    return 0;  // due again at the next call
  return ErrnoStatus(errno, "cannot send SYNs");
}

absl::StatusOr<uint64_t> SynInjector::SendDue(std::chrono::nanoseconds elapsed) {
  if (absl::Status inside = ns_->VerifyInside(); !inside.ok()) return inside;
  if (elapsed >= options_.duration_max) return 0;
  const double seconds = std::chrono::duration<double>(elapsed).count();
  const auto by_rate = static_cast<uint64_t>(seconds * options_.rate_per_second) + 1;
  const uint64_t goal = std::min({by_rate, options_.count_max, sent_ + kSendDueMax});
  const uint64_t before = sent_;
  while (sent_ < goal) {
    auto sent = SendBatch(std::min(kBatch, goal - sent_));
    if (!sent.ok()) return sent.status();
    if (*sent == 0) break;
    sent_ += *sent;
  }
  return sent_ - before;
}

absl::StatusOr<uint64_t> SynInjector::Run() {
  const auto start = std::chrono::steady_clock::now();
  while (true) {
    const auto elapsed = std::chrono::steady_clock::now() - start;
    if (done(elapsed)) return sent_;
    if (auto sent = SendDue(elapsed); !sent.ok()) return sent.status();
    const timespec pause{0, 1'000'000};
    nanosleep(&pause, nullptr);
  }
}

}  // namespace sluice::netlab
