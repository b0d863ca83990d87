// The simulated kernel's network: hosts with addresses, links with latency, streams with a
// handshake, half-close and reset, listeners with the SYN and accept queues of Linux, datagrams.
// Knows nothing of backends but their faces: a socket has an owner that is told when to look again.
//
// Streams carry bytes in order and lose none: below them retransmission is a delay
// (Fault::kSegmentDelay). The handshake is packet by packet, because that is where Linux drops.
#ifndef SLUICE_REACTOR_SIM_SIM_NETWORK_H_
#define SLUICE_REACTOR_SIM_SIM_NETWORK_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "reactor/backend/backend.h"
#include "reactor/backend/multicast.h"
#include "reactor/base/endpoint.h"
#include "reactor/base/slab.h"
#include "reactor/sim/sim_events.h"
#include "reactor/sim/sim_faults.h"
#include "reactor/sim/sim_host.h"
#include "reactor/sim/sim_trace.h"

namespace sluice::sim {

using StreamKey = base::SlabKey;
using ListenerKey = base::SlabKey;
using DatagramKey = base::SlabKey;

// Told when something changed on a socket of its; `socket` is the owner's own number for it.
class SocketOwner {
 public:
  virtual void OnReadable(uint32_t socket) = 0;  // bytes, FIN, an error, a datagram, a connection
  virtual void OnWritable(uint32_t socket) = 0;
  virtual void OnConnected(uint32_t socket, int error) = 0;

 protected:
  ~SocketOwner() = default;
};

struct SocketRef {
  SocketOwner* owner = nullptr;  // none: nobody accepted it yet, or its socket is closed
  uint32_t socket = 0;
};

// Of one direction between two hosts.
struct LinkOptions {
  Duration latency = std::chrono::microseconds(50);  // one way
  Duration jitter = Duration(0);                     // added to it, uniformly
  uint64_t bytes_per_second = 0;                     // 0: unlimited
};

struct NetworkOptions : LinkOptions {       // of every link that has none of its own
  Duration loopback_latency = Duration(0);  // at the next event
  uint32_t send_buffer_bytes = 256 << 10;
  uint32_t receive_buffer_bytes = 256 << 10;
};

class SimNetwork final : public EventTarget {
 public:
  SimNetwork(EventQueue& events, FaultInjector& faults, Tracer& tracer,
             const NetworkOptions& options);

  SimHost& AddHost(const HostOptions& options);
  SimHost& host(size_t index) { return *hosts_[index]; }
  // A crash takes all packets to and from a host; SimRun::Crash ends its loops, too.
  void SetUp(SimHost& host, bool up) { host.up = up; }
  // Both directions between two hosts.
  void SetLink(const SimHost& a, const SimHost& b, const LinkOptions& options);
  // No packet passes between two hosts until they are joined again.
  void Partition(const SimHost& a, const SimHost& b, bool parted);

  // --- streams; errors are -errno, as system calls give them ---
  int Listen(SimHost& host, const Endpoint& endpoint, int backlog, bool reuse_port, SocketRef ref,
             ListenerKey* key);
  Endpoint ListenerEndpoint(ListenerKey key) { return FindListener(key)->endpoint; }
  size_t AcceptQueueLength(ListenerKey key) { return FindListener(key)->accept_queue.size(); }
  size_t AcceptQueueLimit(ListenerKey key) { return FindListener(key)->limit; }
  size_t HalfOpen(ListenerKey key) { return FindListener(key)->requests.size(); }
  bool Acceptable(ListenerKey key) { return !FindListener(key)->accept_queue.empty(); }
  int Accept(ListenerKey key, SocketRef ref, StreamKey* stream);
  void CloseListener(ListenerKey key);
  // A half-open attempt from an address that never answers.
  void InjectSyn(SimHost& to, uint16_t port);

  int Connect(SimHost& host, const Endpoint& endpoint, SocketRef ref, StreamKey* key);
  // Bytes taken, at least 1; -EAGAIN when the buffers between here and the peer are full; -EPIPE,
  // -ECONNRESET.
  int64_t Write(StreamKey key, std::string_view bytes);
  // Bytes that have arrived and may be read; valid until the next call on the stream.
  std::string_view Readable(StreamKey key);
  void Read(StreamKey key, size_t bytes);
  bool HasEnded(StreamKey key);
  // What has arrived at a host from `peer` and nobody has read, accepted or not.
  size_t Unread(const SimHost& host, const Endpoint& peer);
  // What Readable ends with once it is empty: 1 the stream's end, -errno an error (told once), 0
  // neither yet.
  int EndOf(StreamKey key);
  void Shutdown(StreamKey key);
  void Close(StreamKey key, bool reset);
  // The connection ends by nobody's doing: with ECONNRESET for both ends, with another error for
  // this one; the peer learns it when it sends.
  void EndFromOutside(StreamKey key, int error);
  Endpoint LocalEndpoint(StreamKey key) { return streams_.Live(key.index).local; }
  Endpoint PeerEndpoint(StreamKey key) { return streams_.Live(key.index).remote; }
  void SetReceiveBuffer(StreamKey key, uint32_t bytes);
  void SetSendBuffer(StreamKey key, uint32_t bytes);

