#include "reactor/backend/uring_backend.h"

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <utility>

#include "reactor/backend/file_send.h"
#include "reactor/backend/uring_probe.h"
#include "reactor/base/check.h"

namespace sluice::backend {
namespace {

constexpr uint16_t kStreamGroup = 0;
constexpr uint16_t kDatagramGroup = 1;

// User data is operation (8 bits) | generation (24) | slot (32).
constexpr int kOpShift = 56;
constexpr int kGenerationShift = 32;
constexpr uint32_t kGenerationMask = (1U << 24) - 1;

// What a kernel without incremental buffers gets instead: a receive takes a whole buffer there, so
// many smaller ones.
constexpr uint32_t kWholeBuffers = 512;
constexpr uint32_t kWholeBufferBytes = 16 << 10;

}  // namespace

absl::StatusOr<std::unique_ptr<Backend>> UringBackend::Create(const BackendOptions& options,
                                                              std::string* in_use) {
  absl::StatusOr<UringAbilities> abilities = ProbeUring();
  if (!abilities.ok()) return abilities.status();
  absl::StatusOr<std::unique_ptr<UringRing>> ring = UringRing::Create(
      options.submission_entries, options.completion_entries, options.deferred_task_work);
  if (!ring.ok()) return ring.status();
  if (absl::Status status = (*ring)->PollNic(options.nic_busy_poll); !status.ok()) return status;
  if (options.zero_copy_send_bytes > 0 && !(*ring)->Supports(IORING_OP_SENDMSG_ZC)) {
    return absl::UnimplementedError("io_uring: zero-copy sends need Linux 6.1");
  }
  uint32_t count = std::bit_ceil(options.receive_buffers);
  uint32_t bytes = options.receive_buffer_bytes;
  const BackendOptions defaults;
  const bool tuned = options.receive_buffers != defaults.receive_buffers ||
                     options.receive_buffer_bytes != defaults.receive_buffer_bytes;
  if (!abilities->incremental_buffers && !tuned) {
    count = kWholeBuffers;
    bytes = kWholeBufferBytes;
  }
  absl::StatusOr<std::unique_ptr<UringBuffers>> buffers = UringBuffers::Create(
      (*ring)->raw(), kStreamGroup, count, bytes, abilities->incremental_buffers);
  if (!buffers.ok()) return buffers.status();
  const int wakeup_fd = eventfd(0, EFD_CLOEXEC);
  if (wakeup_fd < 0) return ErrnoStatus(errno, "eventfd");
  *in_use = "multishot accept and receive, " +
            std::string((*buffers)->incremental() ? "incremental" : "whole") + " buffers, " +
            (*ring)->setup_words();
  return std::unique_ptr<Backend>(
      new UringBackend(*std::move(ring), *std::move(buffers), wakeup_fd, options));
}

UringBackend::UringBackend(std::unique_ptr<UringRing> ring, std::unique_ptr<UringBuffers> buffers,
                           int wakeup_fd, const BackendOptions& options)
    : KernelBackend(wakeup_fd, Blocking::kYes),
      ring_(std::move(ring)),
      buffers_(std::move(buffers)),
      retained_(buffers_->count(), options.retained_bytes_min),
      datagram_buffers_count_(std::bit_ceil(options.datagram_buffers)),
      zero_copy_send_bytes_(options.zero_copy_send_bytes) {
  ArmWakeup();
}

UringBackend::~UringBackend() {
  // First, for with it every operation ends, and only then may their memory go.
  ring_.reset();
  records_.ForEach([](Record& record) {
    if (!record.closed && record.kind != SocketKind::kWatched) close(record.fd);
  });
}

absl::StatusOr<Socket> UringBackend::Adopt(int fd, SocketKind kind,
                                           const DatagramOptions& options) {
  if (kind == SocketKind::kDatagram) {
    if (absl::Status status = MakeDatagramBuffers(); !status.ok()) {
      close(fd);
      return status;
    }
  }
  const auto [key, record] = records_.Emplace();
  record->fd = fd;
  record->kind = kind;
  if (kind == SocketKind::kDatagram) {
    const auto [number, state] = datagrams_.Emplace();
    state->header.msg_namelen = sizeof(sockaddr_storage);
    state->header.msg_controllen = kControlBytes;
    state->header.msg_iov = &state->room;
    state->header.msg_iovlen = 1;
    // The buffer begins with the header, the address and the control messages.
    state->room.iov_len = sizeof(io_uring_recvmsg_out) + sizeof(sockaddr_storage) + kControlBytes +
                          options.receive_bytes_max;
    if (options.trains) state->trains = Trains::Probe(fd);
    record->datagram = number.index;
  }
  return Socket{key.index};
}

absl::Status UringBackend::MakeDatagramBuffers() {
  if (datagram_buffers_ != nullptr) return absl::OkStatus();
  constexpr size_t kBytes = 4096 + 65536;  // a datagram and what is said of it, in whole pages
  absl::StatusOr<std::unique_ptr<UringBuffers>> buffers = UringBuffers::Create(
      ring_->raw(), kDatagramGroup, datagram_buffers_count_, kBytes, /*incremental=*/false);
  if (!buffers.ok()) return buffers.status();
  datagram_buffers_ = *std::move(buffers);
  datagram_infos_.resize(datagram_buffers_count_);
  return absl::OkStatus();
}

uint64_t UringBackend::UserData(Op op, uint32_t index) {
  const uint64_t generation = records_.KeyOf(index).generation;
  return static_cast<uint64_t>(op) << kOpShift | generation << kGenerationShift | index;
}

io_uring_sqe* UringBackend::NextSqe(Op op, uint32_t index) {
  io_uring_sqe* sqe = ring_->NextSqe();
  io_uring_sqe_set_data64(sqe, UserData(op, index));
  return sqe;
}

void UringBackend::ArmWakeup() {
  io_uring_sqe* sqe = ring_->NextSqe();
  io_uring_prep_read(sqe, wakeup_fd(), &wakeup_count_, sizeof(wakeup_count_), 0);
  io_uring_sqe_set_data64(sqe, static_cast<uint64_t>(Op::kWakeup) << kOpShift);
}

Completion& UringBackend::Complete(const Record& record, Operation operation, int32_t result) {
  Completion completion;
  completion.token = record.token;
  completion.operation = operation;
  completion.result = result;
  return gathering_.emplace_back(completion);
}

void UringBackend::StartAccept(Socket listener, Token token, AcceptCount count) {
  Record& record = At(listener);
  record.token = token;
  record.interested = true;
  record.accept_count = count;
  Arm(listener.index, record);
}

void UringBackend::StopAccept(Socket listener) {
  Disarm(listener.index, At(listener));
}

void UringBackend::StartReceive(Socket socket, Token token) {
  Record& record = At(socket);
  record.token = token;
  record.interested = true;
  if (record.kept_error != 0) {
    record.interested = false;
    Complete(record, Operation::kReceive, std::exchange(record.kept_error, 0));
    return;
  }
  if (record.kind == SocketKind::kWatched) {
    watches_to_arm_.push_back(records_.KeyOf(socket.index));
  } else {
    Arm(socket.index, record);
  }
}

void UringBackend::StopReceive(Socket socket) {
  Disarm(socket.index, At(socket));
}

// Begins the standing operation, unless it is under way. One that is being cancelled is begun anew
// when its last completion comes.
void UringBackend::Arm(uint32_t index, Record& record) {
  if (record.armed || record.starved || !record.interested || record.closing) return;
  record.armed = true;
  record.cancelling = false;
  record.fed = false;
  ++record.outstanding;
  if (record.kind == SocketKind::kListener) {
    ArmAccept(index, record);
  } else if (record.kind == SocketKind::kWatched) {
    ArmWatch(index, record);
  } else {
    ArmReceive(index, record);
  }
}

void UringBackend::ArmAccept(uint32_t index, Record& record) {
  io_uring_sqe* sqe = ring_->NextSqe();
  if (record.accept_count == AcceptCount::kUnlimited) {
    io_uring_prep_multishot_accept(sqe, record.fd, nullptr, nullptr, SOCK_CLOEXEC);
  } else {
    io_uring_prep_accept(sqe, record.fd, nullptr, nullptr, SOCK_CLOEXEC);
  }
  io_uring_sqe_set_data64(sqe, UserData(Op::kAccept, index));
}

void UringBackend::ArmReceive(uint32_t index, Record& record) {
  io_uring_sqe* sqe = ring_->NextSqe();
  if (record.kind == SocketKind::kStream) {
    io_uring_prep_recv_multishot(sqe, record.fd, nullptr, 0, 0);
    sqe->buf_group = kStreamGroup;
    io_uring_sqe_set_data64(sqe, UserData(Op::kReceive, index));
  } else {
    // MSG_TRUNC: the length as it was sent, also where it did not fit (recv(2)).
    io_uring_prep_recvmsg_multishot(sqe, record.fd, &DatagramOf(record).header, MSG_TRUNC);
    sqe->buf_group = kDatagramGroup;
    io_uring_sqe_set_data64(sqe, UserData(Op::kReceiveDatagram, index));
  }
  sqe->flags |= IOSQE_BUFFER_SELECT;
}

UringBackend::Op UringBackend::StandingOp(const Record& record) {
  static constexpr Op kOfKind[] = {Op::kAccept, Op::kReceive, Op::kReceiveDatagram, Op::kReadable};
  return kOfKind[static_cast<size_t>(record.kind)];
}

void UringBackend::Disarm(uint32_t index, Record& record) {
  record.interested = false;
  if (!record.armed || record.cancelling) return;
  record.cancelling = true;
  io_uring_sqe* sqe = NextSqe(Op::kCancel, index);
  io_uring_prep_cancel64(sqe, UserData(StandingOp(record), index), 0);
  io_uring_sqe_set_data64(sqe, UserData(Op::kCancel, index));
}

void UringBackend::ReleaseBuffer(BufferId buffer) {
  if (buffer & kDatagramBufferBit) {
    datagram_buffers_->Release(buffer & ~kDatagramBufferBit);
  } else {
    const BufferId number = buffer & ~kRetainedBufferBit;
    if (number != buffer) retained_.Release(number);
    buffers_->Release(number);
  }
}

BufferId UringBackend::RetainBuffer(BufferId buffer, size_t bytes) {
  if (!retained_.Retain(buffer, bytes)) return kNoBuffer;
  buffers_->LendAgain(buffer);
  return buffer | kRetainedBufferBit;
}

uint32_t UringBackend::AvailableBuffers(const Record& record) const {
  return record.kind == SocketKind::kDatagram ? datagram_buffers_->available()
                                              : buffers_->available();
}

// First in, first out, and at most as many as there are buffers: beginning all anew would make most
// of them fail again at once. Those begun have something to receive, so Poll may sleep, and the
// next come with the Poll after it. One that found every buffer taken by those begun with it keeps
// its place: at the back it would meet the same ones again, turn after turn.
void UringBackend::RearmStarved() {
  starved_.insert(starved_.begin(), passed_over_.begin(), passed_over_.end());
  passed_over_.clear();
  size_t budget =
      buffers_->available() + (datagram_buffers_ == nullptr ? 0 : datagram_buffers_->available());
  for (size_t waiting = starved_.size(); waiting > 0 && budget > 0; --waiting) {
    const base::SlabKey key = starved_.front();
    starved_.pop_front();
    Record* record = records_.Find(key);
    if (record == nullptr || record->closing) continue;
    if (AvailableBuffers(*record) == 0) {
      starved_.push_back(key);
      continue;
    }
    record->starved = false;
    if (!record->interested) continue;  // stopped meanwhile; Start begins it
    --budget;
    Arm(key.index, *record);
  }
}

Socket UringBackend::Connect(const Endpoint& endpoint, const SocketOptions& options, Token token) {
  ++stats_.kernel_entries;  // socket
  const int fd = OpenStream(endpoint, options, blocking());
  if (fd < 0) {
    Completion& completion = gathering_.emplace_back();
    completion.token = token;
    completion.operation = Operation::kConnect;
    completion.result = fd;
    return Socket{};
  }
  const auto [key, record] = records_.Emplace();
  record->fd = fd;
  record->token = token;
  ++record->outstanding;
  // The kernel reads the address when the operation is submitted, at the latest in Poll.
  static_assert(sizeof(sockaddr_un) <= sizeof(SendOp::spans));
  const auto [op_key, op] = send_ops_.Emplace();
  record->send_op = op_key.index;
  auto* address = reinterpret_cast<char*>(op->spans.data());
  std::copy_n(reinterpret_cast<const char*>(endpoint.address()), endpoint.size(), address);
  io_uring_sqe* sqe = ring_->NextSqe();
  io_uring_prep_connect(sqe, fd, reinterpret_cast<sockaddr*>(address), endpoint.size());
  io_uring_sqe_set_data64(sqe, UserData(Op::kConnect, key.index));
  return Socket{key.index};
}

int32_t UringBackend::Send(Socket socket, absl::Span<const iovec> spans, MoreFollows more,
                           Token token) {
  Record& record = At(socket);
  SLUICE_CHECK(!record.sending, "one send a socket may be outstanding");
  SLUICE_CHECK(!spans.empty() && spans.size() <= kSendSpansMax, "a send has 1 to 16 spans");
  record.token = token;
  record.sending = true;
  ++record.outstanding;
  // Not MSG_WAITALL: the kernel would go on after a short send without a word, and a peer that
  // reads slowly could not be told from one that does not read.
  const int flags = MSG_NOSIGNAL | (more == MoreFollows::kYes ? MSG_MORE : 0);
  size_t offered = 0;
  for (const iovec& span : spans) offered += span.iov_len;
  const bool zero_copy = zero_copy_send_bytes_ > 0 && offered >= zero_copy_send_bytes_ &&
                         !record.must_copy && !record.lent_sends.full();
  io_uring_sqe* sqe = ring_->NextSqe();
  if (spans.size() == 1) {
    io_uring_prep_send(sqe, record.fd, spans[0].iov_base, spans[0].iov_len, flags);
    if (zero_copy) sqe->opcode = IORING_OP_SEND_ZC;
  } else {
    const auto [key, op] = send_ops_.Emplace();
    record.send_op = key.index;
    std::copy(spans.begin(), spans.end(), op->spans.begin());
    op->header = {};
    op->header.msg_iov = op->spans.data();
    op->header.msg_iovlen = spans.size();
    io_uring_prep_sendmsg(sqe, record.fd, &op->header, flags);
    if (zero_copy) sqe->opcode = IORING_OP_SENDMSG_ZC;
  }
  Op op = Op::kSend;
  if (zero_copy) {
    op = static_cast<Op>(static_cast<uint8_t>(Op::kSendZeroCopy) + record.lent_sends.Begin());
  }
  io_uring_sqe_set_data64(sqe, UserData(op, socket.index));
  return kUnderWay;
}

// At once, with sendfile(2), and what the socket has no room for when it has. IORING_OP_SPLICE
// would need a pipe a connection, two operations a piece, and for each a worker thread of the
// kernel (io_splice in io_uring/splice.c never runs where it was submitted).
int32_t UringBackend::SendFile(Socket socket, const FilePiece& piece, Token token) {
  Record& record = At(socket);
  SLUICE_CHECK(!record.sending, "one send a socket may be outstanding");
  record.token = token;
  const int32_t result = SendPiece(record.fd, piece, blocking(), stats_.kernel_entries);
  if (result != kUnderWay) return result;
  record.sending = true;
  const auto [key, op] = send_ops_.Emplace();
  record.send_op = key.index;
  op->file = piece;
  WaitForRoom(Op::kSendFileRoom, socket.index, record);
  return kUnderWay;
}

void UringBackend::SendTo(Socket socket, absl::Span<const OutgoingDatagram> datagrams,
                          Token token) {
  Record& record = At(socket);
  SLUICE_CHECK(DatagramOf(record).blocked_send == nullptr,
               "one SendTo a socket may be outstanding");
  SLUICE_CHECK(!datagrams.empty() && datagrams.size() <= kSendDatagramsMax,
               "a batch has 1 to 256 datagrams");
  record.token = token;
  // One sendmmsg(2) beats an operation a datagram, and keeps their order.
  DatagramSend send(datagrams);
  if (send.Continue(record.fd, DatagramOf(record).trains, stats_)) {
    CompleteSendTo(record, send);
    return;
  }
  send.Keep();
  DatagramOf(record).blocked_send = std::make_unique<DatagramSend>(std::move(send));
  WaitForRoom(Op::kSendToRoom, socket.index, record);
}

void UringBackend::Close(Socket socket, CloseMode mode, Token token) {
  Record& record = At(socket);
  SLUICE_CHECK(!record.closing, "a socket is closed once");
  record.token = token;
  record.closing = true;
  record.interested = false;
  record.close_mode = mode;
  if (record.kind == SocketKind::kWatched) {
    return EndWatch(socket.index, record);
  }
  RemoveUnixFile(socket);
  if (record.outstanding > 0) {
    // close(2) alone would not end them (liburing#568).
    io_uring_sqe* sqe = ring_->NextSqe();
    io_uring_prep_cancel_fd(sqe, record.fd, IORING_ASYNC_CANCEL_ALL);
    io_uring_sqe_set_data64(sqe, UserData(Op::kCancelAll, socket.index));
    ++record.outstanding;
  }
  CloseWhenQuiet(socket.index, record);
}

void UringBackend::CloseWhenQuiet(uint32_t index, Record& record) {
  if (!record.closing || record.outstanding > 0) return;
  // Memory lent to zero-copy sends may come back only because the socket is closed.
  if (!record.close_submitted) SubmitClose(index, record);
  if (record.closed && record.lent_sends.empty()) {
    Complete(record, Operation::kClose, 0);
    if (record.kind == SocketKind::kDatagram) datagrams_.Erase(record.datagram);
    records_.Erase(index);
  }
}

void UringBackend::SubmitClose(uint32_t index, Record& record) {
  record.close_submitted = true;
  if (record.close_mode == CloseMode::kReset) MakeCloseReset(record.fd);
  io_uring_sqe* sqe = ring_->NextSqe();
  io_uring_prep_close(sqe, record.fd);
  io_uring_sqe_set_data64(sqe, UserData(Op::kClose, index));
}

absl::Span<const Completion> UringBackend::Poll(TimePoint deadline) {
  ++stats_.polls;
  batch_.clear();
  RearmStarved();
  ArmWatches();
  Duration left = Duration(0);
  if (gathering_.empty()) {
    left = deadline == kNever             ? UringRing::kForEver
           : deadline == TimePoint::min() ? Duration(0)
                                          : std::max(deadline - Now(), Duration(0));
  }
  ring_->Submit(left);
  ring_->Reap([this](const io_uring_cqe& cqe) { Handle(cqe); });
  stats_.kernel_entries += ring_->TakeEnters();
  batch_.swap(gathering_);
  return batch_;
}

void UringBackend::Handle(const io_uring_cqe& cqe) {
  const auto op = static_cast<Op>(cqe.user_data >> kOpShift);
  if (op == Op::kWakeup) return ArmWakeup();
  const auto index = static_cast<uint32_t>(cqe.user_data);
  const base::SlabKey key{
      index, static_cast<uint32_t>(cqe.user_data >> kGenerationShift) & kGenerationMask};
  Record* record = records_.Find(key);
  if (record == nullptr) {
    // Only a cancel can outlive its socket: everything else is waited for.
    SLUICE_CHECK(op == Op::kCancel, "a completion for a socket that is gone");
    return;
  }
  switch (op) {
    case Op::kWakeup:
    case Op::kCancel:
      return;
    case Op::kAccept:
      HandleAccept(index, *record, cqe);
      break;
    case Op::kReadable:
      HandleReadable(index, *record, cqe);
      break;
    case Op::kReceive:
      HandleReceive(index, *record, cqe);
      break;
    case Op::kReceiveDatagram:
      HandleReceiveDatagram(index, *record, cqe);
      break;
    case Op::kSend:
      --record->outstanding;
      SendCompleted(*record, cqe.res);
      break;
    case Op::kSendFileRoom:
      --record->outstanding;
      HandleSendFileRoom(index, *record, cqe.res);
      break;
    case Op::kSendToRoom:
      --record->outstanding;
      HandleSendToRoom(index, *record);
      break;
    case Op::kConnect:
      HandleConnect(*record, cqe);
      break;
    case Op::kCancelAll:
      HandleCancelAll(*record, cqe);
      break;
    case Op::kClose:
      record->closed = true;
      break;
    default:
      HandleSendZeroCopy(*record, cqe,
                         static_cast<uint8_t>(op) - static_cast<uint8_t>(Op::kSendZeroCopy));
  }
  CloseWhenQuiet(index, *record);
}

}  // namespace sluice::backend
