#include "reactor/udp.h"

#include <algorithm>
#include <utility>

#include "reactor/loop.h"

namespace sluice {

void DatagramHandler::OnError(DatagramSocket&, int) {}

void DatagramHandler::OnStop(DatagramSocket& socket) {
  socket.Close();
}

void DatagramHandler::OnClose(DatagramSocket&) {}

DatagramSocket::DatagramSocket(Loop& loop, Socket socket, DatagramSocketOptions options,
                               std::unique_ptr<DatagramHandler> handler)
    : loop_(loop), socket_(socket), options_(std::move(options)), handler_(std::move(handler)) {}

absl::StatusOr<DatagramOptions> DatagramSocket::BindOptions(const Endpoint& endpoint,
                                                            const DatagramSocketOptions& options) {
  const std::string doing = "cannot bind datagram socket " + endpoint.ToString() + ": ";
  if (options.receive_bytes_max == 0 || options.receive_bytes_max > kDatagramBytesMax) {
    return absl::InvalidArgumentError(doing + "receive_bytes_max must be 1 to 65535");
  }
  // Always whole: the kernel may hand over many datagrams as one (UDP_GRO), of which a limit here
  // would lose all but the first. Each is truncated when it is taken out.
  DatagramOptions bind{.reuse_port = options.reuse_port,
                       .reuse_address = options.reuse_address,
                       .receive_bytes_max = kDatagramBytesMax,
                       .trains = options.trains,
                       .socket = options.socket};
  if (options.broadcast) bind.socket.Set(socket_option::kBroadcast, true);
  bind.socket.Append(backend::SendingOptions(endpoint.family(), options.multicast));
  for (const GroupMembership& membership : options.groups) {
    absl::Status status = backend::CheckMembership(endpoint.family(), membership);
    if (!status.ok()) return absl::InvalidArgumentError(doing + std::string(status.message()));
    bind.socket.SetRaw(backend::JoinOption(membership));
  }
  return bind;
}

// Entries count as well: empty datagrams take memory, too.
size_t DatagramSocket::Outbox::held_bytes() const {
  return bytes.size() + entries.size() * sizeof(Entry) + peers.size() * sizeof(Endpoint);
}

void DatagramSocket::Outbox::Add(const Endpoint& peer, std::string_view datagram) {
  if (peers.empty() || !(peers.back() == peer)) peers.push_back(peer);
  entries.push_back({datagram.size(), static_cast<uint32_t>(peers.size() - 1)});
  bytes.append(datagram);
}

void DatagramSocket::Outbox::Clear() {
  entries.clear();
  peers.clear();
  bytes.clear();
  begin = begin_byte = 0;
}

bool DatagramSocket::Send(const Endpoint& peer, std::string_view bytes) {
  if (closing_) return false;
  if (queued_.held_bytes() + bytes.size() > options_.send_queue_bytes_max) {
    ++stats_.queue_drops;
    return false;
  }
  queued_.Add(peer, bytes);
  WantFlush();
  return true;
}

void DatagramSocket::WantFlush() {
  if (flush_wanted_ || send_outstanding_) return;
  flush_wanted_ = true;
  loop_.flush_wanted_.push_back(token_);
}

void DatagramSocket::Flush() {
  flush_wanted_ = false;
  if (closed_ || send_outstanding_) return;
  if (departing_.done()) {
    std::swap(departing_, queued_);
    queued_.Clear();
  }
  const size_t count =
      std::min(departing_.entries.size() - departing_.begin, Backend::kSendDatagramsMax);
  if (count == 0) {
    if (closing_) CloseNow();
    return;
  }
  departing_end_ = departing_.begin + count;
  departing_end_byte_ = departing_.begin_byte;
  std::vector<OutgoingDatagram>& batch = loop_.outgoing_datagrams_;
  batch.clear();
  for (size_t i = departing_.begin; i < departing_end_; ++i) {
    const Outbox::Entry& entry = departing_.entries[i];
    batch.push_back(
        {&departing_.peers[entry.peer], departing_.bytes.data() + departing_end_byte_, entry.size});
    departing_end_byte_ += entry.size;
  }
  send_outstanding_ = true;
  loop_.backend_->SendTo(socket_, batch, token_);
}

void DatagramSocket::SendCompleted(const Completion& completion) {
  send_outstanding_ = false;
  const size_t offered = departing_end_ - departing_.begin;
  const auto taken = static_cast<size_t>(std::max(completion.result, 0));
  const size_t bytes = departing_end_byte_ - departing_.begin_byte;
  departing_.begin = departing_end_;
  departing_.begin_byte = departing_end_byte_;
  stats_.bytes_sent += bytes;
  loop_.stats_.bytes_sent += bytes;
  stats_.sent += taken;
  stats_.refused += offered - taken;
  ++loop_.stats_.sends;
  if (completion.first_error != 0) last_send_error_ = -completion.first_error;
  if (closed_) return;
  if (!departing_.done() || !queued_.entries.empty() || closing_) {
    WantFlush();
  }
}

// The datagrams of one buffer: one, or several that the kernel coalesced (UDP_GRO), all of the
// segment's size but the last.
void DatagramSocket::SplitInto(const Completion& completion, std::vector<Datagram>& batch) {
  const DatagramInfo& info = *completion.datagram;
  const auto add = [&](std::string_view bytes, size_t wire_bytes) {
    const std::string_view kept = bytes.substr(0, options_.receive_bytes_max);
    batch.push_back({&info.peer, kept, wire_bytes, kept.size() < wire_bytes});
  };
  std::string_view bytes(completion.data, static_cast<size_t>(completion.result));
  if (info.segment_bytes == 0 || bytes.size() <= info.segment_bytes) {
    add(bytes, info.wire_bytes);
    return;
  }
  for (; !bytes.empty(); bytes.remove_prefix(std::min<size_t>(info.segment_bytes, bytes.size()))) {
    const std::string_view segment = bytes.substr(0, info.segment_bytes);
    add(segment, segment.size());
  }
}

void DatagramSocket::Received(absl::Span<const Completion> completions) {
  if (closing_) return;
  std::vector<Datagram>& batch = loop_.datagram_batch_;
  batch.clear();
  for (const Completion& completion : completions) {
    stats_.kernel_drops = completion.datagram->kernel_drops;
    SplitInto(completion, batch);
  }
  for (const Datagram& datagram : batch) {
    ++stats_.received;
    stats_.bytes_received += datagram.bytes.size();
    if (datagram.truncated) ++stats_.truncated;
  }
  handler_->OnDatagrams(*this, batch);
}

void DatagramSocket::ReceiveFailed(int error) {
  if (closing_) return;
  handler_->OnError(*this, error);
}

void DatagramSocket::PauseReading() {
  if (closing_ || paused_) return;
  paused_ = true;
  loop_.backend_->StopReceive(socket_);
}

void DatagramSocket::ResumeReading() {
  if (closing_ || !paused_) return;
  paused_ = false;
  loop_.backend_->StartReceive(socket_, token_);
}

void DatagramSocket::Close() {
  closing_ = true;
  WantFlush();  // closes when nothing is left to send
}

void DatagramSocket::CloseNow() {
  if (closed_) return;
  closing_ = closed_ = true;
  loop_.backend_->Close(socket_, CloseMode::kOrderly, token_);
}

absl::Status DatagramSocket::Join(const GroupMembership& membership) {
  absl::Status status = backend::CheckMembership(endpoint_.family(), membership);
  return status.ok() ? SetRawOption(backend::JoinOption(membership)) : status;
}

absl::Status DatagramSocket::Leave(const GroupMembership& membership) {
  absl::Status status = backend::CheckMembership(endpoint_.family(), membership);
  return status.ok() ? SetRawOption(backend::LeaveOption(membership)) : status;
}

absl::Status DatagramSocket::SetMulticast(const MulticastSending& sending) {
  const SocketOptions options =
      backend::SendingOptions(endpoint_.family(), sending, options_.multicast);
  for (const RawSocketOption& option : options.entries()) {
    if (absl::Status status = SetRawOption(option); !status.ok()) return status;
  }
  options_.multicast = sending;
  return absl::OkStatus();
}

void DatagramSocket::Stopping() {
  if (!closing_) handler_->OnStop(*this);
}

absl::Status DatagramSocket::SetRawOption(const RawSocketOption& option) {
  if (closed_) return absl::FailedPreconditionError("cannot set a socket option: it is closed");
  return loop_.backend_->SetOption(socket_, option);
}

absl::StatusOr<std::string> DatagramSocket::GetRawOption(const RawSocketOption& option) const {
  if (closed_) return absl::FailedPreconditionError("cannot read a socket option: it is closed");
  return loop_.backend_->GetOption(socket_, option);
}

}  // namespace sluice
