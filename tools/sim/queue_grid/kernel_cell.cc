#include "tools/sim/queue_grid/kernel_cell.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "tools/netlab/counters.h"
#include "tools/netlab/errno_status.h"
#include "tools/netlab/listen_queue.h"
#include "tools/netlab/syn_injector.h"
#include "tools/netlab/sysctl.h"
#include "tools/netlab/unique_fd.h"
#include "tools/sim/queue_grid/loopback_gate.h"

namespace sluice::queue_grid {
namespace {

using netlab::CounterSnapshot;
using netlab::UniqueFd;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// Retries are due whole seconds after the first packet, and late by up to a wheel's slot.
constexpr Duration kFirstRetry = milliseconds(950);

class KernelCell {
 public:
  KernelCell(const netlab::PrivateNamespace& ns, const Cell& cell) : ns_(ns), cell_(cell) {}

  absl::StatusOr<Counts> Run() {
    if (absl::Status status = Prepare(); !status.ok()) return status;
    start_ = Clock::now();
    if (absl::Status status = Inject(); !status.ok()) return status;
    if (absl::Status status = Burst(); !status.ok()) return status;
    if (absl::Status status = Accept(); !status.ok()) return status;
    if (elapsed() > BurstMax()) return TooLate();
    std::this_thread::sleep_until(start_ + cell_.read_at);
    absl::StatusOr<Counts> counts = Read();
    if (!counts.ok()) return counts;
    if (elapsed() > Latest()) return TooLate();
    return counts;
  }

 private:
  Duration elapsed() const { return Clock::now() - start_; }

  // Up to five seconds retries are a second apart, and a reading lies in the middle; later on they
  // are two and more apart.
  bool is_early() const { return cell_.read_at < std::chrono::seconds(5); }
  Duration BurstMax() const {
    if (cell_.read_at == Duration(0)) return kFirstRetry;
    return milliseconds(is_early() ? 300 : 700);
  }
  Duration Latest() const {
    if (cell_.read_at == Duration(0)) return kFirstRetry;
    return cell_.read_at + milliseconds(is_early() ? 400 : 900);
  }

  static absl::Status TooLate() {
    return absl::DeadlineExceededError(
        "the machine is too busy: the counts could not be taken before the next retry");
  }

