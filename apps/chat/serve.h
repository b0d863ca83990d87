// sluice-chat serve: one room for everybody, whatever they come through.
#ifndef SLUICE_APPS_CHAT_SERVE_H_
#define SLUICE_APPS_CHAT_SERVE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "apps/chat/room.h"
#include "apps/chat/stream_member.h"
#include "apps/chat/udp_roll.h"
#include "apps/chat/wire.h"
#include "reactor/base/endpoint.h"
#include "reactor/base/time.h"
#include "reactor/loop.h"

namespace sluice::chat {

enum class Report : uint8_t { kNone, kTable, kJson };

struct ServeOptions {
  std::vector<Endpoint> udp;
  std::vector<Endpoint> tcp;
  std::vector<Endpoint> ws;
  RoomOptions room;
  StreamLimits stream;
  UdpLimits datagram;
  Duration drain = Loop::kDefaultDrain;
  Report report = Report::kNone;  // printed at the end
};

// Until a signal; returns main's exit code. SIGUSR1 prints the counters on standard error.
int Serve(const ServeOptions& options, Wire wire, const LoopOptions& loop_options);

}  // namespace sluice::chat

#endif  // SLUICE_APPS_CHAT_SERVE_H_