  // --- datagrams ---
  struct Arrived {
    Endpoint from;
    std::string bytes;
  };
  int Bind(SimHost& host, const Endpoint& endpoint, const DatagramOptions& options, SocketRef ref,
           DatagramKey* key);
  int SendTo(DatagramKey key, const Endpoint& peer, std::string_view bytes);
  bool HasDatagram(DatagramKey key) { return !datagrams_.Live(key.index).queue.empty(); }
  Arrived TakeDatagram(DatagramKey key);
  uint32_t DatagramDrops(DatagramKey key) { return datagrams_.Live(key.index).drops; }
  Endpoint DatagramEndpoint(DatagramKey key) { return datagrams_.Live(key.index).local; }
  void SetDatagramReceiveBuffer(DatagramKey key, uint32_t bytes);
  // A host has one interface, whose index is kInterface, and 0 means it, too. 0 or -errno.
  static constexpr uint32_t kInterface = 1;
  int JoinGroup(DatagramKey key, const GroupMembership& membership);
  int LeaveGroup(DatagramKey key, const GroupMembership& membership);
  void SetMulticastHops(DatagramKey key, int hops) { datagrams_.Live(key.index).hops = hops; }
  void SetMulticastLoop(DatagramKey key, bool loop) { datagrams_.Live(key.index).loop = loop; }
  void AllowBroadcast(DatagramKey key, bool allowed);
  void CloseDatagram(DatagramKey key);

  bool idle() const { return streams_.empty() && datagrams_.empty() && listeners_.empty(); }
  void OnEvent(const Event& event) override;

 private:
  enum Kind : uint32_t {
    kSynArrives,
    kSynAckArrives,
    kAckArrives,
    kRefusedArrives,
    kSynTimer,
    kSynAckTimer,
    kAckTimer,
    kBytesArrive,
    kFinArrives,
    kResetArrives,  // its number: of the host it comes from
    kSpaceArrives,
    kProbeTimer,
    kMayForget,
    kDatagramArrives
  };
  // 200 ms: the least retransmission timeout of Linux (TCP_RTO_MIN).
  static constexpr Duration kRetransmission = std::chrono::milliseconds(200);

  enum class State : uint8_t { kSynSent, kEstablished, kReset, kClosed };

  struct Stream {
    SimHost* host = nullptr;
    Endpoint local, remote;
    StreamKey self, peer;  // peer: none before the server's end exists, and after it went
    ListenerKey listener;  // where the handshake went; only while it lasts
    SocketRef ref;
    State state = State::kSynSent;
    uint32_t request = 0;  // ours in the listener's SYN queue; 0: a cookie, no trace of us
    bool fin_sent = false;
    bool fin_arrived = false;
    bool reader_gone = false;  // closed here: what arrives is answered with RST
    bool blocked = false;      // a write met full buffers and waits for OnWritable
    bool holds_port = false;
    bool probing = false;  // the probe timer runs
    uint8_t tries = 0;
    int error = 0;     // to be told once
    std::string pipe;  // on its way here or arrived; from `begin` on
    uint32_t begin = 0;
    uint32_t arrived = 0;  // of the bytes from `begin` on
    std::string unrouted;  // written before the server's end existed, or after it went
    bool unrouted_fin = false;
    uint32_t receive_buffer, send_buffer;
    TimePoint last_arrival;  // at the peer: what follows does not overtake it
    TimePoint held_since;    // when what it sends began not to get through; or the epoch
  };

  struct Request {       // a half-open connection
    StreamKey client;    // none: injected
    bool acked = false;  // the handshake ended, but the accept queue was full
    uint8_t tries = 0;
  };

  struct Listener {
    SimHost* host = nullptr;
    Endpoint endpoint;
    SocketRef ref;
    ListenerKey self;
    size_t limit = 0;  // min(backlog, somaxconn)
    bool reuse_port = false;
    std::deque<StreamKey> accept_queue;
    absl::flat_hash_map<uint32_t, Request> requests;  // the SYN queue, by number
    size_t young = 0;  // of these, whose SYN-ACK was not repeated yet
  };

  struct Membership {
    Endpoint group;                 // port 0
    std::vector<Endpoint> sources;  // ports 0; empty: all
  };