  absl::Status Prepare() {
    if (absl::Status status = SetSysctls(); !status.ok()) return status;
    if (absl::Status status = Listen(); !status.ok()) return status;
    absl::StatusOr<CounterSnapshot> before = CounterSnapshot::Take();
    if (!before.ok()) return before.status();
    before_ = quiet_base_ = *std::move(before);
    start_ = Clock::now();
    for (uint32_t i = 0; i < cell_.filled; ++i) {
      if (absl::Status status = Connect(); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status SetSysctls() const {
    const std::pair<const char*, int64_t> sysctls[] = {
        {"net.core.somaxconn", cell_.somaxconn},
        {"net.ipv4.tcp_syncookies", cell_.syncookies},
        {"net.ipv4.tcp_max_syn_backlog", cell_.max_syn_backlog},
        {"net.ipv4.tcp_abort_on_overflow", cell_.abort_on_overflow ? 1 : 0},
        {"net.ipv4.tcp_syn_retries", cell_.syn_retries},
        {"net.ipv4.tcp_synack_retries", cell_.synack_retries},
        {"net.ipv4.tcp_syn_linear_timeouts", cell_.syn_linear_timeouts}};
    for (const auto& [name, value] : sysctls) {
      absl::Status status = netlab::WriteSysctl(ns_, name, value);
      // An older kernel has none, which is as if it were 0.
      if (absl::IsNotFound(status) && value == 0) continue;
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status Listen() {
    listener_ = UniqueFd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* generic = reinterpret_cast<sockaddr*>(&address_);
    socklen_t bytes = sizeof(address_);
    if (!listener_.ok() || bind(listener_.get(), generic, bytes) != 0 ||
        listen(listener_.get(), cell_.backlog) != 0 ||
        getsockname(listener_.get(), generic, &bytes) != 0) {
      return netlab::ErrnoStatus(errno, "cannot listen");
    }
    return absl::OkStatus();
  }

  uint16_t port() const { return ntohs(address_.sin_port); }

  // Until it holds, or until it is too late for a reading anyway.
  absl::Status Await(absl::FunctionRef<absl::StatusOr<bool>()> condition) const {
    while (true) {
      const absl::StatusOr<bool> holds = condition();
      if (!holds.ok()) return holds.status();
      if (*holds) return absl::OkStatus();
      if (elapsed() > kFirstRetry) return TooLate();
      std::this_thread::sleep_for(milliseconds(1));
    }
  }

  // No segment is on its way: as many came in as went out. For the time before the first retry,
  // and not for made-up clients, whose SYN-ACKs come in nowhere.
  absl::Status AwaitQuiet() const {
    return Await([this]() -> absl::StatusOr<bool> {
      const absl::StatusOr<CounterSnapshot> now = CounterSnapshot::Take();
      if (!now.ok()) return now.status();
      const CounterSnapshot moved = now->Since(quiet_base_);
      return moved.Get("Tcp.InSegs") == moved.Get("Tcp.OutSegs");
    });
  }

  absl::Status StartConnect() {
    UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd.ok()) return netlab::ErrnoStatus(errno, "cannot make a client");
    const auto* generic = reinterpret_cast<const sockaddr*>(&address_);
    if (connect(fd.get(), generic, sizeof(address_)) != 0 && errno != EINPROGRESS) {
      return netlab::ErrnoStatus(errno, "cannot connect");
    }
    clients_.push_back(std::move(fd));
    return absl::OkStatus();
  }

  // Over plain loopback the handshake is over when connect returns, unless the machine is busy.
  absl::Status Connect() {
    if (absl::Status status = StartConnect(); !status.ok()) return status;
    return StateOf(clients_.back()) == TCP_ESTABLISHED ? absl::OkStatus() : AwaitQuiet();
  }

  absl::Status Inject() {
    if (cell_.syns == 0) return absl::OkStatus();
    absl::StatusOr<netlab::SynInjector> injector =
        netlab::SynInjector::Create(ns_, {.target_address = "127.0.0.1",
                                          .target_port = port(),
                                          .rate_per_second = netlab::SynInjector::kRateMax,
                                          .count_max = cell_.syns});
    if (!injector.ok()) return injector.status();
    // By calls instead of by the clock: all are due at once.
    for (int turn = 1; !injector->done(milliseconds(turn)); ++turn) {
      if (auto sent = injector->SendDue(milliseconds(turn)); !sent.ok()) return sent.status();
    }
    if (absl::Status status = AwaitInjected(); !status.ok()) return status;
    absl::StatusOr<CounterSnapshot> now = CounterSnapshot::Take();
    if (!now.ok()) return now.status();
    quiet_base_ = *std::move(now);
    return absl::OkStatus();
  }

  // Each SYN is held, dropped or answered by a cookie.
  absl::Status AwaitInjected() const {
    return Await([this]() -> absl::StatusOr<bool> {
      const absl::StatusOr<uint32_t> held = netlab::CountHalfOpen(port());
      const absl::StatusOr<CounterSnapshot> now = CounterSnapshot::Take();
      if (!held.ok() || !now.ok()) return held.ok() ? now.status() : held.status();
      const CounterSnapshot moved = now->Since(before_);
      return *held + moved.Get("TcpExt.ListenDrops") + moved.Get("TcpExt.SyncookiesSent") >=
             cell_.syns;
    });
  }

  absl::Status Burst() {
    if (cell_.connects == 0) return absl::OkStatus();
    if (cell_.path == Path::kDelayed) return DelayedBurst();
    for (uint32_t i = 0; i < cell_.connects; ++i) {
      if (absl::Status status = Connect(); !status.ok()) return status;
    }
    return AwaitQuiet();
  }

  absl::Status DelayedBurst() {
    absl::StatusOr<LoopbackGate> gate = LoopbackGate::Shut(ns_);
    if (!gate.ok()) return gate.status();
    for (uint32_t i = 0; i < cell_.connects; ++i) {
      if (absl::Status status = StartConnect(); !status.ok()) return status;
    }
    if (absl::Status status = gate->Open(); !status.ok()) return status;
    return AwaitQuiet();
  }

  absl::Status Accept() {
    for (uint32_t i = 0; i < cell_.accepted; ++i) {
      UniqueFd fd(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!fd.ok()) return netlab::ErrnoStatus(errno, "cannot accept");
      accepted_.push_back(std::move(fd));
    }
    return absl::OkStatus();
  }

  static int StateOf(const UniqueFd& client) {
    tcp_info info{};
    socklen_t bytes = sizeof(info);
    if (getsockopt(client.get(), IPPROTO_TCP, TCP_INFO, &info, &bytes) != 0) return TCP_CLOSE;
    return info.tcpi_state;
  }

  absl::StatusOr<Counts> Read() const {
    const absl::StatusOr<netlab::ListenQueue> queue = netlab::ReadListenQueueOf(listener_.get());
    if (!queue.ok()) return queue.status();
    const absl::StatusOr<uint32_t> half_open = netlab::CountHalfOpen(port());
    if (!half_open.ok()) return half_open.status();
    const absl::StatusOr<CounterSnapshot> now = CounterSnapshot::Take();
    if (!now.ok()) return now.status();
    Counts counts{};
    for (const UniqueFd& client : clients_) {
      const int state = StateOf(client);
      ++At(counts, state == TCP_ESTABLISHED ? Count::kEstablished
                   : state == TCP_SYN_SENT  ? Count::kSynSent
                                            : Count::kFailed);
    }
    At(counts, Count::kQueue) = queue->length;
    At(counts, Count::kLimit) = queue->limit;
    At(counts, Count::kHalfOpen) = *half_open;
    const CounterSnapshot moved = now->Since(before_);
    for (size_t i = 0; i < kCounts; ++i) {
      const std::string_view counter = CountNames()[i].counter;
      if (!counter.empty()) counts[i] = moved.Get(counter);
    }
    return counts;
  }

  const netlab::PrivateNamespace& ns_;
  const Cell& cell_;
  UniqueFd listener_;
  sockaddr_in address_{};
  std::vector<UniqueFd> clients_, accepted_;
  CounterSnapshot before_;
  CounterSnapshot quiet_base_;
  Clock::time_point start_;
};

}  // namespace

absl::StatusOr<Counts> RunKernelCell(const netlab::PrivateNamespace& ns, const Cell& cell) {
  return KernelCell(ns, cell).Run();
}

absl::StatusOr<KernelRules> MeasureRules(const netlab::PrivateNamespace& ns) {
  KernelRules rules;
  Cell cell{.path = Path::kInjected, .backlog = 5, .syncookies = 0, .syns = 20};
  const std::string name = "net.ipv4.tcp_syn_linear_timeouts";
  rules.has_syn_linear_timeouts = !absl::IsNotFound(netlab::ReadSysctl(name).status());
  if (!rules.has_syn_linear_timeouts) cell.syn_linear_timeouts = 0;
  absl::StatusOr<Counts> counts = RunKernelCell(ns, cell);
  if (!counts.ok()) return counts.status();
  rules.syn_queue_full_at_limit = At(*counts, Count::kHalfOpen) == cell.backlog;
  const absl::Status gate = LoopbackGate::Shut(ns).status();
  if (absl::IsNotFound(gate)) {
    rules.no_delay = "this kernel has no token bucket filter (CONFIG_NET_SCH_TBF)";
  } else if (!gate.ok()) {
    return gate;
  }
  return rules;
}

}  // namespace sluice::queue_grid
