// Where every event goes: it is given its time and its number, counted, and told to who listens.
#ifndef SLUICE_TOOLS_PROBE_JOURNAL_H_
#define SLUICE_TOOLS_PROBE_JOURNAL_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "reactor/base/endpoint.h"
#include "reactor/close_reason.h"
#include "tools/probe/event.h"

namespace sluice::probe {

// Of one direction.
struct Traffic {
  uint64_t chunks = 0;
  uint64_t bytes = 0;
};

// "3/1.20 KiB": chunks and bytes.
std::string TrafficText(const Traffic& traffic);

// Somebody at the other end.
struct Peer {
  int number = 0;
  Endpoint local, remote;
  Traffic received, sent;
};

class Journal {
 public:
  Journal();

  // Told in this order; they outlive the journal's last event.
  void AddSink(EventSink& sink) { sinks_.push_back(&sink); }

  void Opened(const Peer& peer);
  void Received(Peer& peer, std::string_view bytes, size_t wire_bytes);
  void Sent(Peer& peer, std::string_view bytes);
  void PeerEnded(const Peer& peer);
  void Closed(const Peer& peer, CloseReason reason);
  void Forgotten(const Peer& peer);
  void Listening(const Endpoint& endpoint);
  void Note(std::string_view text);
  void Error(std::string_view text);
  // What a Status says.
  void Note(const absl::Status& status) { Note(std::string_view(std::string(status.message()))); }
  void Error(const absl::Status& status) { Error(std::string_view(std::string(status.message()))); }

  const Traffic& received() const { return received_; }
  const Traffic& sent() const { return sent_; }
  bool failed() const { return failed_; }  // an Error was told
  Duration Now() const;                    // since 1970; never runs backwards
  Duration age() const { return Now() - begun_; }

 private:
  Event OfPeer(EventKind kind, const Peer& peer) const;
  void Tell(Event event);

  std::vector<EventSink*> sinks_;
  Duration wall_ahead_;  // of the monotonic clock
  Duration begun_;
  Duration last_;
  Traffic received_, sent_;
  bool failed_ = false;
};

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_JOURNAL_H_
