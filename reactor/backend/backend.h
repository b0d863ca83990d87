// The seam between Sluice and whatever moves the bytes: epoll, io_uring or a simulated network.
//
// State a standing interest once; receive completions that carry bytes the backend already owns;
// give the buffer back. The rules, which every backend keeps and the conformance tests check:
//
//  1. Submitting never blocks and never calls back. Completions come only out of Poll.
//  2. A standing operation (accept, receive) completes any number of times; `more` is false on its
//     last completion, which is an error or the end of the stream. After that Start* begins anew.
//     After StopReceive or StopAccept what was already under way may still complete; the stop
//     itself is silent, and Start* may follow at once. A datagram socket's receive goes on after an
//     error (udp(7): of an earlier send), with `more` set.
//  3. Received bytes are valid until ReleaseBuffer, which is due exactly once for every completion
//     with a buffer, and once for every RetainBuffer that was granted. Running out of buffers
//     pauses receiving and never surfaces.
//  4. At most one Send or SendFile (SendTo) a socket is outstanding. A Send that is done at once
//     returns its result, and no completion follows. The bytes of one under way stay unchanged
//     until its completion; where that has `more` set (zero copy), those taken stay so until the
//     kRelease completion that follows, and the next Send need not wait for it. Releases come in
//     the order of the sends. The array that names the bytes may go as soon as the call returns. A
//     send may take fewer bytes than offered; the rest is offered again by the caller.
//  5. After Close what is outstanding completes first (-ECANCELED at the latest), then
//     exactly one close completion: the last word with that token, after which the Socket is void.
//     A connection accepted before its listener closed still arrives.
//  6. A watched descriptor stays its owner's: it is never read from nor closed. While StartReceive
//     stands for it, each Poll that finds it readable, ended or broken completes a kReadable for
//     it, with `more` set: what was not read is told again. Close ends the watch alone, and comes
//     before the owner's close(2).
//  7. Only Wakeup may come from another thread or from a signal handler.
//
// Errors on the data path are -errno in Completion::result. Set-up reports in words.
#ifndef SLUICE_REACTOR_BACKEND_BACKEND_H_
#define SLUICE_REACTOR_BACKEND_BACKEND_H_

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "reactor/backend/socket_options.h"
#include "reactor/base/endpoint.h"
#include "reactor/base/time.h"

