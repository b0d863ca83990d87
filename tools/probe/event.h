// What happens on the sockets under observation, one event after the other.
#ifndef SLUICE_TOOLS_PROBE_EVENT_H_
#define SLUICE_TOOLS_PROBE_EVENT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "reactor/base/endpoint.h"
#include "reactor/base/time.h"
#include "reactor/close_reason.h"

namespace sluice::probe {

enum class EventKind {
  kListening,
  kOpened,     // accepted, connected, or a datagram's sender seen for the first time
  kReceived,   // one chunk of a stream as the kernel gave it, or one datagram
  kSent,       // one message as it was handed to the socket
  kPeerEnded,  // half-close: nothing more comes
  kClosed,
  kNote,
  kError,
};

// In JSON, and for people.
std::string_view EventName(EventKind kind);

// Valid while it is being told.
struct Event {
  EventKind kind = EventKind::kNote;
  Duration time{0};   // since 1970
  Duration delta{0};  // since the event before
  int peer = 0;       // numbered from 1 in the order of their coming; 0: none in particular
  Endpoint local{}, remote{};  // of a peer
  uint64_t chunk = 0;        // kReceived, kSent: the how-manieth of this peer and direction, from 1
  std::string_view bytes{};  // kReceived, kSent
  size_t wire_bytes = 0;     // of a truncated datagram; otherwise as many as there are
  CloseCode code = CloseCode::kNone;  // kClosed, of a stream
  std::string_view text{};            // why it closed, what the note says
};

class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void OnEvent(const Event& event) = 0;
};

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_EVENT_H_
