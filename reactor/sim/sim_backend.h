// The contract of backend.h on a simulated network, as the worst legal kernel keeps it.
#ifndef SLUICE_REACTOR_SIM_SIM_BACKEND_H_
#define SLUICE_REACTOR_SIM_SIM_BACKEND_H_

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "reactor/backend/backend.h"
#include "reactor/base/slab.h"
#include "reactor/sim/sim_buffers.h"
#include "reactor/sim/sim_network.h"
#include "reactor/sim/sim_world.h"

namespace sluice {
class Loop;
}

namespace sluice::sim {

class SimBackend final : public Backend, public SocketOwner, public EventTarget {
 public:
  SimBackend(SimWorld& world, SimHost& host, const BackendOptions& options, uint32_t number,
             std::shared_ptr<SimWorld> keep_alive);
  ~SimBackend() override;

  std::string_view name() const override { return "sim"; }
  absl::StatusOr<Socket> Listen(const Endpoint& endpoint, const ListenOptions& options) override;
  absl::StatusOr<Socket> BindDatagram(const Endpoint& endpoint,
                                      const DatagramOptions& options) override;
  absl::Status SetOption(Socket socket, const RawSocketOption& option) override;
  absl::StatusOr<std::string> GetOption(Socket socket, const RawSocketOption& option) override;
  Endpoint LocalEndpoint(Socket socket) override;
  Endpoint PeerEndpoint(Socket socket) override;
  void StartAccept(Socket listener, Token token, AcceptCount count) override;
  void StopAccept(Socket listener) override;
  Socket Connect(const Endpoint& endpoint, const SocketOptions& options, Token token) override;
  void StartReceive(Socket socket, Token token) override;
  void StopReceive(Socket socket) override;
  void ReleaseBuffer(BufferId buffer) override;
  BufferId RetainBuffer(BufferId buffer, size_t bytes) override;
  int32_t Send(Socket socket, absl::Span<const iovec> spans, MoreFollows more,
               Token token) override;
  int32_t SendFile(Socket socket, const FilePiece& piece, Token token) override;
  void SendTo(Socket socket, absl::Span<const OutgoingDatagram> datagrams, Token token) override;
  void ShutdownSend(Socket socket) override;
  void Close(Socket socket, CloseMode mode, Token token) override;
  absl::Span<const Completion> Poll(TimePoint deadline) override;
  TimePoint Now() override { return world_.now(); }
  void Wakeup() override;
  const BackendStats& stats() const override { return stats_; }

  void OnReadable(uint32_t socket) override;
  void OnWritable(uint32_t socket) override;
  void OnConnected(uint32_t socket, int error) override;
  void OnEvent(const Event& event) override;

 private:
  friend class SimRun;
  friend class SimWorld;

  enum class Kind : uint8_t { kStream, kListener, kDatagram };
  enum : uint32_t { kReadyAgain, kWakeAt, kReleaseDue };

  // Bytes that a send took and the network still reads.
  struct LentSend {
    std::vector<iovec> spans;
    uint64_t hash = 0;
  };

  struct Record {
    Kind kind = Kind::kStream;
    base::SlabKey key;  // in the network, by kind
    Token token = 0;
    bool interested = false;  // StartAccept or StartReceive is in force
    bool one_accept = false;
    bool extra_delivery = false;  // one more although stopped
    bool extra_accept = false;
    bool connecting = false;
    bool connected = false;  // the outcome is known, and not told yet
    bool sending = false;
    bool blocked = false;  // the send waits for room
    bool sending_to = false;
    bool closing = false;
    bool gone = false;     // the close completed; kept to catch who uses it still
    bool queued = false;   // in ready_
    bool starved = false;  // waits for a buffer
    uint8_t late = 0;      // how often in a row something was put off
    int connect_error = 0;
    int32_t sent_despite_close = 0;  // not 0: what the outstanding send ends with
    Socket accepted_despite_close;
    uint32_t receive_bytes_max = 0;
    uint64_t lent_hash = 0;
    std::vector<iovec> spans;
    std::unique_ptr<FilePiece> file;             // what is sent instead of spans; made when needed
    std::unique_ptr<std::deque<LentSend>> lent;  // zero copy, oldest first; made when needed
    std::vector<OutgoingDatagram> datagrams;
    std::unique_ptr<absl::flat_hash_map<std::pair<int, int>, std::string>> options;
  };

  Record& At(Socket socket);
  void CheckThread() const;
  void MarkReady(uint32_t index);
  void PutOff(uint32_t index, Record& record);
  bool Late(uint32_t index, Record& record, Fault fault);
  void Collect();
  void ServeReady();
  bool WakeStarved(SimBuffers& buffers);
  void Serve(uint32_t index, Record& record);
  void ServeConnect(uint32_t index, Record& record);
  void ServeSend(uint32_t index, Record& record);
  void ServeSendTo(Record& record);
  void ServeAccept(uint32_t index, Record& record);
  Socket AcceptOne(Record& listener);
  int32_t BeginSend(Socket socket, Record& record, Token token);
  int64_t WriteLent(Record& record);
  int64_t WriteFile(const Record& record);
  size_t Shortened(size_t offered);
  void FinishOutstanding(Record& record);
  void Bury(uint32_t index, Record& record);
  void ServeReceive(uint32_t index, Record& record);
  bool DeliverOne(uint32_t index, Record& record);
  void ServeEnd(uint32_t index, Record& record);
  void ServeDatagram(uint32_t index, Record& record);
  void ServeClose(uint32_t index, Record& record);
  bool TakeBuffer(uint32_t index, Record& record, SimBuffers& buffers, uint32_t* buffer,
                  char** data);
  void CloseInNetwork(const Record& record, bool reset);
  Completion& Complete(const Record& record, Operation operation, int32_t result);
  static uint64_t ToSubject(base::SlabKey key) {
    return uint64_t{key.generation} << 32 | key.index;
  }
  void Lend(uint32_t index, Record& record, size_t taken);
  Completion ReleaseOldest(Record& record);
  static uint64_t HashOf(const std::vector<iovec>& spans);
  static uint64_t HashOf(const Record& record);
  int ApplyOption(Record& record, const RawSocketOption& option);
  int ApplyDatagramOption(base::SlabKey key, const RawSocketOption& option);
  absl::Status Applied(Record& record, const RawSocketOption& option);
  absl::Status Apply(Record& record, const SocketOptions& options);
  absl::Status Refused(int error, std::string_view doing) const;

  const std::shared_ptr<SimWorld> keep_alive_;  // first, so that it goes last
  SimWorld& world_;
  SimHost& host_;
  const uint32_t number_;
  BackendStats stats_;
  SimBuffers buffers_;
  const uint32_t retained_bytes_min_;
  std::unique_ptr<SimBuffers> datagram_buffers_;
  const uint32_t datagram_buffer_count_;
  std::vector<DatagramInfo> datagram_infos_;
  base::Slab<Record> records_;
  std::vector<base::SlabKey> ready_, serving_;
  std::vector<Completion> immediate_;  // not of a socket that is served: told first
  std::vector<Completion> batch_;
  std::atomic<bool> woken_{false};
  const void* thread_;
  Loop* loop_ = nullptr;  // that SimRun turns
  bool awake_ = false;    // in the world's list
  TimePoint wake_at_ = kNever;
  uint64_t idle_polls_ = 0;  // in a row
  uint64_t happened_before_ = 0;
  std::deque<uint32_t> graveyard_;  // sockets whose close completed, oldest first
};

}  // namespace sluice::sim

#endif  // SLUICE_REACTOR_SIM_SIM_BACKEND_H_
