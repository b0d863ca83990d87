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
  const size_t taken = std::min(bytes.size(), SpaceTowards(stream, peer));
  if (taken == 0) {
    stream.blocked = true;
    return -EAGAIN;
  }
  const std::string_view sent = bytes.substr(0, taken);
  if (peer != nullptr) {
    Transmit(stream, sent);
    return static_cast<int64_t>(taken);
  }
  if (stream.peer.index == base::SlabKey::kNoIndex) {
    // The server does not know us yet: the bytes are repeated, and with them the handshake's ACK.
    if (stream.unrouted.empty()) {
      events_.Schedule(std::chrono::milliseconds(200), *this, kAckTimer, ToSubject(key));
    }
  } else {
    Trace("DATA", stream.local, stream.remote, sent);
    Probe(stream, 2 * Latency(stream));
  }
  stream.unrouted.append(sent);
  return static_cast<int64_t>(taken);
}

void SimNetwork::Transmit(Stream& stream, std::string_view bytes) {
  Stream& peer = streams_.Live(stream.peer.index);
  Trace("DATA", stream.local, stream.remote, bytes);
  peer.pipe.append(bytes);
  // In order: nothing overtakes what was sent before.
  const TimePoint arrival = events_.now() + Delay(*stream.host, *peer.host, bytes.size() + 66);
  stream.last_arrival = std::max(stream.last_arrival, arrival);
  events_.ScheduleAt(stream.last_arrival, *this, kBytesArrive, ToSubject(stream.peer),
                     static_cast<uint32_t>(bytes.size()));
}

// FIN or RST from this end to the other.
void SimNetwork::SendControl(Stream& stream, Kind kind) {
  Trace(kind == kFinArrives ? "FIN" : "RST", stream.local, stream.remote);
  const Stream* peer = FindStream(stream.peer);
  const SimHost& to = peer == nullptr ? *stream.host : *peer->host;
  const TimePoint arrival = events_.now() + Delay(*stream.host, to, 66);
  stream.last_arrival = std::max(stream.last_arrival, arrival);
  events_.ScheduleAt(stream.last_arrival, *this, kind, ToSubject(stream.peer),
                     static_cast<uint32_t>(stream.host->number));
}

// The other side answers this end with RST: it has no such connection.
void SimNetwork::AnswerWithReset(Stream& stream) {
  Trace("RST", stream.remote, stream.local);
  const SimHost* other = HostOf(*stream.host, stream.remote);
  const SimHost& from = other == nullptr ? *stream.host : *other;
  events_.Schedule(Delay(from, *stream.host, 66), *this, kResetArrives, ToSubject(stream.self),
                   static_cast<uint32_t>(from.number));
}

void SimNetwork::BytesArrive(StreamKey key, uint32_t count) {
  Stream* stream = FindStream(key);
  if (stream == nullptr) return;
  Stream* sender = FindStream(stream->peer);
  if (sender != nullptr && HeldUp(*sender, *stream, kBytesArrive, count)) return;
  stream->arrived += count;
  if (stream->reader_gone) {
    // Bytes for a socket that was closed: RST (RFC 1122, 4.2.2.13), for which they are repeated.
    if (sender != nullptr) {
      SendControl(*stream, kResetArrives);
      Probe(*sender, 2 * options_.latency + kRetransmission);
    }
    return;
  }
  if (stream->ref.owner != nullptr) stream->ref.owner->OnReadable(stream->ref.socket);
}

void SimNetwork::FinArrives(StreamKey key) {
  Stream* stream = FindStream(key);
  if (stream == nullptr) return;
  Stream* sender = FindStream(stream->peer);
  if (sender != nullptr && HeldUp(*sender, *stream, kFinArrives, 0)) return;
  if (stream->begin + stream->arrived < stream->pipe.size()) {
    // It does not overtake bytes that are being repeated.
    events_.Schedule(kRetransmission, *this, kFinArrives, ToSubject(key));
    return;
  }
  stream->fin_arrived = true;
  if (stream->ref.owner != nullptr) stream->ref.owner->OnReadable(stream->ref.socket);
  ForgetIfDone(key);
}

// A reset that does not pass is lost for good: nobody repeats it.
void SimNetwork::ResetArrives(StreamKey key, uint32_t from) {
  Stream* stream = FindStream(key);
  if (stream == nullptr || !Passes(*hosts_[from], *stream->host)) return;
  EndWith(*stream, ECONNRESET);
}

