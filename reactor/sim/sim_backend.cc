#include "reactor/sim/sim_backend.h"

#include <netinet/tcp.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "reactor/backend/datagram_io.h"
#include "reactor/backend/retained_buffers.h"
#include "reactor/backend/socket_util.h"

namespace sluice::sim {
namespace {

// Its address differs from thread to thread.
thread_local char thread_mark;

base::SlabKey FromSubject(uint64_t subject) {
  return {static_cast<uint32_t>(subject), static_cast<uint32_t>(subject >> 32)};
}

}  // namespace

SimBackend::SimBackend(SimWorld& world, SimHost& host, const BackendOptions& options,
                       uint32_t number, std::shared_ptr<SimWorld> keep_alive)
    : keep_alive_(std::move(keep_alive)),
      world_(world),
      host_(host),
      number_(number),
      buffers_(std::bit_ceil(options.receive_buffers), options.receive_buffer_bytes),
      retained_bytes_min_(options.retained_bytes_min),
      datagram_buffer_count_(std::bit_ceil(options.datagram_buffers)),
      thread_(&thread_mark) {}

SimBackend::~SimBackend() {
  std::erase(world_.awake_, this);
  const bool lent =
      buffers_.lent() > 0 || (datagram_buffers_ != nullptr && datagram_buffers_->lent() > 0);
  if (world_.options_.all_must_be_closed) {
    if (records_.size() > graveyard_.size())
      world_.Violate("sockets were still open when their backend went");
    if (lent) world_.Violate("a receive buffer was never released");
  }
  world_.events_.Forget(*this);
  records_.ForEach([this](Record& record) {
    if (!record.closing) CloseInNetwork(record, /*reset=*/false);
  });
}

void SimBackend::CheckThread() const {
  if (thread_ != &thread_mark) world_.Violate("a backend was used from a thread not its own");
}

SimBackend::Record& SimBackend::At(Socket socket) {
  CheckThread();
  Record* record = records_.Find(records_.KeyOf(socket.index));
  if (record == nullptr || record->gone) {
    world_.Violate("a socket was used after its close completed");
  }
  return *record;
}

absl::Status SimBackend::Refused(int error, std::string_view doing) const {
  return backend::ErrnoStatus(error, doing,
                              error == EADDRINUSE ? "another socket has this address" : "");
}

absl::StatusOr<Socket> SimBackend::Listen(const Endpoint& endpoint, const ListenOptions& options) {
  CheckThread();
  const auto [slot, record] = records_.Emplace();
  record->kind = Kind::kListener;
  const int result = world_.network_.Listen(host_, endpoint, options.backlog, options.reuse_port,
                                            {this, slot.index}, &record->key);
  absl::Status status = result == 0 ? Apply(*record, options.socket)
                                    : Refused(-result, "cannot listen on " + endpoint.ToString());
  if (status.ok()) return Socket{slot.index};
  if (result == 0) world_.network_.CloseListener(record->key);
  records_.Erase(slot.index);
  return status;
}

absl::StatusOr<Socket> SimBackend::BindDatagram(const Endpoint& endpoint,
                                                const DatagramOptions& options) {
  CheckThread();
  if (datagram_buffers_ == nullptr) {
    datagram_buffers_ = std::make_unique<SimBuffers>(datagram_buffer_count_, kDatagramBytesMax + 1);
    datagram_infos_.resize(datagram_buffer_count_);
  }
  const auto [slot, record] = records_.Emplace();
  record->kind = Kind::kDatagram;
  record->receive_bytes_max = static_cast<uint32_t>(options.receive_bytes_max);
  const int result =
      world_.network_.Bind(host_, endpoint, options, {this, slot.index}, &record->key);
  absl::Status status =
      result == 0 ? Apply(*record, options.socket)
                  : Refused(-result, "cannot bind datagram socket " + endpoint.ToString());
  if (status.ok()) return Socket{slot.index};
  if (result == 0) world_.network_.CloseDatagram(record->key);
  records_.Erase(slot.index);
  return status;
}

Socket SimBackend::Connect(const Endpoint& endpoint, const SocketOptions& options, Token token) {
  CheckThread();
  int result = world_.faults_.Happens(Fault::kSocketOutOfFiles) ? -EMFILE : 0;
  base::SlabKey slot;
  if (result == 0) {
    const auto [new_slot, record] = records_.Emplace();
    slot = new_slot;
    record->token = token;
    record->connecting = true;
    result = world_.network_.Connect(host_, endpoint, {this, slot.index}, &record->key);
    if (result == 0) (void)Apply(*record, options);
    if (result != 0) records_.Erase(slot.index);
  }
  if (result == 0) return Socket{slot.index};
  Completion& completion = immediate_.emplace_back();
  completion.token = token;
  completion.operation = Operation::kConnect;
  completion.result = result;
  world_.Awake(*this);
  return Socket{};
}

void SimBackend::StartAccept(Socket listener, Token token, AcceptCount count) {
  Record& record = At(listener);
  record.token = token;
  record.interested = true;
  record.one_accept = count == AcceptCount::kOne;
  MarkReady(listener.index);
}

void SimBackend::StopAccept(Socket listener) {
  Record& record = At(listener);
  const bool was_interested = std::exchange(record.interested, false);
  if (!was_interested || record.closing || !world_.network_.Acceptable(record.key)) return;
  record.extra_accept = world_.faults_.Happens(Fault::kAcceptAfterStop);
  if (record.extra_accept) MarkReady(listener.index);
}

void SimBackend::StartReceive(Socket socket, Token token) {
  Record& record = At(socket);
  if (record.closing) world_.Violate("a receive was started after Close");
  record.token = token;
  record.interested = true;
  MarkReady(socket.index);
}

void SimBackend::StopReceive(Socket socket) {
  Record& record = At(socket);
  const bool was_interested = std::exchange(record.interested, false);
  const bool one_more =
      was_interested && record.kind == Kind::kStream && !record.closing &&
      (!world_.network_.Readable(record.key).empty() || world_.network_.HasEnded(record.key));
  record.extra_delivery = one_more && world_.faults_.Happens(Fault::kDeliveryAfterStop);
  if (record.extra_delivery) MarkReady(socket.index);
}

void SimBackend::ReleaseBuffer(BufferId buffer) {
  CheckThread();
  const bool datagram = (buffer & backend::kDatagramBufferBit) != 0;
  SimBuffers& buffers = datagram ? *datagram_buffers_ : buffers_;
  const bool retained = (buffer & backend::kRetainedBufferBit) != 0;
  const uint32_t number = buffer & ~(backend::kDatagramBufferBit | backend::kRetainedBufferBit);
  if (!(retained ? buffers.ReleaseRetained(number) : buffers.Release(number))) {
    world_.Violate("a buffer was released twice");
  }
  if (!buffers.starved.empty()) world_.Awake(*this);
}

BufferId SimBackend::RetainBuffer(BufferId buffer, size_t bytes) {
  CheckThread();
  if (bytes < retained_bytes_min_ || !buffers_.MayRetain()) return kNoBuffer;
  if (world_.faults_.Happens(Fault::kRetainRefused)) return kNoBuffer;
  if (!buffers_.Retain(buffer)) world_.Violate("a buffer was retained after its release");
  return buffer | backend::kRetainedBufferBit;
}

int32_t SimBackend::Send(Socket socket, absl::Span<const iovec> spans, MoreFollows, Token token) {
  Record& record = At(socket);
  if (spans.empty() || spans.size() > kSendSpansMax) world_.Violate("a Send of 0 or over 16 spans");
  record.spans.assign(spans.begin(), spans.end());
  return BeginSend(socket, record, token);
}

int32_t SimBackend::SendFile(Socket socket, const FilePiece& piece, Token token) {
  Record& record = At(socket);
  if (piece.bytes == 0 || piece.bytes > kSendFileBytesMax) world_.Violate("SendFile of that size");
  record.file = std::make_unique<FilePiece>(piece);
  return BeginSend(socket, record, token);
}

int32_t SimBackend::BeginSend(Socket socket, Record& record, Token token) {
  if (record.sending) world_.Violate("a second Send while one is outstanding");
  if (record.closing) world_.Violate("a Send after Close");
  record.token = token;
  record.sending = true;
  record.blocked = false;
  record.lent_hash = HashOf(record);
  if (world_.faults_.Happens(Fault::kSendAtOnce)) {
    const int64_t result = WriteLent(record);
    record.blocked = result == -EAGAIN;
    if (record.blocked) return kUnderWay;
    record.sending = false;
    record.spans.clear();
    record.file.reset();
    return static_cast<int32_t>(result);
  }
  MarkReady(socket.index);
  return kUnderWay;
}

void SimBackend::SendTo(Socket socket, absl::Span<const OutgoingDatagram> datagrams, Token token) {
  Record& record = At(socket);
  if (record.sending_to) world_.Violate("a second SendTo while one is outstanding");
  record.token = token;
  record.sending_to = true;
  record.datagrams.assign(datagrams.begin(), datagrams.end());
  record.lent_hash = HashOf(record);
  MarkReady(socket.index);
}

// Every byte of short memory, a sample of long: what a reused chunk overwrites is seen either way.
uint64_t SimBackend::HashOf(const std::vector<iovec>& spans) {
  uint64_t hash = 1469598103934665603u;  // FNV-1a
  for (const iovec& span : spans) {
    const auto* bytes = static_cast<const unsigned char*>(span.iov_base);
    const size_t step = 1 + span.iov_len / 512;
    for (size_t i = 0; i < span.iov_len; i += step) hash = (hash ^ bytes[i]) * 1099511628211u;
  }
  return hash;
}

// Of everything lent: it must not change before the completion.
uint64_t SimBackend::HashOf(const Record& record) {
  if (record.datagrams.empty()) return HashOf(record.spans);
  std::vector<iovec> spans;
  for (const OutgoingDatagram& datagram : record.datagrams) {
    spans.push_back({const_cast<char*>(datagram.data), datagram.size});
    spans.push_back({const_cast<sockaddr*>(datagram.peer->address()), datagram.peer->size()});
  }
  return HashOf(spans);
}

void SimBackend::ShutdownSend(Socket socket) {
  Record& record = At(socket);
  if (record.sending) world_.Violate("ShutdownSend while a Send is outstanding");
  world_.network_.Shutdown(record.key);
}

void SimBackend::Close(Socket socket, CloseMode mode, Token token) {
  Record& record = At(socket);
  if (record.closing) world_.Violate("a second Close");
  record.token = token;
  record.closing = true;
  FinishOutstanding(record);
  record.interested = record.extra_delivery = record.extra_accept = false;
  CloseInNetwork(record, mode == CloseMode::kReset);
  MarkReady(socket.index);
}

void SimBackend::CloseInNetwork(const Record& record, bool reset) {
  switch (record.kind) {
    case Kind::kStream:
      return world_.network_.Close(record.key, reset);
    case Kind::kListener:
      return world_.network_.CloseListener(record.key);
    case Kind::kDatagram:
      return world_.network_.CloseDatagram(record.key);
  }
}

Endpoint SimBackend::LocalEndpoint(Socket socket) {
  Record& record = At(socket);
  if (record.closing) return Endpoint();
  switch (record.kind) {
    case Kind::kStream:
      return world_.network_.LocalEndpoint(record.key);
    case Kind::kListener:
      return world_.network_.ListenerEndpoint(record.key);
    case Kind::kDatagram:
      return world_.network_.DatagramEndpoint(record.key);
  }
  return Endpoint();
}

Endpoint SimBackend::PeerEndpoint(Socket socket) {
  Record& record = At(socket);
  const bool has_peer = record.kind == Kind::kStream && !record.closing;
  return has_peer ? world_.network_.PeerEndpoint(record.key) : Endpoint();
}

void SimBackend::Wakeup() {
  woken_.store(true, std::memory_order_release);
  if (thread_ == &thread_mark) world_.Awake(*this);
}

void SimBackend::OnReadable(uint32_t socket) {
  MarkReady(socket);
}

void SimBackend::OnWritable(uint32_t socket) {
  records_.Live(socket).blocked = false;
  MarkReady(socket);
}

void SimBackend::OnConnected(uint32_t socket, int error) {
  Record& record = records_.Live(socket);
  record.connected = true;
  record.connect_error = error;
  MarkReady(socket);
}

void SimBackend::OnEvent(const Event& event) {
  if (event.kind == kWakeAt) {
    if (wake_at_ <= world_.now()) wake_at_ = kNever;
    world_.Awake(*this);
    return;
  }
  const base::SlabKey key = FromSubject(event.subject);
  Record* record = records_.Find(key);
  if (record == nullptr) return;
  if (event.kind != kReleaseDue) {
    MarkReady(key.index);
  } else if (record->lent != nullptr && !record->lent->empty()) {
    immediate_.push_back(ReleaseOldest(*record));
    world_.Awake(*this);
  }
}

void SimBackend::MarkReady(uint32_t index) {
  Record& record = records_.Live(index);
  if (record.gone) return;
  world_.Awake(*this);
  if (record.queued) return;
  record.queued = true;
  ready_.push_back(records_.KeyOf(index));
}

void SimBackend::PutOff(uint32_t index, Record&) {
  const Duration delay = std::chrono::microseconds(world_.prng_.Between(1, 5000));
  world_.events_.Schedule(delay, *this, kReadyAgain, ToSubject(records_.KeyOf(index)));
}

// Puts the socket off where this fault happens; not for ever, so that every run ends.
bool SimBackend::Late(uint32_t index, Record& record, Fault fault) {
  constexpr uint8_t kLateMax = 8;
  if (record.late >= kLateMax || !world_.faults_.Happens(fault)) {
    record.late = 0;
    return false;
  }
  ++record.late;
  PutOff(index, record);
  return true;
}

absl::Span<const Completion> SimBackend::Poll(TimePoint deadline) {
  CheckThread();
  ++stats_.polls;
  batch_.clear();
  world_.Spend(world_.options_.poll_cost);
  if (world_.faults_.Happens(Fault::kLatePoll)) {
    world_.Spend(std::chrono::microseconds(world_.prng_.Between(1, 50'000)));
  }
  if (world_.faults_.Happens(Fault::kEmptyPoll)) {
    world_.Awake(*this);
    return batch_;
  }
  bool woken = false;
  do {
    Collect();
    woken = batch_.empty() && woken_.exchange(false, std::memory_order_acq_rel);
  } while (batch_.empty() && !woken && world_.Wait(*this, deadline));
  // A loop that need not wait has something of its own to do: it takes another turn.
  if (!batch_.empty() || woken || deadline <= world_.now()) world_.Awake(*this);
  const uint64_t happened = world_.events_.happened();
  const bool idle = batch_.empty() && deadline <= world_.now() && happened == happened_before_;
  happened_before_ = happened;
  idle_polls_ = idle ? idle_polls_ + 1 : 0;
  if (idle_polls_ > world_.options_.idle_polls_max) {
    world_.Violate("livelock: the loop turns and turns, and there is nothing to do");
  }
  if (world_.tracer_.wanted()) {
    for (const Completion& completion : batch_) {
      static constexpr std::string_view kNames[] = {"accept",  "receive", "connect", "send",
                                                    "release", "send_to", "close"};
      world_.tracer_.OnCompletion({world_.now(), number_, completion.token,
                                   kNames[static_cast<size_t>(completion.operation)],
                                   completion.result});
    }
  }
  return batch_;
}

}  // namespace sluice::sim
