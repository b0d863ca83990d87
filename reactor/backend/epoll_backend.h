// The contract of backend.h on epoll(7): one edge-triggered registration a socket for its whole
// life, no epoll_ctl afterwards. A send is tried at once and waits for an edge only when the socket
// is full; a socket that may hold more waits in the ready list, so that one Poll reads each socket
// once and no firehose gets ahead of the others.
#ifndef SLUICE_REACTOR_BACKEND_EPOLL_BACKEND_H_
#define SLUICE_REACTOR_BACKEND_EPOLL_BACKEND_H_

#include <sys/epoll.h>

#include <array>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "reactor/backend/datagram_io.h"
#include "reactor/backend/kernel_backend.h"
#include "reactor/backend/retained_buffers.h"
#include "reactor/base/buffer_pool.h"
#include "reactor/base/slab.h"

namespace sluice::backend {

class EpollBackend final : public KernelBackend {
 public:
  static absl::StatusOr<std::unique_ptr<Backend>> Create(const BackendOptions& options);
  ~EpollBackend() override;

  std::string_view name() const override { return "epoll"; }
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
  void Close(Socket socket, CloseMode mode, Token token) override;
  absl::Span<const Completion> Poll(TimePoint deadline) override;

 private:
  // A send that met a full socket; its edge resumes it.
  struct BlockedSend {
    std::array<iovec, kSendSpansMax> spans;
    size_t count = 0;  // 0: it is the file
    MoreFollows more = MoreFollows::kNo;
    FilePiece file;
  };
  struct DatagramState {
    size_t receive_bytes_max = 0;
    Trains trains;
    std::unique_ptr<DatagramSend> blocked_send;
  };

  // Small, for an idle connection is one of these.
  struct Record {
    int fd = -1;
    SocketKind kind : 2 = SocketKind::kStream;
    AcceptCount accept_count : 1 = AcceptCount::kUnlimited;
    bool interested : 1 = false;  // StartAccept or StartReceive is in force
    bool readable : 1 =
        false;  // since the last edge, until the socket said EAGAIN or came up short
    bool read_to_the_end : 1 = false;  // a short read need not be the last: until EAGAIN
    bool queued : 1 = false;           // in ready_
    bool connecting : 1 = false;
    bool unpollable : 1 = false;  // watched, and always readable
    Token token = 0;
    std::unique_ptr<BlockedSend> blocked_send;
  };

  EpollBackend(int epoll_fd, int wakeup_fd, const BackendOptions& options);

  absl::StatusOr<Socket> Adopt(int fd, SocketKind kind, const DatagramOptions& options) override;
  absl::StatusOr<Socket> AdoptWatched(int fd) override;
  void SetWatched(uint32_t index, Record& record, uint32_t events);
  void EndWatch(Record& record);
  int Descriptor(Socket socket) override { return At(socket).fd; }
  Trains& TrainsOf(Socket datagram_socket) override {
    return datagrams_.at(datagram_socket.index).trains;
  }
  Record& At(Socket socket) { return records_.Live(socket.index); }
  // Registers the descriptor; an invalid Socket and errno where the kernel refuses.
  Socket Register(int fd, SocketKind kind, bool read_to_the_end);

  int Wait(TimePoint deadline);
  void HandleEvent(const epoll_event& event);
  void MarkReady(uint32_t index, Record& record);
  void ServeReady();
  bool ServeOnce(uint32_t index, Record& record);
  void AcceptSome(Record& record);
  bool AcceptEnded(Record& record, int error);
  bool ReceiveStream(Record& record);
  bool ReceiveDatagrams(Record& record, const DatagramState& state);
  void DatagramReceived(const Record& record, const DatagramState& state, mmsghdr& header);
  void CompleteConnect(Record& record);
  void ContinueOutput(uint32_t index, Record& record);
  void ContinueSendTo(const Record& record, DatagramState& state);
  int32_t TrySend(const Record& record, absl::Span<const iovec> spans, MoreFollows more);
  int32_t TryAgain(const Record& record, const BlockedSend& send);
  void CompleteSendTo(const Record& record, const DatagramSend& send);
  void CancelOutput(uint32_t index, Record& record);
  Completion& Complete(const Record& record, Operation operation, int32_t result);
  bool CanReceive() const;

  const int epoll_fd_;
  base::Slab<Record> records_;
  base::BufferPool buffers_;
  RetainedBuffers retained_;
  const uint32_t datagram_buffers_;
  absl::flat_hash_map<uint32_t, DatagramState> datagrams_;  // by Socket::index
  std::unique_ptr<DatagramSlots> datagram_slots_;           // made with the first datagram socket
  std::unique_ptr<DatagramHeaders> datagram_headers_;
  std::vector<uint32_t> free_datagram_slots_;
  std::vector<base::SlabKey> ready_, serving_;
  std::vector<Completion> gathering_, batch_;
  bool waited_ = true;  // the last Poll asked the kernel
  size_t passed_over_ = 0;
  size_t received_bytes_ = 0;  // of streams, in this Poll
  bool out_of_buffers_ = false;
  bool pwait2_works_ = true;
  std::array<epoll_event, 256> events_;
};

}  // namespace sluice::backend

#endif  // SLUICE_REACTOR_BACKEND_EPOLL_BACKEND_H_