// The connection is over for this end, for a reason that its owner is told once.
void SimNetwork::EndWith(Stream& stream, int error) {
  if (stream.state == State::kReset) return;
  stream.state = State::kReset;
  if (stream.error == 0) stream.error = error;
  if (stream.reader_gone) {
    Forget(stream);
    return;
  }
  if (stream.ref.owner == nullptr) return;
  const SocketRef ref = stream.ref;
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
    events_.Schedule(Latency(stream), *this, kSpaceArrives, ToSubject(stream.peer));
  }
}

void SimNetwork::SpaceArrives(StreamKey key) {
  Stream* stream = FindStream(key);
  if (stream == nullptr || !stream->blocked) return;
  Stream* peer = FindStream(stream->peer);
  if (peer != nullptr && !Passes(*peer->host, *stream->host)) {
    // The sender asks for the window again and again (RFC 9293, 3.8.6.1).
    events_.Schedule(kRetransmission, *this, kSpaceArrives, ToSubject(key));
    return;
  }
  stream->blocked = false;
  if (stream->ref.owner != nullptr) stream->ref.owner->OnWritable(stream->ref.socket);
}

bool SimNetwork::HasEnded(StreamKey key) {
  const Stream& stream = streams_.Live(key.index);
  return stream.arrived == 0 &&
         (stream.error != 0 || stream.fin_arrived || stream.state == State::kReset);
}

size_t SimNetwork::Unread(const SimHost& host, const Endpoint& peer) {
  size_t bytes = 0;
  streams_.ForEach([&](const Stream& stream) {
    if (stream.host == &host && stream.remote == peer) bytes += stream.arrived;
  });
  return bytes;
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
  } else {
    Probe(stream, 2 * Latency(stream));
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
  if (!stream.host->up || !established || peer == nullptr || resets) {
    const bool tells = stream.host->up && established && peer != nullptr;
    if (tells) SendControl(stream, kResetArrives);
    Forget(stream);
    return;
  }
  if (peer->blocked) {
    events_.Schedule(Latency(stream), *this, kSpaceArrives, ToSubject(stream.peer));
  }
  Shutdown(key);
  ForgetIfDone(key);
}

void SimNetwork::EndFromOutside(StreamKey key, int error) {
  Stream& stream = streams_.Live(key.index);
  if (stream.state != State::kEstablished) return;
  if (error == ECONNRESET && FindStream(stream.peer) != nullptr) {
    SendControl(stream, kResetArrives);
  }
  EndWith(stream, error);
}

// A closed end stays for the peer's sake until both directions have ended.
void SimNetwork::ForgetIfDone(StreamKey key) {
  Stream* stream = FindStream(key);
  if (stream == nullptr || !stream->reader_gone || !stream->fin_arrived) return;
  const Stream* peer = FindStream(stream->peer);
  const bool delivered = peer == nullptr || peer->fin_arrived || peer->state != State::kEstablished;
  if (delivered) {
    Forget(*stream);
    return;
  }
  // Our FIN is still on its way.
  const TimePoint next = stream->last_arrival > events_.now() ? stream->last_arrival + Duration(1)
                                                              : events_.now() + kRetransmission;
  events_.ScheduleAt(next, *this, kMayForget, ToSubject(key));
}

void SimNetwork::Forget(Stream& stream) {
  const StreamKey peer_key = stream.peer;
  const bool bytes_lost = stream.begin + stream.arrived < stream.pipe.size();
  const bool end_lost = !stream.fin_arrived;
  if (stream.holds_port) stream.host->FreePort(stream.local.port());
  streams_.Erase(stream.self.index);
  Stream* peer = FindStream(peer_key);
  if (peer == nullptr) return;
  if (peer->reader_gone) {
    Forget(*peer);  // nobody waits for its end any more
  } else if (bytes_lost || (peer->fin_sent && end_lost) || peer->blocked) {
    // What it has in the network will never be acknowledged.
    Probe(*peer, kRetransmission);
  }
}

void SimNetwork::SetReceiveBuffer(StreamKey key, uint32_t bytes) {
  streams_.Live(key.index).receive_buffer = bytes;
}

void SimNetwork::SetSendBuffer(StreamKey key, uint32_t bytes) {
  streams_.Live(key.index).send_buffer = bytes;
}

}  // namespace sluice::sim
