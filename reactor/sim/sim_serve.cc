// SimBackend: what is told of a socket that something happened to, and when.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "reactor/backend/datagram_io.h"
#include "reactor/sim/sim_backend.h"

namespace sluice::sim {

Completion& SimBackend::Complete(const Record& record, Operation operation, int32_t result) {
  Completion completion;
  completion.token = record.token;
  completion.operation = operation;
  completion.result = result;
  return batch_.emplace_back(completion);
}

void SimBackend::Collect() {
  batch_.insert(batch_.end(), immediate_.begin(), immediate_.end());
  immediate_.clear();
  bool woken = false;
  do {
    woken = WakeStarved(buffers_);
    if (datagram_buffers_ != nullptr) woken = WakeStarved(*datagram_buffers_) || woken;
    ServeReady();
    // Who was woken may have had no use for a buffer; then it is another one's.
  } while (woken && batch_.empty());
}

// As many as there are buffers: all others would only find them taken again. They are served before
// those that were fed last.
bool SimBackend::WakeStarved(SimBuffers& buffers) {
  bool woken = false;
  for (size_t free = buffers.available(); free > 0 && !buffers.starved.empty();) {
    const base::SlabKey key = buffers.starved.front();
    buffers.starved.pop_front();
    Record* record = records_.Find(key);
    if (record == nullptr || record->gone) continue;
    record->starved = false;
    record->queued = true;
    serving_.push_back(key);
    woken = true;
    --free;
  }
  return woken;
}

void SimBackend::ServeReady() {
  serving_.insert(serving_.end(), ready_.begin(), ready_.end());
  ready_.clear();
  const bool small = serving_.size() > 1 && world_.faults_.Happens(Fault::kSmallBatch);
  for (size_t i = 0; i < serving_.size(); ++i) {
    Record* record = records_.Find(serving_[i]);
    if (record == nullptr || record->gone || !record->queued) continue;
    if (small && !batch_.empty()) {  // the others wait for the next Poll
      ready_.push_back(serving_[i]);
      continue;
    }
    record->queued = false;
    Serve(serving_[i].index, *record);
  }
  serving_.clear();
}

void SimBackend::Serve(uint32_t index, Record& record) {
  if (record.closing) return ServeClose(index, record);
  if (record.connecting) {
    if (record.connected) ServeConnect(index, record);
    return;
  }
  if (record.sending && !record.blocked) ServeSend(index, record);
  if (record.sending_to) ServeSendTo(record);
  if (!record.interested && !record.extra_delivery && !record.extra_accept) return;
  switch (record.kind) {
    case Kind::kStream:
      return ServeReceive(index, record);
    case Kind::kListener:
      return ServeAccept(index, record);
    case Kind::kDatagram:
      return ServeDatagram(index, record);
  }
}

void SimBackend::ServeConnect(uint32_t index, Record& record) {
  if (Late(index, record, Fault::kLateConnect)) return;
  record.connecting = false;
  Complete(record, Operation::kConnect, -record.connect_error);
  if (record.interested) MarkReady(index);
}

void SimBackend::ServeSend(uint32_t index, Record& record) {
  if (Late(index, record, Fault::kLateSend)) return;
  if (HashOf(record) != record.lent_hash)
    world_.Violate("bytes changed while they were lent to Send");
  const int64_t result = WriteLent(record);
  if (result == -EAGAIN) {
    record.blocked = true;
    return;
  }
  record.sending = false;
  Completion& completion = Complete(record, Operation::kSend, static_cast<int32_t>(result));
  const bool lendable = result > 0 && record.file == nullptr;
  completion.more = lendable && world_.faults_.Happens(Fault::kZeroCopySend);
  if (completion.more) Lend(index, record, static_cast<size_t>(result));
  record.spans.clear();
  record.file.reset();
}

// As IORING_OP_SEND_ZC: the bytes taken must not change until their release, which is later.
void SimBackend::Lend(uint32_t index, Record& record, size_t taken) {
  LentSend send;
  for (const iovec& span : record.spans) {
    const size_t here = std::min(taken, span.iov_len);
    if (here > 0) send.spans.push_back({span.iov_base, here});
    taken -= here;
  }
  send.hash = HashOf(send.spans);
  if (record.lent == nullptr) record.lent = std::make_unique<std::deque<LentSend>>();
  record.lent->push_back(std::move(send));
  const Duration delay = std::chrono::microseconds(world_.prng_.Between(1, 50'000));
  world_.events_.Schedule(delay, *this, kReleaseDue, ToSubject(records_.KeyOf(index)));
}

Completion SimBackend::ReleaseOldest(Record& record) {
  const LentSend& send = record.lent->front();
  if (HashOf(send.spans) != send.hash) {
    world_.Violate("bytes of a zero-copy send changed before their release");
  }
  record.lent->pop_front();
  Completion completion;
  completion.token = record.token;
  completion.operation = Operation::kRelease;
  return completion;
}

// What the network takes of the bytes lent to Send, or -errno.
int64_t SimBackend::WriteLent(Record& record) {
  if (world_.faults_.Happens(Fault::kSendFailed)) {
    constexpr std::array<int, 3> kErrors = {ENOBUFS, ENOMEM, EPIPE};
    return -kErrors[world_.prng_.Between(0, 2)];
  }
  if (record.file != nullptr) return WriteFile(record);
  size_t offered = 0;
  for (const iovec& span : record.spans) offered += span.iov_len;
  offered = Shortened(offered);
  if (record.spans[0].iov_len >= offered) {
    return world_.network_.Write(record.key,
                                 {static_cast<char*>(record.spans[0].iov_base), offered});
  }
  std::string gathered;
  for (const iovec& span : record.spans) {
    gathered.append(static_cast<char*>(span.iov_base), span.iov_len);
  }
  gathered.resize(offered);
  return world_.network_.Write(record.key, gathered);
}

size_t SimBackend::Shortened(size_t offered) {
  const bool is_short = offered > 1 && world_.faults_.Happens(Fault::kShortSend);
  return is_short ? world_.prng_.Between(1, offered - 1) : offered;
}

// The file is a real one.
int64_t SimBackend::WriteFile(const Record& record) {
  std::string bytes(Shortened(record.file->bytes), '\0');
  const ssize_t read =
      pread(record.file->file, bytes.data(), bytes.size(), static_cast<off_t>(record.file->offset));
  if (read < 0) return -errno;
  if (read == 0) return 0;
  return world_.network_.Write(record.key, {bytes.data(), static_cast<size_t>(read)});
}

void SimBackend::ServeSendTo(Record& record) {
  if (HashOf(record) != record.lent_hash) {
    world_.Violate("datagrams changed while they were lent to SendTo");
  }
  int32_t taken = 0;
  int32_t first_error = 0;
  for (const OutgoingDatagram& datagram : record.datagrams) {
    const int result =
        world_.network_.SendTo(record.key, *datagram.peer, {datagram.data, datagram.size});
    if (result == 0) {
      ++taken;
    } else if (first_error == 0) {
      first_error = result;
    }
  }
  record.sending_to = false;
  record.datagrams.clear();
  Complete(record, Operation::kSendTo, taken).first_error = first_error;
}

Socket SimBackend::AcceptOne(Record& listener) {
  const auto [slot, accepted] = records_.Emplace();
  world_.network_.Accept(listener.key, {this, slot.index}, &accepted->key);
  if (listener.options != nullptr) {
    accepted->options =
        std::make_unique<absl::flat_hash_map<std::pair<int, int>, std::string>>(*listener.options);
  }
  return Socket{slot.index};
}

void SimBackend::ServeAccept(uint32_t index, Record& record) {
  if (std::exchange(record.extra_accept, false) && !record.interested &&
      world_.network_.Acceptable(record.key)) {
    const Socket accepted = AcceptOne(record);
    Complete(record, Operation::kAccept, 0).accepted = accepted;
  }
  while (record.interested && world_.network_.Acceptable(record.key)) {
    if (Late(index, record, Fault::kLateAccept)) return;
    if (world_.faults_.Happens(Fault::kAcceptOutOfFiles)) {
      constexpr std::array<int, 4> kErrors = {EMFILE, ENFILE, ENOBUFS, ENOMEM};
      record.interested = false;
      Complete(record, Operation::kAccept, -kErrors[world_.prng_.Between(0, 3)]);
      return;
    }
    const Socket accepted = AcceptOne(record);
    if (record.one_accept) record.interested = false;
    Completion& completion = Complete(record, Operation::kAccept, 0);
    completion.accepted = accepted;
    completion.more = record.interested;
  }
}

// False where there is none: the socket is served again when one comes back.
bool SimBackend::TakeBuffer(uint32_t index, Record& record, SimBuffers& buffers, uint32_t* buffer,
                            char** data) {
  if (!buffers.empty() && world_.faults_.Happens(Fault::kNoBuffers)) {
    ++stats_.buffer_exhaustions;
    PutOff(index, record);
    return false;
  }
  if (buffers.empty()) {
    ++stats_.buffer_exhaustions;
    if (!record.starved) buffers.starved.push_back(records_.KeyOf(index));
    record.starved = true;
    return false;
  }
  *data = buffers.Take(buffer);
  if (*data == nullptr) world_.Violate("a buffer was written to after its release");
  return true;
}

void SimBackend::ServeReceive(uint32_t index, Record& record) {
  if (world_.faults_.Happens(Fault::kPeerReset)) {
    world_.network_.EndFromOutside(record.key, ECONNRESET);
  }
  if (world_.faults_.Happens(Fault::kTimedOut)) {
    world_.network_.EndFromOutside(record.key, ETIMEDOUT);
  }
  if (world_.network_.Readable(record.key).empty()) return ServeEnd(index, record);
  if (!record.extra_delivery && Late(index, record, Fault::kLateReceive)) return;
  if (!DeliverOne(index, record)) return;
  record.extra_delivery = false;
  while (record.interested && !world_.network_.Readable(record.key).empty() &&
         world_.faults_.Happens(Fault::kReceiveBurst)) {
    if (!DeliverOne(index, record)) return;
  }
  if (record.interested) MarkReady(index);  // what is left, or its end
}

// False where there is no buffer.
bool SimBackend::DeliverOne(uint32_t index, Record& record) {
  uint32_t buffer = 0;
  char* data = nullptr;
  if (!TakeBuffer(index, record, buffers_, &buffer, &data)) return false;
  const std::string_view readable = world_.network_.Readable(record.key);
  size_t bytes = std::min(readable.size(), buffers_.buffer_bytes());
  if (bytes > 1 && world_.faults_.Happens(Fault::kPartialReceive)) {
    bytes = world_.prng_.Between(1, bytes - 1);
  }
  std::memcpy(data, readable.data(), bytes);
  buffers_.SetUsed(buffer, bytes);
  world_.network_.Read(record.key, bytes);
  Completion& completion = Complete(record, Operation::kReceive, static_cast<int32_t>(bytes));
  completion.more = true;
  completion.data = data;
  completion.buffer = buffer;
  return true;
}

void SimBackend::ServeEnd(uint32_t index, Record& record) {
  const bool wanted = record.interested || record.extra_delivery;
  if (!wanted || !world_.network_.HasEnded(record.key)) return;
  if (!record.extra_delivery && Late(index, record, Fault::kLateEnd)) return;
  record.extra_delivery = false;
  const int end = world_.network_.EndOf(record.key);
  record.interested = false;
  Complete(record, Operation::kReceive, end > 0 ? 0 : end);
}

void SimBackend::ServeDatagram(uint32_t index, Record& record) {
  while (record.interested && world_.network_.HasDatagram(record.key)) {
    if (Late(index, record, Fault::kLateReceive)) return;
    uint32_t buffer = 0;
    char* data = nullptr;
    if (!TakeBuffer(index, record, *datagram_buffers_, &buffer, &data)) return;
    const SimNetwork::Arrived datagram = world_.network_.TakeDatagram(record.key);
    const size_t kept = std::min<size_t>(datagram.bytes.size(), record.receive_bytes_max);
    std::memcpy(data, datagram.bytes.data(), kept);
    datagram_buffers_->SetUsed(buffer, kept);
    DatagramInfo& info = datagram_infos_[buffer];
    info = {};
    info.peer = datagram.from;
    info.wire_bytes = datagram.bytes.size();
    info.truncated = kept < datagram.bytes.size();
    info.kernel_drops = world_.network_.DatagramDrops(record.key);
    Completion& completion = Complete(record, Operation::kReceive, static_cast<int32_t>(kept));
    completion.more = true;
    completion.data = data;
    completion.buffer = buffer | backend::kDatagramBufferBit;
    completion.datagram = &info;
  }
}

// At Close: what is outstanding may yet come to its end, or be cancelled.
void SimBackend::FinishOutstanding(Record& record) {
  if (record.kind == Kind::kListener) {
    const bool one_more = record.interested && world_.network_.Acceptable(record.key) &&
                          world_.faults_.Happens(Fault::kAcceptAfterStop);
    if (one_more) record.accepted_despite_close = AcceptOne(record);
    return;
  }
  const bool sends =
      record.sending && !record.blocked && !record.connecting && HashOf(record) == record.lent_hash;
  if (!sends || !world_.faults_.Happens(Fault::kDoneDespiteClose)) return;
  const int64_t result = WriteLent(record);
  if (result != -EAGAIN) record.sent_despite_close = static_cast<int32_t>(result);
}

// Everything outstanding first, then the last word.
void SimBackend::ServeClose(uint32_t index, Record& record) {
  if (Late(index, record, Fault::kLateClose)) return;
  if (record.connecting) {
    const bool done = record.connected && world_.faults_.Happens(Fault::kDoneDespiteClose);
    Complete(record, Operation::kConnect, done ? -record.connect_error : -ECANCELED);
  }
  if (record.accepted_despite_close.valid()) {
    Complete(record, Operation::kAccept, 0).accepted = record.accepted_despite_close;
  }
  if (record.sending || record.sending_to) {
    if (HashOf(record) != record.lent_hash)
      world_.Violate("lent bytes changed before their completion");
  }
  if (record.sending) {
    const int32_t sent = record.sent_despite_close;
    Complete(record, Operation::kSend, sent == 0 ? -ECANCELED : sent);
  }
  if (record.sending_to) {
    Complete(record, Operation::kSendTo, 0).first_error = -ECANCELED;
  }
  while (record.lent != nullptr && !record.lent->empty()) {
    batch_.push_back(ReleaseOldest(record));
  }
  Complete(record, Operation::kClose, 0);
  Bury(index, record);
}

// The number of a closed socket is free again at once, or only after many others: who still uses
// it then is caught.
void SimBackend::Bury(uint32_t index, Record& record) {
  if (world_.faults_.Happens(Fault::kDescriptorReuse)) {
    records_.Erase(index);
    return;
  }
  constexpr size_t kGraves = 64;
  record.gone = true;
  graveyard_.push_back(index);
  if (graveyard_.size() <= kGraves) return;
  records_.Erase(graveyard_.front());
  graveyard_.pop_front();
}

}  // namespace sluice::sim
