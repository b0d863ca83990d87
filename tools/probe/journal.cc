#include "tools/probe/journal.h"

#include <chrono>

#include "tools/report/format.h"

namespace sluice::probe {

std::string_view EventName(EventKind kind) {
  switch (kind) {
    case EventKind::kListening:
      return "listening";
    case EventKind::kOpened:
      return "opened";
    case EventKind::kReceived:
      return "received";
    case EventKind::kSent:
      return "sent";
    case EventKind::kPeerEnded:
      return "peer-ended";
    case EventKind::kClosed:
      return "closed";
    case EventKind::kNote:
      return "note";
    case EventKind::kError:
      return "error";
  }
  return "";
}

std::string TrafficText(const Traffic& traffic) {
  return report::FormatExact(traffic.chunks) + "/" +
         report::FormatBytes(static_cast<double>(traffic.bytes));
}

Journal::Journal()
    : wall_ahead_(std::chrono::system_clock::now().time_since_epoch() -
                  std::chrono::steady_clock::now().time_since_epoch()),
      begun_(Now()),
      last_(begun_) {}

// Chunks of one turn of the loop are told apart: this is the clock itself, not the loop's.
Duration Journal::Now() const {
  return std::chrono::steady_clock::now().time_since_epoch() + wall_ahead_;
}

Event Journal::OfPeer(EventKind kind, const Peer& peer) const {
  return {.kind = kind, .peer = peer.number, .local = peer.local, .remote = peer.remote};
}

void Journal::Tell(Event event) {
  event.time = Now();
  event.delta = event.time - last_;
  last_ = event.time;
  if (event.kind == EventKind::kError) failed_ = true;
  for (EventSink* sink : sinks_) sink->OnEvent(event);
}

void Journal::Opened(const Peer& peer) {
  Tell(OfPeer(EventKind::kOpened, peer));
}

void Journal::Received(Peer& peer, std::string_view bytes, size_t wire_bytes) {
  received_.bytes += bytes.size();
  ++received_.chunks;
  peer.received.bytes += bytes.size();
  Event event = OfPeer(EventKind::kReceived, peer);
  event.chunk = ++peer.received.chunks;
  event.bytes = bytes;
  event.wire_bytes = wire_bytes;
  Tell(event);
}

void Journal::Sent(Peer& peer, std::string_view bytes) {
  sent_.bytes += bytes.size();
  ++sent_.chunks;
  peer.sent.bytes += bytes.size();
  Event event = OfPeer(EventKind::kSent, peer);
  event.chunk = ++peer.sent.chunks;
  event.bytes = bytes;
  event.wire_bytes = bytes.size();
  Tell(event);
}

void Journal::PeerEnded(const Peer& peer) {
  Tell(OfPeer(EventKind::kPeerEnded, peer));
}

void Journal::Closed(const Peer& peer, CloseReason reason) {
  const std::string text = reason.ToString();
  Event event = OfPeer(EventKind::kClosed, peer);
  event.code = reason.code;
  event.text = text;
  Tell(event);
}

void Journal::Forgotten(const Peer& peer) {
  Event event = OfPeer(EventKind::kClosed, peer);
  event.text = "forgotten";
  Tell(event);
}

void Journal::Listening(const Endpoint& endpoint) {
  Tell({.kind = EventKind::kListening, .local = endpoint});
}

void Journal::Note(std::string_view text) {
  Tell({.kind = EventKind::kNote, .text = text});
}

void Journal::Error(std::string_view text) {
  Tell({.kind = EventKind::kError, .text = text});
}

}  // namespace sluice::probe
