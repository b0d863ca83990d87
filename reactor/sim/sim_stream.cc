// SimNetwork: bytes, ends and resets of established connections.
#include <algorithm>
#include <cerrno>
#include <utility>

#include "reactor/base/check.h"
#include "reactor/sim/sim_network.h"

namespace sluice::sim {

// How much may be written before what is on its way and unread fills the buffers of both ends.
size_t SimNetwork::SpaceTowards(const Stream& stream, const Stream* peer) const {
  const size_t room = size_t{stream.send_buffer} +
                      (peer == nullptr ? options_.receive_buffer_bytes : peer->receive_buffer);
  const size_t used = peer == nullptr ? stream.unrouted.size() : peer->pipe.size() - peer->begin;
  return room > used ? room - used : 0;
}

int64_t SimNetwork::Write(StreamKey key, std::string_view bytes) {
  Stream& stream = streams_.Live(key.index);
  if (stream.error != 0) return -std::exchange(stream.error, 0);
  if (stream.state == State::kReset || stream.fin_sent) return -EPIPE;
  Stream* peer = FindStream(stream.peer);
  const bool unrouted = stream.peer.index == base::SlabKey::kNoIndex;
  const size_t taken = std::min(bytes.size(), SpaceTowards(stream, peer));
  if (taken == 0 && (unrouted || peer != nullptr)) {
    stream.blocked = true;
    return -EAGAIN;
  }
  if (unrouted) {
    if (stream.unrouted.empty()) {
      events_.Schedule(std::chrono::milliseconds(200), *this, kAckTimer, ToSubject(key));
    }
    stream.unrouted.append(bytes.substr(0, taken));
    return static_cast<int64_t>(taken);
  }
  if (peer == nullptr || peer->reader_gone) {
    // Nobody is there: the answer is a reset.
    events_.Schedule(2 * options_.latency, *this, kResetArrives, ToSubject(key));
    return static_cast<int64_t>(bytes.size());
  }
  Transmit(stream, bytes.substr(0, taken));
  return static_cast<int64_t>(taken);
}

void SimNetwork::Transmit(Stream& stream, std::string_view bytes) {
  Stream& peer = streams_.Live(stream.peer.index);
  Trace("DATA", stream.local, stream.remote, bytes.size());
  peer.pipe.append(bytes);
  // In order: nothing overtakes what was sent before. A partition holds it up until it heals.
  TimePoint arrival = events_.now() + Delay(*stream.host, *peer.host, bytes.size() + 66);
  stream.last_arrival = std::max(stream.last_arrival, arrival);
  events_.ScheduleAt(stream.last_arrival, *this, kBytesArrive, ToSubject(stream.peer),
                     static_cast<uint32_t>(bytes.size()));
}

// FIN or RST from this end to the other.
void SimNetwork::SendControl(Stream& stream, Kind kind) {
  const bool to_self = kind == kResetArrives && stream.peer.index == base::SlabKey::kNoIndex;
  Trace(kind == kFinArrives ? "FIN" : "RST", to_self ? stream.remote : stream.local,
        to_self ? stream.local : stream.remote, 0);
  const Stream* peer = FindStream(stream.peer);
  const TimePoint arrival =
      events_.now() + Delay(*stream.host, peer == nullptr ? *stream.host : *peer->host, 66);
  stream.last_arrival = std::max(stream.last_arrival, arrival);
  events_.ScheduleAt(stream.last_arrival, *this, kind,
                     ToSubject(to_self ? stream.self : stream.peer));
}

void SimNetwork::BytesArrive(StreamKey key, uint32_t count) {
  Stream* stream = FindStream(key);
  if (stream == nullptr) return;
  Stream* sender = FindStream(stream->peer);
  if (sender != nullptr && Parted(*stream->host, *sender->host)) {
    events_.Schedule(std::chrono::milliseconds(200), *this, kBytesArrive, ToSubject(key), count);
    return;
  }
  stream->arrived += count;
  if (stream->reader_gone) {
    // Bytes for a socket that was closed: RST (RFC 1122, 4.2.2.13).
    if (sender != nullptr) SendControl(*stream, kResetArrives);
    return;
  }
  if (stream->ref.owner != nullptr) stream->ref.owner->OnReadable(stream->ref.socket);
}

void SimNetwork::FinArrives(StreamKey key) {
  Stream* stream = FindStream(key);
  if (stream == nullptr) return;
  stream->fin_arrived = true;
  if (stream->ref.owner != nullptr) stream->ref.owner->OnReadable(stream->ref.socket);
  ForgetIfDone(key);
}

void SimNetwork::ResetArrives(StreamKey key) {
  Stream* stream = FindStream(key);
  if (stream == nullptr || stream->state == State::kReset) return;
  stream->state = State::kReset;
  if (stream->error == 0) stream->error = ECONNRESET;
  if (stream->reader_gone) {
    Forget(*stream);
    return;
  }
  if (stream->ref.owner == nullptr) return;
  const SocketRef ref = stream->ref;
  ref.owner->OnReadable(ref.socket);
  ref.owner->OnWritable(ref.socket);
}

std::string_view SimNetwork::Readable(StreamKey key) {
  Stream& stream = streams_.Live(key.index);
  return std::string_view(stream.pipe).substr(stream.begin, stream.arrived);
}

void SimNetwork::Read(StreamKey key, size_t bytes) {
  Stream& stream = streams_.Live(key.index);
  SLUICE_CHECK(bytes <= stream.arrived, "only what has arrived can be read");
  stream.begin += static_cast<uint32_t>(bytes);
  stream.arrived -= static_cast<uint32_t>(bytes);
  if (stream.begin == stream.pipe.size()) {
    stream.pipe = std::string();
    stream.begin = 0;
  } else if (stream.begin > stream.pipe.size() / 2) {
    stream.pipe.erase(0, stream.begin);
    stream.begin = 0;
  }
  Stream* sender = FindStream(stream.peer);
  if (sender != nullptr && sender->blocked) {
    events_.Schedule(options_.latency, *this, kSpaceArrives, ToSubject(stream.peer));
  }
}

bool SimNetwork::HasEnded(StreamKey key) {
  const Stream& stream = streams_.Live(key.index);
  return stream.arrived == 0 &&
         (stream.error != 0 || stream.fin_arrived || stream.state == State::kReset);
}

int SimNetwork::EndOf(StreamKey key) {
  Stream& stream = streams_.Live(key.index);
  if (stream.arrived > 0) return 0;
  if (stream.error != 0) return -std::exchange(stream.error, 0);
  return stream.fin_arrived || stream.state == State::kReset ? 1 : 0;
}

void SimNetwork::Shutdown(StreamKey key) {
  Stream& stream = streams_.Live(key.index);
  if (stream.fin_sent || stream.state != State::kEstablished) return;
  stream.fin_sent = true;
  if (stream.peer.index == base::SlabKey::kNoIndex) {
    stream.unrouted_fin = true;
  } else if (FindStream(stream.peer) != nullptr) {
    SendControl(stream, kFinArrives);
  }
}

void SimNetwork::Close(StreamKey key, bool reset) {
  Stream& stream = streams_.Live(key.index);
  stream.ref = {};
  stream.reader_gone = true;
  const bool established = stream.state == State::kEstablished;
  // close(2) with unread bytes resets, too (RFC 2525, 2.17).
  const bool resets = reset || stream.arrived > 0;
  Stream* peer = FindStream(stream.peer);
  if (!established || peer == nullptr || resets) {
    if (established && peer != nullptr) SendControl(stream, kResetArrives);
    Forget(stream);
    return;
  }
  if (peer->blocked)
    events_.Schedule(options_.latency, *this, kSpaceArrives, ToSubject(stream.peer));
  Shutdown(key);
  ForgetIfDone(key);
}

void SimNetwork::ResetFromOutside(StreamKey key) {
  Stream& stream = streams_.Live(key.index);
  if (stream.state != State::kEstablished) return;
  if (FindStream(stream.peer) != nullptr) SendControl(stream, kResetArrives);
  ResetArrives(key);
}

// A closed end stays for the peer's sake until both directions have ended.
void SimNetwork::ForgetIfDone(StreamKey key) {
  Stream* stream = FindStream(key);
  if (stream == nullptr || !stream->reader_gone) return;
  const Stream* peer = FindStream(stream->peer);
  const bool delivered = peer == nullptr || peer->fin_arrived || peer->state != State::kEstablished;
  if (stream->fin_arrived && delivered) {
    Forget(*stream);
  } else if (stream->fin_arrived) {
    // Our FIN is still on its way.
    events_.ScheduleAt(std::max(stream->last_arrival, events_.now()) + Duration(1), *this,
                       kFinArrives, ToSubject(key));
  }
}

void SimNetwork::Forget(Stream& stream) {
  if (stream.holds_port) stream.host->FreePort(stream.local.port());
  streams_.Erase(stream.self.index);
}

void SimNetwork::SetReceiveBuffer(StreamKey key, uint32_t bytes) {
  streams_.Live(key.index).receive_buffer = bytes;
}

void SimNetwork::SetSendBuffer(StreamKey key, uint32_t bytes) {
  streams_.Live(key.index).send_buffer = bytes;
}

}  // namespace sluice::sim