  struct DatagramSocket {
    SimHost* host = nullptr;
    Endpoint local;
    SocketRef ref;
    DatagramKey self;
    bool reuse_port = false;
    bool reuse_address = false;
    bool broadcast = false;
    int hops = 1;  // of what it sends to groups
    bool loop = true;
    std::deque<Arrived> queue;
    size_t queued_bytes = 0;
    uint32_t receive_buffer;
    uint32_t drops = 0;
    std::vector<Membership> memberships;
  };

  struct InFlight {
    Endpoint from, to;
    SimHost* host;
    std::string bytes;
  };

  // sim_network.cc
  static uint64_t ToSubject(base::SlabKey key);
  struct Link {
    LinkOptions options;
    TimePoint free;  // when the last byte sent has left
  };
  Link& LinkBetween(const SimHost& from, const SimHost& to);
  Duration Latency(const Stream& stream);
  Duration Delay(const SimHost& from, const SimHost& to, size_t bytes);
  // A packet of a handshake. Within a host it arrives before the call returns, as on Linux'
  // loopback: a connect is queued for accept before the next begins.
  void SendHandshake(const SimHost& from, const SimHost& to, Kind kind, base::SlabKey subject,
                     uint32_t number);
  SimHost* HostOf(const SimHost& from, const Endpoint& to);
  void Trace(std::string_view what, const Endpoint& from, const Endpoint& to,
             std::string_view payload = {});
  // sim_listen.cc
  Listener* FindListener(ListenerKey key);
  Listener* ListenerFor(SimHost& host, const Endpoint& endpoint, uint16_t client_port);
  bool HandshakePacketLost(const SimHost& from, const SimHost& to);
  void SendSyn(Stream& client);
  void SynArrives(StreamKey client, SimHost& to, const Endpoint& endpoint);
  bool Admit(Listener& listener, bool* cookie);
  uint32_t HoldRequest(Listener& listener, StreamKey client);
  void DropRequest(Listener& listener, uint32_t request);
  void SendSynAck(Listener& listener, uint32_t request);
  static int SynAckRetries(const Listener& listener);
  void SynAckArrives(StreamKey client, uint32_t request);
  void SendAck(Stream& client);
  void AckArrives(StreamKey client);
  void RequestAcked(Listener& listener, StreamKey client, Request& request);
  void CookieAcked(Listener& listener, StreamKey client);
  bool Complete(Listener& listener, StreamKey client);
  void SynTimer(StreamKey client);
  void SynAckTimer(ListenerKey listener, uint32_t request);
  void AckTimer(StreamKey client);
  void Refuse(StreamKey client, int error);
  // sim_stream.cc
  Stream* FindStream(StreamKey key) { return streams_.Find(key); }
  void Transmit(Stream& stream, std::string_view bytes);
  void SendControl(Stream& stream, Kind kind);
  void AnswerWithReset(Stream& stream);
  void BytesArrive(StreamKey key, uint32_t count);
  void FinArrives(StreamKey key);
  void ResetArrives(StreamKey key, uint32_t from);
  void SpaceArrives(StreamKey key);
  void EndWith(Stream& stream, int error);
  void Forget(Stream& stream);
  void ForgetIfDone(StreamKey key);
  size_t SpaceTowards(const Stream& stream, const Stream* peer) const;
  // sim_outage.cc
  bool Passes(const SimHost& from, const SimHost& to) const;
  bool HeldUp(Stream& sender, const Stream& receiver, Kind kind, uint32_t number);
  void Probe(Stream& stream, Duration delay);
  void ProbeTimer(StreamKey key);
  // sim_datagram.cc
  static bool Fits(const DatagramSocket& socket, const Endpoint& from, const Endpoint& to);
  static bool Hears(const DatagramSocket& socket, const Endpoint& from, const Endpoint& group);
  bool Leaves(const DatagramSocket& socket, const Endpoint& peer, const SimHost& for_host) const;
  void Deliver(DatagramSocket& socket, const Endpoint& from, std::string_view bytes);
  void DatagramArrives(uint64_t number);

  EventQueue& events_;
  FaultInjector& faults_;
  Tracer& tracer_;
  const NetworkOptions options_;
  std::vector<std::unique_ptr<SimHost>> hosts_;
  absl::flat_hash_map<Endpoint, SimHost*> host_of_address_;
  absl::flat_hash_set<uint64_t> partitions_;   // pairs of host numbers
  absl::flat_hash_map<uint64_t, Link> links_;  // by host numbers, made when first used
  base::Slab<Stream> streams_;
  base::Slab<Listener> listeners_;
  base::Slab<DatagramSocket> datagrams_;
  base::Slab<InFlight> in_flight_;
  uint32_t next_request_ = 1;
};

}  // namespace sluice::sim

#endif  // SLUICE_REACTOR_SIM_SIM_NETWORK_H_
