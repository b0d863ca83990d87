// One stream connection of a loop. Made by the loop, accepted or connected; the user holds it only
// inside callbacks. Not thread-safe: the loop's thread only.
//
// Output gathers during the turn and leaves once at its end; nothing is sent from inside a handler.
// Backpressure is on by default: while unsent output is above the high-water mark the connection
// does not read from its peer.
#ifndef SLUICE_REACTOR_CONNECTION_H_
#define SLUICE_REACTOR_CONNECTION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reactor/backend/backend.h"
#include "reactor/base/shared_file.h"
#include "reactor/base/slab.h"
#include "reactor/base/time.h"
#include "reactor/close_reason.h"
#include "reactor/handler.h"
#include "reactor/input_tail.h"
#include "reactor/output_queue.h"
#include "reactor/timer.h"

namespace sluice {

class Listener;
class Loop;

// Every limit of a connection. Zero durations mean no limit.
struct ConnectionLimits {
  uint32_t output_high_water_bytes = 256 << 10;  // above: reading from the peer stops
  uint32_t output_low_water_bytes = 64 << 10;    // at or below: it goes on, OnDrain is called
  uint32_t output_bytes_max = 64 << 20;          // what would go above is dropped: kOutputOverflow
  uint32_t input_bytes_max = 16 << 20;  // left unconsumed above: closed with kInputOverflow
  uint32_t turn_bytes = 256 << 10;  // received above this in one turn: the rest waits for the next
  Duration idle_timeout{0};         // no byte either way: closed with kIdleTimeout
  Duration stall_timeout = std::chrono::seconds(60);  // unsent output without progress
  Duration linger_timeout =
      std::chrono::seconds(2);  // Close(): how long to wait for the peer's end
  // False: reading goes on above the high-water mark, and the handler heeds it: for who must hear
  // an answer while he speaks. OnDrain is called all the same.
  bool output_pauses_reading = true;

  friend bool operator==(const ConnectionLimits&, const ConnectionLimits&) = default;
};

// Names a connection for as long as the program runs; never reused within 2^30 tenants of a slot.
struct ConnectionId {
  uint64_t value = 0;
  friend bool operator==(ConnectionId, ConnectionId) = default;
  template <typename H>
  friend H AbslHashValue(H state, ConnectionId id) {
    return H::combine(std::move(state), id.value);
  }
};

struct ConnectionStats {
  uint64_t bytes_received = 0;
  uint64_t bytes_sent = 0;  // taken by the kernel
};

class Connection : public OpenSocketOptions<Connection>, private TimerNode {
 public:
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The bytes may go when it returns: they are copied, or, where they are a large part of what was
  // just received (a relay, an echo), their receive buffer is kept until they have left. After
  // Close or Abort it does nothing.
  void Send(std::string_view bytes);
  // The bytes outlive the connection: string literals, a mapped file.
  void SendStatic(std::string_view bytes);
  // `length` bytes of a file from `offset` on, read as the peer takes them and copied by nobody
  // (sendfile(2)). The connection keeps its share of the file until they have left or it ends. They
  // count as unsent, but never as more than OutputQueue::kFileBytesCounted, for they hold no
  // memory. Where the file has fewer the connection closes with kFileShrank, and the peer gets a
  // reset: it must not take a part for the whole.
  void SendFile(SharedFile file, uint64_t offset, uint64_t length);
  // A ByteSink, to encode in place: room for `size` bytes, of which Commit sends the first `size`.
  // No other output call may come between the two.
  char* Reserve(size_t size);
  void Commit(size_t size);

  // Sends what is unsent, ends our stream, waits up to linger_timeout for the peer's end (so that
  // no RST overtakes our last bytes, tcp(7) and RFC 2525 2.17) and closes. No more OnData.
  // Before the connection is open it gives up instead, and what was sent is dropped.
  void Close();
  // As Close, recorded as kProtocolError with the caller's code: what was sent before (an error
  // answer) still leaves.
  void CloseProtocolError(int code);
  // Drops unsent output and closes at once; the peer gets a reset.
  void Abort();
  // Sends what is unsent, then FIN; reading goes on. Once the peer has ended, too, it is closed.
  void EndOutput();

  // While paused no OnData comes, and the peer is slowed down by TCP. Not counted: one Resume
  // undoes any number of pauses.
  void PauseReading();
  void ResumeReading();

  // Closes with kDeadline at this time whatever happens until then: an absolute limit that a
  // dripping client cannot push. kNever lifts it.
  void SetDeadline(TimePoint deadline);
  // Replaces limits().
  void SetLimits(const ConnectionLimits& limits);
  const ConnectionLimits& limits() const { return *limits_; }

