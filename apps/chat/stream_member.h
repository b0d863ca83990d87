// Members with a connection: lines over TCP, text messages of a WebSocket.
#ifndef SLUICE_APPS_CHAT_STREAM_MEMBER_H_
#define SLUICE_APPS_CHAT_STREAM_MEMBER_H_

#include <cstddef>
#include <memory>

#include "apps/chat/pace.h"
#include "apps/chat/room.h"
#include "apps/chat/wire.h"
#include "protocols/http1_server.h"
#include "reactor/handler.h"
#include "reactor/listener.h"

namespace sluice::chat {

struct StreamLimits {
  size_t message_bytes_max = 4096;      // on the wire
  size_t unsent_bytes_max = 256 << 10;  // above: too slow

  Rate speech{.per_second = 200, .burst = 1000};  // lines of one member (speech.h)

  // Whether so much more may wait. A message alone may always, however long: for whom nothing waits
  // is not slow.
  bool Fits(size_t unsent, size_t message) const {
    return unsent == 0 || unsent + message <= unsent_bytes_max;
  }
};

// Of a listener of members.
ListenerOptions ListenerOptionsOf(const StreamLimits& limits, const Endpoint& endpoint);

// `room` and `wire` outlive the connections.
HandlerFactory MakeTcpMembers(Room& room, Wire& wire, const StreamLimits& limits);

// Adds /ws, where the members are, and /, a page that chats there.
void AddWebMembers(Http1Server& server, Room& room, const StreamLimits& limits);

}  // namespace sluice::chat

#endif  // SLUICE_APPS_CHAT_STREAM_MEMBER_H_
