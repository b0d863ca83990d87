// The contract of backend.h on io_uring(7): multishot accept and receive on provided buffers, one
// enter a Poll for everything submitted and everything waited for.
#ifndef SLUICE_REACTOR_BACKEND_URING_BACKEND_H_
#define SLUICE_REACTOR_BACKEND_URING_BACKEND_H_

#include <liburing.h>

#include <array>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "reactor/backend/datagram_io.h"
#include "reactor/backend/kernel_backend.h"
#include "reactor/backend/retained_buffers.h"
#include "reactor/backend/uring_buffers.h"
#include "reactor/backend/uring_lent_sends.h"
#include "reactor/backend/uring_ring.h"
#include "reactor/base/slab.h"

namespace sluice::backend {

class UringBackend final : public KernelBackend {
 public:
  // Fails, saying why, where the kernel lacks what this needs (Linux 6.0: multishot receive) or
  // forbids it. `in_use` gets what was found to work, in words.
  static absl::StatusOr<std::unique_ptr<Backend>> Create(const BackendOptions& options,
                                                         std::string* in_use);
  ~UringBackend() override;

  std::string_view name() const override { return "io_uring"; }
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
  // What a kernel operation is for; travels in its user data beside slot and generation, so that a
  // completion that comes after its socket went finds nobody.
  enum class Op : uint8_t {
    kWakeup,
    kAccept,
    kReceive,
    kReceiveDatagram,
    kReadable,
    kSend,
    kSendFileRoom,
    kSendToRoom,
    kConnect,
    kCancel,
    kCancelAll,
    kClose,
    kSendZeroCopy  // and as many more as UringLentSends has numbers
  };

  // Memory a send needs until the kernel took it over, or what of a file waits for room.
  struct SendOp {
    msghdr header;
    std::array<iovec, kSendSpansMax> spans;
    FilePiece file;
  };
  struct DatagramState {
    msghdr header{};  // what its multishot receive was set up with
    iovec room{};
    Trains trains;
    std::unique_ptr<DatagramSend> blocked_send;
  };

  // Small, for an idle connection is one of these.
  struct Record {
    int fd = -1;
    int16_t kept_error = 0;  // met while nobody was interested; due to the next StartReceive
    Token token = 0;
    uint32_t datagram = base::SlabKey::kNoIndex;  // in datagrams_
    uint32_t send_op = base::SlabKey::kNoIndex;
    UringLentSends lent_sends;
    uint8_t outstanding = 0;  // kernel operations that still owe their last completion
    SocketKind kind : 2 = SocketKind::kStream;
    AcceptCount accept_count : 1 = AcceptCount::kUnlimited;
    CloseMode close_mode : 1 = CloseMode::kOrderly;
    bool interested : 1 = false;  // StartAccept or StartReceive is in force
    bool armed : 1 = false;       // its kernel operation is under way
    bool cancelling : 1 = false;  // and was asked to end
    bool starved : 1 = false;     // waits for a buffer
    bool fed : 1 = false;         // received something since it was armed
    bool sending : 1 = false;
    bool closing : 1 = false;
    bool close_submitted : 1 = false;
    bool closed : 1 = false;     // by the kernel; memory may still be lent to it
    bool must_copy : 1 = false;  // it cannot send without
  };

  UringBackend(std::unique_ptr<UringRing> ring, std::unique_ptr<UringBuffers> buffers,
               int wakeup_fd, const BackendOptions& options);

  absl::StatusOr<Socket> Adopt(int fd, SocketKind kind, const DatagramOptions& options) override;
  absl::StatusOr<Socket> AdoptWatched(int fd) override;
  int Descriptor(Socket socket) override { return At(socket).fd; }
  Trains& TrainsOf(Socket datagram_socket) override {
    return DatagramOf(At(datagram_socket)).trains;
  }
  absl::Status MakeDatagramBuffers();
  Record& At(Socket socket) { return records_.Live(socket.index); }
  DatagramState& DatagramOf(const Record& record) { return datagrams_.Live(record.datagram); }

  io_uring_sqe* NextSqe(Op op, uint32_t index);
  uint64_t UserData(Op op, uint32_t index);

  void ArmWakeup();
  void Arm(uint32_t index, Record& record);
  void ArmReceive(uint32_t index, Record& record);
  void ArmAccept(uint32_t index, Record& record);
  static Op StandingOp(const Record& record);
  void Disarm(uint32_t index, Record& record);
  void ArmWatch(uint32_t index, Record& record);
  void ArmWatches();
  void EndWatch(uint32_t index, Record& record);
  void RearmStarved();
  uint32_t AvailableBuffers(const Record& record) const;

  void Handle(const io_uring_cqe& cqe);
  void HandleReceive(uint32_t index, Record& record, const io_uring_cqe& cqe);
  void HandleReceiveDatagram(uint32_t index, Record& record, const io_uring_cqe& cqe);
  void HandleReadable(uint32_t index, Record& record, const io_uring_cqe& cqe);
  void HandleAccept(uint32_t index, Record& record, const io_uring_cqe& cqe);
  void HandleSendZeroCopy(Record& record, const io_uring_cqe& cqe, uint8_t number);
  Completion& SendCompleted(Record& record, int32_t result);
  void HandleSendFileRoom(uint32_t index, Record& record, int32_t poll_result);
  void HandleSendToRoom(uint32_t index, Record& record);
  void HandleConnect(Record& record, const io_uring_cqe& cqe);
  void HandleCancelAll(Record& record, const io_uring_cqe& cqe);
  void ReceiveStopped(uint32_t index, Record& record, int32_t result);
  void StandingEnded(Record& record, const io_uring_cqe& cqe);
  void SubmitClose(uint32_t index, Record& record);
  void CloseWhenQuiet(uint32_t index, Record& record);
  void WaitForRoom(Op then, uint32_t index, Record& record);
  void CompleteSendTo(const Record& record, const DatagramSend& send);
  Completion& Complete(const Record& record, Operation operation, int32_t result);

  std::unique_ptr<UringRing> ring_;
  std::unique_ptr<UringBuffers> buffers_;
  RetainedBuffers retained_;
  const uint32_t datagram_buffers_count_;
  const uint32_t zero_copy_send_bytes_;             // 0: never
  std::unique_ptr<UringBuffers> datagram_buffers_;  // made with the first datagram socket
  std::vector<DatagramInfo> datagram_infos_;        // by buffer
  base::Slab<Record, 24> records_;
  base::Slab<DatagramState> datagrams_;
  base::Slab<SendOp> send_ops_;
  std::deque<base::SlabKey> starved_;          // served first in, first out
  std::vector<base::SlabKey> passed_over_;     // in this Poll: starved without having been fed
  std::vector<base::SlabKey> watches_to_arm_;  // by the next Poll
  std::vector<Completion> gathering_, batch_;
  uint64_t wakeup_count_ = 0;  // what the read of the eventfd fills
};

}  // namespace sluice::backend

#endif  // SLUICE_REACTOR_BACKEND_URING_BACKEND_H_
