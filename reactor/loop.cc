#include "reactor/loop.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "reactor/backend/signal_trap.h"
#include "reactor/base/check.h"
#include "reactor/fd_watch.h"

namespace sluice {
namespace {

// TCP_NODELAY first, so that the caller's options can turn it off again. Unix-domain sockets do not
// have it.
SocketOptions WithStreamDefaults(const Endpoint& endpoint, const SocketOptions& options) {
  if (!endpoint.is_ip()) return options;
  SocketOptions all;
  all.Set(socket_option::kNoDelay, true);
  all.Append(options);
  return all;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Loop>> Loop::Create(const LoopOptions& options) {
  absl::StatusOr<BackendChoice> choice = MakeBackend(options.backend);
  if (!choice.ok()) return choice.status();
  return std::make_unique<Loop>(*std::move(choice), options.spin);
}

Loop::Loop(BackendChoice backend, Duration spin)
    : backend_(std::move(backend.backend)),
      backend_reason_(std::move(backend.reason)),
      now_(backend_->Now()),
      spin_(spin),
      output_pool_(*backend_),
      timers_(now_) {}

Loop::~Loop() {
  for (const auto& trap : signals_) ReleaseSignal(trap->signal, *backend_);
  fd_watches_.ForEach([](FdWatch* watch) { watch->LoopGoes(); });
  // Handlers may open anew what is being ended; a bound keeps that from going on for ever.
  constexpr int kTurnsMax = 1000;
  stopping_ = aborted_ = true;
  for (int turn = 0; turn < kTurnsMax && !everything_closed(); ++turn) {
    AbortAll();
    Turn(now_ + std::chrono::milliseconds(10));
  }
}

absl::StatusOr<Listener*> Loop::Listen(const Endpoint& endpoint, ListenerOptions options,
                                       HandlerFactory factory) {
  if (stopping_) return absl::FailedPreconditionError("cannot listen: the loop is stopping");
  const ListenOptions listen{.backlog = options.backlog,
                             .reuse_port = options.reuse_port,
                             .socket = WithStreamDefaults(endpoint, options.socket)};
  absl::StatusOr<Socket> socket = backend_->Listen(endpoint, listen);
  if (!socket.ok()) return socket.status();
  const auto [key, listener] =
      listeners_.Emplace(*this, *socket, std::move(options), std::move(factory));
  listener->token_ = MakeToken(Kind::kListener, key);
  listener->endpoint_ = backend_->LocalEndpoint(*socket);
  listener->UpdateAccepting();
  return listener;
}

ConnectionId Loop::Connect(const Endpoint& endpoint, ConnectOptions options,
                           std::unique_ptr<Handler> handler) {
  SLUICE_CHECK(handler != nullptr, "a connection needs a handler");
  if (aborted_) return ConnectionId{kNoToken};
  const auto [key, connection] =
      connections_.Emplace(*this, std::move(handler), Intern(options.limits));
  connection->token_ = MakeToken(Kind::kConnection, key);
  connection->socket_ =
      backend_->Connect(endpoint, WithStreamDefaults(endpoint, options.socket), connection->token_);
  if (options.timeout > Duration(0)) {
    connection->phase_time_ = After(backend_->Now(), options.timeout);
  }
  connection->UpdateTimer();
  return connection->id();
}

absl::StatusOr<DatagramSocket*> Loop::Bind(const Endpoint& endpoint, DatagramSocketOptions options,
                                           std::unique_ptr<DatagramHandler> handler) {
  SLUICE_CHECK(handler != nullptr, "a datagram socket needs a handler");
  if (stopping_) return absl::FailedPreconditionError("cannot bind: the loop is stopping");
  absl::StatusOr<DatagramOptions> bind = DatagramSocket::BindOptions(endpoint, options);
  if (!bind.ok()) return bind.status();
  absl::StatusOr<Socket> socket = backend_->BindDatagram(endpoint, *bind);
  if (!socket.ok()) return socket.status();
  const auto [key, datagrams] =
      datagram_sockets_.Emplace(*this, *socket, std::move(options), std::move(handler));
  datagrams->token_ = MakeToken(Kind::kDatagramSocket, key);
  datagrams->endpoint_ = backend_->LocalEndpoint(*socket);
  backend_->StartReceive(*socket, datagrams->token_);
  return datagrams;
}

Connection* Loop::Find(ConnectionId id) {
  if (KindOf(id.value) != Kind::kConnection) return nullptr;
  return connections_.Find(KeyOf(id.value));
}

// Few programs use more than a handful of different limits, and a connection that only points to
// them is smaller.
const ConnectionLimits* Loop::Intern(const ConnectionLimits& limits) {
  for (const auto& known : limits_) {
    if (*known == limits) return known.get();
  }
  return limits_.emplace_back(std::make_unique<const ConnectionLimits>(limits)).get();
}

void Loop::Post(absl::AnyInvocable<void()> function) {
  if (posted_.Push(std::move(function))) backend_->Wakeup();
}

void Loop::OnSignal(int signal, absl::AnyInvocable<void()> function) {
  for (const auto& trap : signals_) {
    if (trap->signal != signal) continue;
    trap->function = std::move(function);
    return;
  }
  signals_.push_back(std::make_unique<SignalFunction>(signal, std::move(function)));
  CatchSignal(signal, *backend_);
}

void Loop::StopOnSignals(Duration drain) {
  for (const int signal : {SIGINT, SIGTERM}) {
    OnSignal(signal, [this, drain] { Stop(drain); });
  }
}

LoopStats Loop::stats() const {
  LoopStats stats = stats_;
  stats.connections = connections_.size();
  stats.backend = backend_->stats();
  return stats;
}

void Loop::Run() {
  while (Turn()) {
  }
}

bool Loop::Turn(TimePoint wait_until) {
  if (Stopped()) return false;
  ++turn_;
  ++stats_.turns;
  FlushAll();
  turning_.swap(turn_wanted_);  // who asks from here on is in the next turn
  const absl::Span<const Completion> batch = backend_->Poll(PollDeadline(wait_until));
  now_ = backend_->Now();
  if (!batch.empty() && spin_ > Duration(0)) spin_until_ = After(now_, spin_);
  Dispatch(batch);
  GiveTurns();
  RunPosted();
  RunSignals();
  timers_.Advance(now_);
  if (stopping_) ContinueStop();
  return !Stopped();
}

bool Loop::Stopped() {
  if (!stopping_ || !everything_closed()) return false;
  posted_.Close();
  return true;
}

TimePoint Loop::PollDeadline(TimePoint wait_until) const {
  const bool work_waits = !flush_wanted_.empty() || !turning_.empty() || !posted_.empty() ||
                          (stopping_ && stop_phase_ != StopPhase::kDraining);
  if (work_waits || now_ < spin_until_) return TimePoint::min();
  // Looks again soon whether those held back have caught up.
  if (!held_back_.empty()) wait_until = std::min(wait_until, now_ + std::chrono::milliseconds(2));
  const TimePoint drain = stopping_ && !aborted_ ? drain_deadline_ : kNever;
  return std::min({wait_until, timers_.NextDeadline(), drain});
}

void Loop::FlushAll() {
  flushing_.swap(flush_wanted_);
  for (const Token token : flushing_) {
    if (KindOf(token) == Kind::kConnection) {
      if (Connection* connection = connections_.Find(KeyOf(token))) connection->Flush();
    } else if (DatagramSocket* socket = datagram_sockets_.Find(KeyOf(token))) {
      socket->Flush();
    }
  }
  flushing_.clear();
}

void Loop::GiveTurns() {
  for (const Token token : turning_) {
    if (Connection* connection = connections_.Find(KeyOf(token))) connection->TurnBegins();
  }
  turning_.clear();
}

void Loop::RunPosted() {
  if (posted_.empty()) return;
  for (PostQueue::Function& function : posted_.TakeAll()) {
    function();
    ++stats_.posted;
  }
}

void Loop::RunSignals() {
  // By index: a function may add signals.
  for (size_t i = 0; i < signals_.size(); ++i) {
    SignalFunction& trap = *signals_[i];
    if (TakeSignal(trap.signal)) trap.function();
  }
}

void Loop::Stop(Duration drain) {
  if (stopping_) {
    AbortAll();
    return;
  }
  stopping_ = true;
  stop_phase_ = StopPhase::kEmptyingQueues;
  drain_deadline_ = After(backend_->Now(), drain);
}

// Three phases, so that nothing that reached us goes unanswered: what the accept queues hold is
// accepted; what these connections have sent is read; then everybody is asked to finish.
void Loop::ContinueStop() {
  if (!aborted_ && now_ >= drain_deadline_) AbortAll();
  if (aborted_) return;
  switch (stop_phase_) {
    case StopPhase::kEmptyingQueues:
      if (!CloseEmptyListeners()) return;
      stop_phase_ = StopPhase::kReading;
      reading_turns_ = 0;
      return;
    case StopPhase::kReading:
      // Until a listener's close completes a connection may still arrive.
      if (!listeners_.empty() || ++reading_turns_ < kQuietTurns) return;
      AskToFinish();
      return;
    case StopPhase::kDraining:
      AskHeldBackToFinish();
      return;
  }
}

void Loop::AskToFinish() {
  stop_phase_ = StopPhase::kDraining;
  asked_ = now_;
  // Those that are there now: one that a handler begins when asked is late, and asked as it opens.
  connections_.ForEach([this](Connection& connection) {
    held_back_.push_back({connection.token_, false});
  });
  AskHeldBackToFinish();
  datagram_sockets_.ForEach([](DatagramSocket& socket) { socket.Stopping(); });
}

// Nothing came for a while, and nothing keeps it from being read.
bool Loop::CaughtUp(const Connection& connection) const {
  constexpr Duration kQuiet = std::chrono::milliseconds(20);
  const bool quiet =
      connection.stats().bytes_received == 0 || now_ - connection.last_activity_ >= kQuiet;
  return quiet && !connection.held_back();
}

// A connection in the middle of receiving, or one that does not read because its peer does not, has
// input waiting in the kernel. It is asked to finish when it has caught up. One that only goes on
// and on gets half a second; one that backpressure held up gets half the drain, the other half
// being for what it still has to send.
void Loop::AskHeldBackToFinish() {
  constexpr Duration kBusyMax = std::chrono::milliseconds(500);
  const Duration slow_max = (drain_deadline_ - asked_) / 2;
  std::erase_if(held_back_, [&](HeldBack& held) {
    Connection* connection = connections_.Find(KeyOf(held.token));
    if (connection == nullptr) return true;
    held.slow = held.slow || connection->held_back();
    const bool late = now_ - asked_ >= (held.slow ? slow_max : std::min(kBusyMax, slow_max));
    if (!CaughtUp(*connection) && !late) return false;
    connection->Stopping();
    return true;
  });
}

// True when all are closed. A backend may answer one Poll without asking the kernel, so a queue
// counts as empty after kQuietTurns turns without a connection.
bool Loop::CloseEmptyListeners() {
  bool all_closed = true;
  listeners_.ForEach([&all_closed](Listener& listener) {
    const bool accepts = listener.accepting_ && ++listener.quiet_turns_ <= kQuietTurns;
    if (accepts) {
      all_closed = false;
    } else {
      listener.Close();
    }
  });
  return all_closed;
}

void Loop::AbortAll() {
  aborted_ = true;
  stop_phase_ = StopPhase::kDraining;
  listeners_.ForEach([](Listener& listener) { listener.Close(); });
  connections_.ForEach([](Connection& connection) {
    if (connection.state_ != Connection::State::kClosing) {
      connection.Fail(CloseCode::kLoopStopped, 0);
    }
  });
  datagram_sockets_.ForEach([](DatagramSocket& socket) { socket.CloseNow(); });
}

bool Loop::everything_closed() const {
  return connections_.empty() && listeners_.empty() && datagram_sockets_.empty() && held_open_ == 0;
}

}  // namespace sluice
