#include "bench/compare/churn_client.h"

#include <cerrno>
#include <utility>

#include "bench/compare/client_socket.h"

namespace sluice::compare {
namespace {

// A port is taken for a minute after its connection ended (TIME_WAIT), and an address has some
// 28,000: the next address comes long before.
constexpr uint32_t kConnectsAnAddress = 8192;
constexpr uint32_t kFirstHost = 1U << 16;  // 127.1.0.0
constexpr uint32_t kHosts = 1U << 16;

}  // namespace

ChurnClient::ChurnClient(const Workload& workload, uint16_t port)
    : workload_(workload),
      port_(port),
      slots_(workload.connections),
      epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

ChurnClient::~ChurnClient() {
  for (const Slot& slot : slots_) {
    if (slot.fd >= 0) close(slot.fd);
  }
  close(epoll_);
}

absl::StatusOr<Slice> ChurnClient::Run(Duration duration) {
  slice_ = Slice();
  stopping_ = false;
  const TimePoint begin = NowOnClient();
  for (uint32_t index = 0; index < slots_.size(); ++index) {
    slots_[index].messages = 0;
    if (absl::Status status = Begin(slots_[index], index); !status.ok()) return status;
  }
  std::array<epoll_event, 512> events;
  while (open_ > 0) {
    const int count = epoll_wait(epoll_, events.data(), events.size(), kPatienceMs);
    if (count == 0) return absl::DeadlineExceededError("a new connection got no answer");
    stopping_ = NowOnClient() - begin >= duration;
    for (int i = 0; i < count; ++i) {
      const uint32_t index = events[static_cast<size_t>(i)].data.u32;
      if (absl::Status status = Serve(slots_[index], index); !status.ok()) return status;
    }
  }
  slice_.elapsed = NowOnClient() - begin;
  for (const Slot& slot : slots_) slice_.connection_messages.push_back(slot.messages);
  return std::move(slice_);
}

absl::Status ChurnClient::Begin(Slot& slot, uint32_t index) {
  slot.begun = NowOnClient();
  slot.sent = slot.received = 0;
  slot.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (slot.fd < 0) return absl::ErrnoToStatus(errno, "socket");
  ++open_;
  SetIntOption(slot.fd, IPPROTO_TCP, TCP_NODELAY, 1);
  // The port is chosen by connect, which knows who else has it (ip(7)).
  SetIntOption(slot.fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
  const sockaddr_in source =
      LoopbackAddress(kFirstHost + connects_++ / kConnectsAnAddress % kHosts, 0);
  if (bind(slot.fd, reinterpret_cast<const sockaddr*>(&source), sizeof(source)) != 0) {
    return absl::ErrnoToStatus(errno, "bind");
  }
  const sockaddr_in server = LoopbackAddress(1, port_);
  if (connect(slot.fd, reinterpret_cast<const sockaddr*>(&server), sizeof(server)) != 0 &&
      errno != EINPROGRESS) {
    return absl::ErrnoToStatus(errno, "connect");
  }
  if (!AddToEpoll(epoll_, slot.fd, EPOLLIN | EPOLLOUT | EPOLLET, index)) {
    return absl::ErrnoToStatus(errno, "epoll_ctl");
  }
  return absl::OkStatus();
}

absl::Status ChurnClient::Serve(Slot& slot, uint32_t index) {
  if (slot.sent < workload_.message_bytes) {
    const ssize_t sent = send(slot.fd, pattern_.At(index, slot.sent),
                              workload_.message_bytes - slot.sent, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return absl::ErrnoToStatus(errno, "connect or send");
    if (sent > 0) slot.sent += static_cast<size_t>(sent);
  }
  const ssize_t result = recv(slot.fd, buffer_.data(), buffer_.size(), 0);
  if (result < 0 && errno == EAGAIN) return absl::OkStatus();
  if (result < 0) return absl::ErrnoToStatus(errno, "recv");
  if (result == 0) return absl::UnavailableError("the server closed before it answered");
  const auto size = static_cast<size_t>(result);
  if (slot.received + size > slot.sent) return absl::DataLossError("more came back than was sent");
  if (!pattern_.Matches(index, slot.received, buffer_.data(), size)) {
    return absl::DataLossError("other bytes came back than were sent");
  }
  slot.received += size;
  if (slot.received < workload_.message_bytes) return absl::OkStatus();
  slice_.latency_ns.Record(static_cast<uint64_t>((NowOnClient() - slot.begun).count()));
  ++slice_.messages;
  ++slot.messages;
  close(slot.fd);
  slot.fd = -1;
  --open_;
  return stopping_ ? absl::OkStatus() : Begin(slot, index);
}

}  // namespace sluice::compare