  // True until Close, Abort or an error: bytes sent now will leave.
  bool is_open() const { return state_ == State::kOpen; }
  // True when OnData may be called: open and not paused for any cause.
  bool is_reading() const { return is_open() && (pauses_ & ~ignored_pauses()) == 0; }
  bool peer_ended() const { return peer_ended_; }
  // For OnEnd: what arrived and no OnData consumed, the beginning of something that is not whole.
  // Valid during that call.
  std::string_view unconsumed() const { return tail_.view(); }
  // As the limits count them: a file as at most OutputQueue::kFileBytesCounted.
  size_t unsent_bytes() const { return output_.bytes(); }
  ConnectionId id() const { return ConnectionId{token_}; }
  const ConnectionStats& stats() const { return stats_; }
  Loop& loop() const { return loop_; }
  Handler& handler() const { return *handler_; }

  // 0.0.0.0:0 once the socket is gone, as in OnClose: keep them from OnOpen for a log.
  Endpoint local_endpoint() const;
  Endpoint peer_endpoint() const;

  // SetOption and GetOption: OpenSocketOptions in backend/socket_options.h.

 private:
  friend class Loop;
  friend class OpenSocketOptions<Connection>;
  friend class base::Slab<Connection, 30>;

  // kFlushing: Close was called, output is leaving. kLingering: FIN is sent, the peer's is awaited.
  // kClosing: the backend was told to close; only its close completion is still to come.
  enum class State : uint8_t { kConnecting, kOpen, kFlushing, kLingering, kClosing };
  enum Pause : uint8_t { kPausedByUser = 1, kPausedByOutput = 2, kPausedByBudget = 4 };

  Connection(Loop& loop, std::unique_ptr<Handler> handler, const ConnectionLimits* limits);
  ~Connection();

  // What the loop tells a connection.
  void Opened();
  void ConnectFailed(int error);
  void Received(std::string_view bytes);
  void ReceiveEnded();
  void ReceiveFailed(int error);
  void SendCompleted(int32_t result, bool lent);
  void SendReleased();
  void TurnBegins();  // the loop comes back to a connection that asked for it with WantTurn
  void Stopping();
  void Flush();
  int32_t SendGathered();
  int32_t SendOfFile(const FileRange& range);
  void TimerFired();

  void Deliver(std::string_view bytes);
  std::string_view DeliverThroughTail(std::string_view bytes);
  size_t Show(std::string_view bytes);
  void Stash(std::string_view bytes);
  void DeliverTail();
  void DeliverEnd();
  void CheckInputLimit();
  void SpendBudget();

  bool input_waits() const;
  bool can_send() const;
  // Open, and not reading for its own unsent output: input may wait in the kernel.
  bool held_back() const {
    return is_open() && (pauses_ & ~ignored_pauses() & kPausedByOutput) != 0;
  }
  uint8_t ignored_pauses() const { return limits_->output_pauses_reading ? 0 : kPausedByOutput; }
  bool has_socket() const;
  void BeginClose(CloseReason reason);
  void OutputSent();
  void CloseWhenBothEnded();
  bool OutputMayGrow(size_t bytes);
  void OutputGrew();
  void Unpause(uint8_t pause);
  void AddPause(uint8_t pause);
  void UpdateReceiving();
  void WantFlush();
  void WantTurn();
  void Fail(CloseCode code, int error);
  void Finish(CloseMode mode);
  void UpdateTimer();
  TimePoint NextTimeout() const;
  TimePoint PhaseDeadline() const;
  TimePoint StallDeadline() const;

  absl::Status SetRawOption(const RawSocketOption& option);
  absl::StatusOr<std::string> GetRawOption(const RawSocketOption& option) const;

  Loop& loop_;
  std::unique_ptr<Handler> handler_;
  const ConnectionLimits* limits_;  // interned by the loop
  Token token_ = 0;
  Socket socket_;
  State state_ = State::kConnecting;
  uint8_t pauses_ = 0;
  bool receiving_ : 1 = false;  // StartReceive is in force
  bool send_outstanding_ : 1 = false;
  bool end_output_ : 1 = false;    // FIN is due once the output is sent
  bool output_ended_ : 1 = false;  // FIN is sent
  bool peer_ended_ : 1 = false;
  bool end_shown_ : 1 = false;     // OnEnd was called
  bool flush_wanted_ : 1 = false;  // in the loop's flush list
  bool turn_wanted_ : 1 = false;   // in the loop's turn list
  bool showing_ : 1 = false;       // OnData is running
  bool resumed_ : 1 = false;       // by it
  CloseReason reason_;
  Token listener_ = kNoToken;  // that accepted it
  OutputQueue output_;
  InputTail tail_;
  ConnectionStats stats_;
  uint32_t turn_ = 0;  // the turn that turn_bytes_ counts
  uint32_t turn_bytes_ = 0;
  TimePoint last_activity_;
  TimePoint deadline_ = kNever;  // the user's
  // Until when to connect or to linger; in the other states, when output last made progress.
  TimePoint phase_time_ = kNever;
};

}  // namespace sluice

#endif  // SLUICE_REACTOR_CONNECTION_H_
