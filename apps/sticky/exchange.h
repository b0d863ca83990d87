// What the two ends of one mode share while it runs: the sender on one loop and thread, the
// receiver on another. Each end writes its own part only; whoever started them reads both once the
// threads have ended.
#ifndef SLUICE_APPS_STICKY_EXCHANGE_H_
#define SLUICE_APPS_STICKY_EXCHANGE_H_

#include <cstdint>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "apps/sticky/message.h"
#include "apps/sticky/settings.h"
#include "apps/sticky/sketch.h"
#include "apps/sticky/tally.h"
#include "reactor/base/endpoint.h"
#include "reactor/loop.h"

namespace sluice::sticky {

struct ReceiverPart {
  Loop* loop = nullptr;  // set before the sender's thread begins; valid until it has ended
  Endpoint endpoint;     // likewise
  Tally tally;
  Sketch sketch;
  uint64_t kernel_drops = 0;         // udp: datagrams the full socket buffer had no room for
  uint32_t socket_buffer_bytes = 0;  // SO_RCVBUF as the kernel gave it
  absl::Status status;
  // Called on the receiver's loop once the sender has closed: nothing will be sent any more.
  absl::AnyInvocable<void()> on_sender_closed = [] {};
  // Called on the receiver's loop, perhaps several times: take what is there without distraction.
  absl::AnyInvocable<void()> on_interrupt = [] {};
};

struct SenderPart {
  uint64_t sent = 0;
  uint64_t sends = 0;  // send(2) and its kin
  absl::Status status;
  // Called on the sender's loop, perhaps several times: send no more, and close.
  absl::AnyInvocable<void()> on_interrupt = [] {};
};

struct Exchange {
  Exchange(const Settings& settings_in, Mode mode_in)
      : settings(settings_in),
        mode(mode_in),
        plan(settings_in.seed, settings_in.message_bytes_min, settings_in.message_bytes_max) {}

  // The sender's last word.
  void SenderClosed() {
    receiver.loop->Post([this] { receiver.on_sender_closed(); });
  }

  const Settings& settings;
  const Mode mode;
  const MessagePlan plan;
  ReceiverPart receiver;
  SenderPart sender;
};

}  // namespace sluice::sticky

#endif  // SLUICE_APPS_STICKY_EXCHANGE_H_
