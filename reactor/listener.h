// A listening socket of a loop: accepts connections and gives each a handler. Owned by its loop,
// valid until Close. The loop's thread only.
#ifndef SLUICE_REACTOR_LISTENER_H_
#define SLUICE_REACTOR_LISTENER_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reactor/backend/backend.h"
#include "reactor/connection.h"
#include "reactor/handler.h"
#include "reactor/timer.h"

namespace sluice {

class Loop;

// TCP_NODELAY is on: output already leaves gathered, once a turn. Set kNoDelay to turn it off.
struct ListenerOptions {
  int backlog = 4096;       // capped by net.core.somaxconn; -1 asks for that cap
  bool reuse_port = false;  // several listeners share one port, each with its own queue
  bool accepting = true;    // false: nothing is accepted until AcceptOne or ResumeAccepting
  size_t connections_max = 1'000'000;  // at the limit the others wait in the accept queue
  ConnectionLimits limits{};
  SocketOptions socket{};  // inherited by accepted connections
};

// What the kernel says of the queue of completed connections (TCP_INFO of a listening socket).
struct AcceptQueue {
  uint32_t length = 0;
  uint32_t limit = 0;
};

class Listener : public OpenSocketOptions<Listener> {
 public:
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // The address bound: the real port when 0 was asked for.
  const Endpoint& endpoint() const { return endpoint_; }
  int backlog() const { return options_.backlog; }
  size_t connections() const { return connections_; }  // accepted here and not yet closed
  uint64_t accepted() const { return accepted_; }

  // While paused, arriving connections wait in the kernel's accept queue.
  void PauseAccepting();
  void ResumeAccepting();
  // Paused: accepts one connection, as soon as there is one. Calls add up.
  void AcceptOne();

  // TCP only.
  absl::StatusOr<AcceptQueue> accept_queue() const;

  // SetOption and GetOption: OpenSocketOptions in backend/socket_options.h.

  // Stops listening. Connections accepted before go on; those the kernel completed and nobody
  // accepted are reset by it, so a draining loop accepts them first.
  void Close();

 private:
  friend class Loop;
  friend class OpenSocketOptions<Listener>;
  friend class base::Slab<Listener, 30>;

  Listener(Loop& loop, Socket socket, ListenerOptions options, HandlerFactory factory);
  ~Listener() = default;

  AcceptCount accept_count() const;
  void UpdateAccepting();
  void Accepted(const Completion& completion);
  void AcceptFailed(int error);
  void ConnectionClosed();  // one it accepted
  void DescriptorFreed();   // any
  absl::Status SetRawOption(const RawSocketOption& option);
  absl::StatusOr<std::string> GetRawOption(const RawSocketOption& option) const;

  Loop& loop_;
  Socket socket_;
  Token token_ = 0;
  ListenerOptions options_;
  HandlerFactory factory_;
  Endpoint endpoint_;
  const ConnectionLimits* limits_ = nullptr;
  size_t connections_ = 0;
  uint64_t accepted_ = 0;
  uint64_t wanted_ = 0;  // AcceptOne calls not yet served
  bool paused_ = false;
  bool accepting_ = false;  // StartAccept is in force
  AcceptCount accepting_count_ = AcceptCount::kUnlimited;
  bool closing_ = false;
  int quiet_turns_ = 0;  // of a stopping loop, in a row, without a connection
  Timer retry_;          // out of descriptors: tries again then, or when a connection closes
};

}  // namespace sluice

#endif  // SLUICE_REACTOR_LISTENER_H_