namespace sluice {

// Opaque: a descriptor, a simulated socket; code above the backend never learns which.
struct Socket {
  static constexpr uint32_t kNone = UINT32_MAX;
  uint32_t index = kNone;
  bool valid() const { return index != kNone; }
  friend bool operator==(Socket, Socket) = default;
};

// The owner's name for a socket, carried and never looked at. All operations of one socket carry
// the same token.
using Token = uint64_t;
inline constexpr Token kNoToken = UINT64_MAX;

// Names the buffer of a completion until ReleaseBuffer.
using BufferId = uint32_t;
inline constexpr BufferId kNoBuffer = UINT32_MAX;

enum class Operation : uint8_t {
  kAccept,
  kReceive,
  kConnect,
  kSend,
  kRelease,
  kSendTo,
  kClose,
  kReadable
};

// What came with a received datagram. Valid until its buffer is released.
struct DatagramInfo {
  Endpoint peer;
  size_t wire_bytes = 0;       // size as sent; larger than the completion's bytes when truncated
  uint32_t kernel_drops = 0;   // datagrams this socket lost so far to a full buffer (SO_RXQ_OVFL)
  uint32_t segment_bytes = 0;  // not 0: several datagrams of this size coalesced (UDP_GRO)
  bool truncated = false;      // the datagram was longer than receive_bytes_max
};

struct Completion {
  Token token = 0;
  Operation operation = Operation::kReceive;
  bool more = false;
  // kAccept: 0. kReceive: bytes, 0 at the end of a stream. kSend: bytes taken. kSendTo: datagrams
  // taken. kConnect, kRelease, kClose, kReadable: 0. Or -errno.
  int32_t result = 0;
  BufferId buffer = kNoBuffer;
  Socket accepted;                         // kAccept with result 0
  int32_t first_error = 0;                 // kSendTo: -errno of the first datagram refused
  const char* data = nullptr;              // kReceive: `result` bytes
  const DatagramInfo* datagram = nullptr;  // kReceive on a datagram socket
};

struct ListenOptions {
  int backlog = 4096;  // the kernel caps it at net.core.somaxconn; -1 asks for that cap
  bool reuse_port = false;
  SocketOptions socket{};  // inherited by accepted connections
};

struct DatagramOptions {
  bool reuse_port = false;
  bool reuse_address = false;
  // Larger datagrams are truncated to this, and say so. At most kDatagramBytesMax.
  size_t receive_bytes_max = 65535;
  // Neighbours in a SendTo that have one peer and one size (the last may be shorter) and lie one
  // behind the other may pass the network stack as one message, cut at its end (UDP_SEGMENT). What
  // is sent, counted and refused stays the same.
  bool trains = true;
  SocketOptions socket{};
};

inline constexpr size_t kDatagramBytesMax = 65535;

struct OutgoingDatagram {
  const Endpoint* peer = nullptr;  // kept by the caller until the completion, as the bytes are
  const char* data = nullptr;
  size_t size = 0;
};

enum class AcceptCount : uint8_t { kOne, kUnlimited };
enum class CloseMode : uint8_t { kOrderly, kReset };  // kReset: the peer gets RST (SO_LINGER 0)

// A piece of a file, at least one byte, which is read when it is sent.
struct FilePiece {
  int file = -1;  // descriptor; stays open until the send is done
  uint64_t offset = 0;
  size_t bytes = 0;
};

// Whether the caller sends more as soon as this is taken: then the end of it need not leave in a
// packet of its own (MSG_MORE, send(2)).
enum class MoreFollows : uint8_t { kNo, kYes };

struct BackendStats {
  uint64_t kernel_entries = 0;  // system calls made on the data path
  uint64_t polls = 0;
  uint64_t buffer_exhaustions = 0;  // receives paused because every buffer was lent out
  uint64_t stale_events = 0;        // kernel events for a socket already gone, dropped
  uint64_t zero_copy_sends = 0;     // whose memory the kernel kept beyond their completion
  uint64_t datagram_trains = 0;  // messages that were several datagrams (DatagramOptions::trains)
};

class Backend {
 public:
  virtual ~Backend() = default;

  virtual std::string_view name() const = 0;

  // Cold: report in words which endpoint, which step and what to do.
  virtual absl::StatusOr<Socket> Listen(const Endpoint& endpoint, const ListenOptions& options) = 0;
  virtual absl::StatusOr<Socket> BindDatagram(const Endpoint& endpoint,
                                              const DatagramOptions& options) = 0;
  // A terminal, a pipe, a signalfd: any descriptor of the caller's, once at a time. One that cannot
  // be waited for (a file, epoll_ctl(2)) is always readable. Unimplemented where there are none.
  virtual absl::StatusOr<Socket> Watch(int descriptor);
  virtual absl::Status SetOption(Socket socket, const RawSocketOption& option) = 0;
  // `option.value` says how many bytes are wanted; returns what the kernel gave.
  virtual absl::StatusOr<std::string> GetOption(Socket socket, const RawSocketOption& option) = 0;
  virtual Endpoint LocalEndpoint(Socket socket) = 0;
  virtual Endpoint PeerEndpoint(Socket socket) = 0;

  // kUnlimited accepts until StopAccept, kOne completes once. -EMFILE and its kin end it: the
  // caller starts anew when it has descriptors again.
  virtual void StartAccept(Socket listener, Token token, AcceptCount count) = 0;
  virtual void StopAccept(Socket listener) = 0;

  // Where no socket could be made the result is invalid, the completion says why, and no Close is
  // due.
  virtual Socket Connect(const Endpoint& endpoint, const SocketOptions& options, Token token) = 0;

  virtual void StartReceive(Socket socket, Token token) = 0;
  virtual void StopReceive(Socket socket) = 0;
  virtual void ReleaseBuffer(BufferId buffer) = 0;
  // For the buffer of a stream's completion, before its release: keeps `bytes` of it where they are
  // beyond that, until the name returned is released, too. kNoBuffer where copying is better: they
  // are few, or so much is retained already that receiving would suffer.
  virtual BufferId RetainBuffer(BufferId buffer, size_t bytes) = 0;

