// UDP sockets of a loop. What a turn received comes as one batch, what a turn sends leaves as one.
// Datagrams never stick together; they are truncated, lost, repeated and reordered, and each of
// these that can be seen from here is counted.
//
//   class Echo : public sluice::DatagramHandler {
//     void OnDatagrams(sluice::DatagramSocket& socket, absl::Span<const sluice::Datagram> batch)
//     override {
//       for (const sluice::Datagram& datagram : batch) socket.Send(*datagram.peer, datagram.bytes);
//     }
//   };
#ifndef SLUICE_REACTOR_UDP_H_
#define SLUICE_REACTOR_UDP_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "reactor/backend/backend.h"
#include "reactor/backend/multicast.h"
#include "reactor/base/slab.h"

namespace sluice {

class DatagramSocket;
class Loop;

// Valid during OnDatagrams.
struct Datagram {
  const Endpoint* peer = nullptr;
  std::string_view bytes;
  size_t wire_bytes = 0;  // as sent; larger than `bytes` when truncated
  bool truncated = false;
};

// One per socket; destroyed after OnClose. The loop's thread only.
class DatagramHandler {
 public:
  virtual ~DatagramHandler() = default;
  virtual void OnDatagrams(DatagramSocket& socket, absl::Span<const Datagram> batch) = 0;
  // An error the kernel reported on this socket (-errno made positive), e.g. ECONNREFUSED for an
  // earlier datagram (udp(7)). The socket goes on.
  virtual void OnError(DatagramSocket& socket, int error);
  // The loop was asked to stop. Default: Close(), after what was sent has left.
  virtual void OnStop(DatagramSocket& socket);
  virtual void OnClose(DatagramSocket& socket);
};

struct DatagramSocketOptions {
  // Several sockets share a port, each hears some of the peers (SO_REUSEPORT). Of multicast and
  // broadcast each hears all.
  bool reuse_port = false;
  // Several programs of this host, also of several users, may have this port, where all ask for it
  // (SO_REUSEADDR, as receivers of multicast do): each hears every datagram to a group it joined
  // and every broadcast. What comes for the host alone only the last one bound hears.
  bool reuse_address = false;
  // Joined from the start. A socket hears the groups it joined itself and no others
  // (socket_option::kMulticastAll and kIpv6MulticastAll are off, against Linux' custom).
  std::vector<GroupMembership> groups{};
  MulticastSending multicast{};
  // It may send to broadcast addresses (SO_BROADCAST); otherwise the kernel refuses that with
  // EACCES, see last_send_error. Hearing broadcasts needs no leave.
  bool broadcast = false;
  size_t receive_bytes_max = kDatagramBytesMax;  // larger datagrams are truncated to this
  // Beyond it Send drops and counts. Each datagram counts with its bookkeeping, and with its peer's
  // address where that is another than of the one before.
  size_t send_queue_bytes_max = 4 << 20;
  // Consecutive datagrams of a turn that have one peer and one size (the last may be shorter) pass
  // this host's network stack as one message (UDP_SEGMENT), which costs a fraction. Peers see the
  // same datagrams. Where the kernel cannot they go one by one; off is for hosts where each has to
  // pass firewall rules, traffic control or a capture by itself.
  bool trains = true;
  SocketOptions socket{};
};

struct DatagramStats {
  uint64_t received = 0;
  uint64_t bytes_received = 0;
  uint64_t truncated = 0;
  uint64_t kernel_drops = 0;  // lost to a full receive buffer (SO_RXQ_OVFL), as last reported
  uint64_t sent = 0;
  uint64_t bytes_sent = 0;  // offered to the kernel
  uint64_t refused = 0;     // the kernel refused it (EMSGSIZE, ENETUNREACH, EAGAIN: unix peer full)
  uint64_t queue_drops = 0;  // send_queue_bytes_max
};

class DatagramSocket : public OpenSocketOptions<DatagramSocket> {
 public:
  DatagramSocket(const DatagramSocket&) = delete;
  DatagramSocket& operator=(const DatagramSocket&) = delete;

  // Copies; leaves with the turn. False when it was dropped: closed, or the queue is full.
  bool Send(const Endpoint& peer, std::string_view bytes);

  // Of a multicast group. Errors say which group and what to do: NotFound, no such interface or no
  // route to the group; FailedPrecondition, joined before; ResourceExhausted, the host's limit on
  // memberships; InvalidArgument, no group or of another family.
  absl::Status Join(const GroupMembership& membership);
  absl::Status Leave(const GroupMembership& membership);
  // For what is sent from now on; on error the rest of `sending` may be in force already.
  absl::Status SetMulticast(const MulticastSending& sending);

  // A batch already under way may still come.
  void PauseReading();
  void ResumeReading();
  // Sends what is queued, then closes. OnClose follows.
  void Close();

  const Endpoint& endpoint() const { return endpoint_; }
  const DatagramStats& stats() const { return stats_; }
  int last_send_error() const { return last_send_error_; }  // errno of the newest refusal, or 0
  size_t unsent_bytes() const { return queued_.bytes.size(); }
  DatagramHandler& handler() const { return *handler_; }
  Loop& loop() const { return loop_; }

  // SetOption and GetOption: OpenSocketOptions in backend/socket_options.h.

 private:
  friend class Loop;
  friend class OpenSocketOptions<DatagramSocket>;
  friend class base::Slab<DatagramSocket, 30>;

  // Datagrams on their way out. Their bytes lie one behind the other in one string, as trains need
  // them; consecutive datagrams to one peer share its address.
  struct Outbox {
    struct Entry {
      size_t size = 0;
      uint32_t peer = 0;
    };
    std::vector<Entry> entries;
    std::vector<Endpoint> peers;
    std::string bytes;
    size_t begin = 0;       // entries before this one have left,
    size_t begin_byte = 0;  // and these bytes

    bool done() const { return begin == entries.size(); }
    size_t held_bytes() const;
    void Add(const Endpoint& peer, std::string_view datagram);
    void Clear();
  };

  // What Loop::Bind asks of the backend.
  static absl::StatusOr<DatagramOptions> BindOptions(const Endpoint& endpoint,
                                                     const DatagramSocketOptions& options);
  DatagramSocket(Loop& loop, Socket socket, DatagramSocketOptions options,
                 std::unique_ptr<DatagramHandler> handler);
  ~DatagramSocket() = default;

  void Received(absl::Span<const Completion> completions);
  void ReceiveFailed(int error);
  void SendCompleted(const Completion& completion);
  void Flush();
  void CloseNow();
  void Stopping();
  void SplitInto(const Completion& completion, std::vector<Datagram>& batch);
  void WantFlush();

  absl::Status SetRawOption(const RawSocketOption& option);
  absl::StatusOr<std::string> GetRawOption(const RawSocketOption& option) const;

  Loop& loop_;
  Socket socket_;
  Token token_ = 0;
  DatagramSocketOptions options_;
  std::unique_ptr<DatagramHandler> handler_;
  Endpoint endpoint_;
  DatagramStats stats_;
  Outbox queued_;     // Send adds here
  Outbox departing_;  // lent to the backend, up to departing_end_
  size_t departing_end_ = 0;
  size_t departing_end_byte_ = 0;
  int last_send_error_ = 0;
  bool paused_ = false;
  bool send_outstanding_ = false;
  bool flush_wanted_ = false;
  bool closing_ = false;  // Close was called
  bool closed_ = false;   // the backend was told
};

}  // namespace sluice

#endif  // SLUICE_REACTOR_UDP_H_
