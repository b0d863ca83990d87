// The event loop: one thread, one backend, everything on it. A program with several cores runs one
// a core (reactor/group.h).
//
//   auto loop = sluice::Loop::Create().value();
//   loop->Listen<Echo>("127.0.0.1:9999").value();
//   loop->Run();
//
// One turn: flush what was sent -> Poll -> dispatch the batch -> connections that asked for another
// turn -> posted functions -> due timers. Everything but Post is for the loop's thread only, which
// is the one that made it.
#ifndef SLUICE_REACTOR_LOOP_H_
#define SLUICE_REACTOR_LOOP_H_

#include <csignal>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "reactor/backend/backend.h"
#include "reactor/backend/resolve.h"
#include "reactor/base/slab.h"
#include "reactor/base/time.h"
#include "reactor/connection.h"
#include "reactor/handler.h"
#include "reactor/listener.h"
#include "reactor/output_queue.h"
#include "reactor/post_queue.h"
#include "reactor/stats.h"
#include "reactor/timer.h"
#include "reactor/udp.h"

namespace sluice {

struct LoopOptions {
  BackendOptions backend{};
  // How long after the last event the loop goes on asking for the next one before it sleeps. Going
  // to sleep and being woken up is most of the latency of a lonely message; this trades it for a
  // busy core. Pays where every loop has a core of its own.
  Duration spin{0};
};

// TCP_NODELAY is on, as for accepted connections.
struct ConnectOptions {
  Duration timeout = std::chrono::seconds(10);  // then CloseCode::kConnectTimeout; 0: the kernel's
  ConnectionLimits limits{};
  SocketOptions socket{};
};

class FdWatch;

class Loop {
 public:
  static constexpr Duration kDefaultDrain = std::chrono::seconds(5);

  // Fails where the backend asked for does not work, saying why.
  static absl::StatusOr<std::unique_ptr<Loop>> Create(const LoopOptions& options = {});
  // On a backend made elsewhere, such as a simulated one.
  explicit Loop(BackendChoice backend, Duration spin = Duration(0));
  // Ends everything; handlers get OnClose with kLoopStopped.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // The listener belongs to the loop. Errors say which endpoint and why.
  absl::StatusOr<Listener*> Listen(const Endpoint& endpoint, ListenerOptions options,
                                   HandlerFactory factory);
  // A handler of type H for each connection, made from copies of `arguments`. The endpoint may name
  // a host ("localhost:9999"), which is then looked up.
  template <class H, class... Arguments>
  absl::StatusOr<Listener*> Listen(std::string_view endpoint, ListenerOptions options = {},
                                   Arguments... arguments);

  // Starts connecting; the outcome is OnOpen, or OnClose with the reason. Once the loop has aborted
  // what was left nothing begins any more: the handler is destroyed uncalled.
  ConnectionId Connect(const Endpoint& endpoint, ConnectOptions options,
                       std::unique_ptr<Handler> handler);

  // The socket belongs to the loop, until its OnClose.
  absl::StatusOr<DatagramSocket*> Bind(const Endpoint& endpoint, DatagramSocketOptions options,
                                       std::unique_ptr<DatagramHandler> handler);

  // nullptr when it is gone. Use the result before the next callback returns to the loop.
  Connection* Find(ConnectionId id);
  // Visits every connection; the visitor may close any of them.
  template <class Visit>
  void ForEachConnection(Visit visit) {
    connections_.ForEach(visit);
  }

  // Turns until Stop has drained, or until a stop with nothing left. Without Stop it runs for ever.
  void Run();
  // One turn, waiting for events until `wait_until` at the latest. False when the loop has stopped.
  bool Turn(TimePoint wait_until = kNever);

  // Closes the listeners once their accept queues are empty, calls OnStop everywhere, and runs
  // until all have closed or `drain` has passed; what is left is then aborted. A second Stop aborts
  // at once.
  void Stop(Duration drain = kDefaultDrain);
  bool stopping() const { return stopping_; }

  // Runs `function` on the loop's thread in one of its next turns, in order. Thread-safe; the only
  // call that is. Functions posted after the loop stopped are destroyed unrun.
  void Post(absl::AnyInvocable<void()> function);

  // Calls `function` on the loop's thread after the process received `signal`. Until the loop goes
  // this replaces what the signal did before. One loop a signal.
  void OnSignal(int signal, absl::AnyInvocable<void()> function);
  // SIGINT and SIGTERM: the first stops with this drain, the second at once.
  void StopOnSignals(Duration drain = kDefaultDrain);