  // At most kSendSpansMax spans, at least one byte. Returns the result, bytes taken or -errno, or
  // kUnderWay.
  virtual int32_t Send(Socket socket, absl::Span<const iovec> spans, MoreFollows more,
                       Token token) = 0;
  static constexpr int32_t kUnderWay = INT32_MIN;
  // As Send, of at most kSendFileBytesMax bytes; its completion is a kSend, never with `more`. The
  // result 0: the file has no byte at `offset` any more.
  virtual int32_t SendFile(Socket socket, const FilePiece& piece, Token token) = 0;
  // At most kSendDatagramsMax datagrams, sent in order; `result` counts those taken, the others
  // were refused and are not tried again.
  virtual void SendTo(Socket socket, absl::Span<const OutgoingDatagram> datagrams, Token token) = 0;

  // Ends the outgoing stream (FIN). Not while a Send is outstanding.
  virtual void ShutdownSend(Socket socket) = 0;
  virtual void Close(Socket socket, CloseMode mode, Token token) = 0;

  // Submits everything, waits for a completion until `deadline` at the latest, and reaps one batch,
  // which is valid until the next Poll. May return empty early.
  virtual absl::Span<const Completion> Poll(TimePoint deadline) = 0;

  virtual TimePoint Now() = 0;

  // Makes the current or the next Poll return. Thread-safe and async-signal-safe.
  virtual void Wakeup() = 0;

  virtual const BackendStats& stats() const = 0;

  static constexpr size_t kSendSpansMax = 16;
  // A socket that takes all of it still leaves the loop to the others soon.
  static constexpr size_t kSendFileBytesMax = 512 << 10;
  static constexpr size_t kSendDatagramsMax = 256;
};

inline absl::StatusOr<Socket> Backend::Watch(int descriptor) {
  return absl::UnimplementedError("cannot watch descriptor " + std::to_string(descriptor) + ": " +
                                  std::string(name()) + " has no descriptors");
}

enum class BackendKind : uint8_t { kAuto, kEpoll, kIoUring };

struct BackendOptions {
  BackendKind kind = BackendKind::kAuto;
  // Receive memory of one loop, shared by all its connections.
  uint32_t receive_buffers = 16;  // rounded up to a power of two
  uint32_t receive_buffer_bytes = 64 << 10;
  // Output of at least so many bytes that were just received is not copied: its receive buffer is
  // kept until it has left, where at most half of the buffers are (Connection::Send).
  uint32_t retained_bytes_min = 4096;
  uint32_t datagram_buffers = 256;  // rounded up to a power of two; 64 KiB each, touched
                                    // only as far as datagrams reach
  // io_uring only. The completion queue may overflow: the kernel then keeps the rest.
  uint32_t submission_entries = 1024;
  uint32_t completion_entries = 65536;
  // io_uring only. False: completions come whenever the kernel likes, as before Linux 6.1, and in
  // larger bursts; for tests of just that.
  bool deferred_task_work = true;
  // io_uring only: sends of at least so many bytes are not copied by the kernel (Linux 6.1); 0: all
  // are. A gain on fast network cards, a loss on loopback, which copies all the same.
  uint32_t zero_copy_send_bytes = 0;
  // How long a loop about to sleep looks into the network card's receive queue itself first,
  // instead of waiting for its interrupt (NAPI busy polling; Linux 6.9, kernel documentation
  // networking/napi.rst). Whole microseconds. No effect on sockets without such a card: loopback
  // and veth have none. LoopOptions::spin asks in user space, and works everywhere.
  Duration nic_busy_poll{0};
};

// A backend and why it is this one, in words: "multishot receive and incremental buffers work".
struct BackendChoice {
  std::unique_ptr<Backend> backend;
  std::string reason;
};

// Builds a backend on the calling thread, which must be the one that polls. kAuto takes io_uring
// where it works and epoll otherwise, and `reason` says what was in the way. A kind asked for by
// name fails with that reason instead.
absl::StatusOr<BackendChoice> MakeBackend(const BackendOptions& options);

// "auto", "epoll", "io_uring".
absl::StatusOr<BackendKind> ParseBackendKind(std::string_view text);

}  // namespace sluice

#endif  // SLUICE_REACTOR_BACKEND_BACKEND_H_
