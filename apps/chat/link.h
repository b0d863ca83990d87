// A program's end of the room: says lines, and hears them, over TCP, UDP or a WebSocket.
#ifndef SLUICE_APPS_CHAT_LINK_H_
#define SLUICE_APPS_CHAT_LINK_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "apps/chat/wire.h"
#include "reactor/base/endpoint.h"
#include "reactor/loop.h"

namespace sluice::chat {

// Called on the loop's thread.
class LinkEvents {
 public:
  virtual ~LinkEvents() = default;
  virtual void OnReady() = 0;
  // One line in UTF-8, as it came: not yet harmless.
  virtual void OnLine(std::string_view line) = 0;
  // The last call. OK: in order, by us or by the room.
  virtual void OnEnd(const absl::Status& status) = 0;
};

class Link {
 public:
  virtual ~Link() = default;
  // Between OnReady and Finish. In UTF-8, without a line's end.
  virtual void Say(std::string_view line) = 0;
  // Waiting to leave.
  virtual size_t unsent_bytes() const = 0;
  // Says goodbye once everything has left; OnEnd follows.
  virtual void Finish() = 0;
};

enum class Transport : unsigned char { kTcp, kUdp, kWs };

struct LinkOptions {
  Transport transport = Transport::kTcp;
  Endpoint endpoint;  // of kTcp and kUdp
  std::string url;    // of kWs
  std::string where;  // for people: as it was given
  // As the tutorials' programs: over UDP nothing but text; who is to hear says "register" first.
  bool plain = false;
  bool hears = true;
};

// The events, the wire and the loop outlive the link. Fails where it cannot even begin.
absl::StatusOr<std::unique_ptr<Link>> OpenLink(Loop& loop, const LinkOptions& options, Wire& wire,
                                               LinkEvents& events);

// Each in a file of its own.
absl::StatusOr<std::unique_ptr<Link>> OpenTcpLink(Loop& loop, const LinkOptions& options,
                                                  Wire& wire, LinkEvents& events);
absl::StatusOr<std::unique_ptr<Link>> OpenUdpLink(Loop& loop, const LinkOptions& options,
                                                  Wire& wire, LinkEvents& events);
absl::StatusOr<std::unique_ptr<Link>> OpenWsLink(Loop& loop, const LinkOptions& options,
                                                 LinkEvents& events);

}  // namespace sluice::chat

#endif  // SLUICE_APPS_CHAT_LINK_H_