  TimePoint now() const { return now_; }  // as of this turn
  LoopStats stats() const;
  std::string_view backend_name() const { return backend_->name(); }
  // Why it is this backend: "io_uring: ...", "epoll: io_uring_setup: EPERM ...".
  const std::string& backend_reason() const { return backend_reason_; }

 private:
  friend class Connection;
  friend class Listener;
  friend class DatagramSocket;
  friend class FdWatch;
  friend class Group;
  friend class Timer;

  // A token is kind (2 bits) | generation (30) | slot (32).
  enum class Kind : uint64_t { kConnection = 0, kListener = 1, kDatagramSocket = 2, kFdWatch = 3 };
  enum class StopPhase : uint8_t { kEmptyingQueues, kReading, kDraining };
  static constexpr int kQuietTurns = 3;

  struct HeldBack {
    Token token;
    bool slow;  // backpressure held it up since
  };

  struct SignalFunction {
    SignalFunction(int number, absl::AnyInvocable<void()> f)
        : signal(number), function(std::move(f)) {}
    int signal;
    absl::AnyInvocable<void()> function;
  };

  static Token MakeToken(Kind kind, base::SlabKey key);
  static Kind KindOf(Token token);
  static base::SlabKey KeyOf(Token token);

  void FlushAll();
  TimePoint PollDeadline(TimePoint wait_until) const;
  void Dispatch(absl::Span<const Completion> batch);
  void DispatchConnection(const Completion& completion);
  void DispatchListener(const Completion& completion);
  void DispatchFdWatch(const Completion& completion);
  size_t DispatchDatagrams(absl::Span<const Completion> batch);
  void GiveTurns();
  void RunPosted();
  void RunSignals();

  void ConnectCompleted(Connection& connection, int32_t result);
  void Accept(Listener& listener, Socket socket);
  void ConnectionClosed(Connection& connection);
  const ConnectionLimits* Intern(const ConnectionLimits& limits);
  BufferId RetainReceived(std::string_view bytes);

  void ContinueStop();
  void AskToFinish();
  void AskHeldBackToFinish();
  bool CaughtUp(const Connection& connection) const;
  bool CloseEmptyListeners();
  void AbortAll();
  bool everything_closed() const;
  bool Stopped();
  // Connections that open now are late: they are asked to finish, too.
  bool asked_to_finish() const { return stopping_ && stop_phase_ == StopPhase::kDraining; }

  std::unique_ptr<Backend> backend_;
  std::string backend_reason_;
  TimePoint now_;
  const Duration spin_;
  TimePoint spin_until_ = TimePoint::min();
  uint32_t turn_ = 0;
  LoopStats stats_;
  OutputPool output_pool_;
  std::string_view received_;  // while a handler is shown bytes: the buffer's piece they lie in
  BufferId received_buffer_ = kNoBuffer;
  TimerWheel timers_;
  PostQueue posted_;
  std::vector<std::unique_ptr<const ConnectionLimits>> limits_;
  base::Slab<Connection, 30> connections_;
  base::Slab<Listener, 30> listeners_;
  base::Slab<DatagramSocket, 30> datagram_sockets_;
  base::Slab<FdWatch*, 30> fd_watches_;  // their owners' objects
  std::vector<Token> flush_wanted_, flushing_;
  std::vector<Token> turn_wanted_, turning_;
  std::vector<std::unique_ptr<SignalFunction>> signals_;
  std::vector<Datagram> datagram_batch_;              // reused
  std::vector<OutgoingDatagram> outgoing_datagrams_;  // reused

  int held_open_ = 0;  // by a Group: other loops that still run
  bool stopping_ = false;
  bool aborted_ = false;
  StopPhase stop_phase_ = StopPhase::kEmptyingQueues;
  int reading_turns_ = 0;
  std::vector<HeldBack> held_back_;  // with input to come when everybody else was asked to finish
  TimePoint drain_deadline_ = kNever;
  TimePoint asked_ = kNever;  // when handlers were asked to finish
};

template <class H, class... Arguments>
absl::StatusOr<Listener*> Loop::Listen(std::string_view endpoint, ListenerOptions options,
                                       Arguments... arguments) {
  absl::StatusOr<Endpoint> resolved = ResolveEndpoint(endpoint);
  if (!resolved.ok()) return resolved.status();
  return Listen(*resolved, std::move(options), [arguments...]() -> std::unique_ptr<Handler> {
    return std::make_unique<H>(arguments...);
  });
}

}  // namespace sluice

#endif  // SLUICE_REACTOR_LOOP_H_
